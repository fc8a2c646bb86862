"""The form of a project in the administration."""

from typing import Any

from core.published import PublishedForm
from projects.models import Project
from projects.rules import CATEGORY_OF_ANOTHER_PLAN, MEASURE_OF_ANOTHER_PLAN
from projects.services import misplacements_of


class ProjectForm(PublishedForm):
    """A form of a project; its fields are those that the admin names."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("plan") and cleaned.get("city"):
            draft = Project(plan=cleaned["plan"], city=cleaned["city"], county=cleaned.get("county"))
            for field, sentence in misplacements_of(draft, cleaned.get("also_in", ())):
                self.add_error(field, sentence)
            if cleaned.get("category") and cleaned["category"].plan_id != cleaned["plan"].pk:
                self.add_error("category", CATEGORY_OF_ANOTHER_PLAN)
            if any(measure.plan_id != cleaned["plan"].pk for measure in cleaned.get("measures", ())):
                self.add_error("measures", MEASURE_OF_ANOTHER_PLAN)
        return cleaned
