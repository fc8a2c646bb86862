"""The first visit: four steps from an empty site to its first plan. How far it has come follows from what the database
holds, so that anybody who administers may leave it and go on later."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from measures.models import Load, Plan
from problems.categories import add_default_categories
from projects.plans import STATE, add_plan, change_plan, plan_state
from regions.models import Region
from web.site import change_site
from workbooks.models import Upload
from workbooks.uploads import drafts_of


class Step(StrEnum):
    NAMES = "names"
    WORKBOOK = "workbook"
    PREVIEW = "preview"
    DONE = "done"


LABELS: Mapping[Step, str | Promise] = {
    Step.NAMES: gettext_lazy("Names and languages"),
    Step.WORKBOOK: gettext_lazy("Upload the workbook"),
    Step.PREVIEW: gettext_lazy("Look at what would be loaded"),
    Step.DONE: pgettext_lazy("step", "Done"),
}


@dataclass(frozen=True)
class ShownStep:
    """`url`: where it is opened again; "" where its turn has not come."""

    label: str | Promise
    url: str
    is_done: bool
    is_shown: bool


@dataclass(frozen=True)
class Setup:
    """How far a site has come. `plan`: the one that was named; `draft`: the person's file that is not loaded yet."""

    plan: Plan | None
    draft: Upload | None = None

    @property
    def is_finished(self) -> bool:
        return self.plan is not None and not self.plan.is_being_set_up

    @property
    def current(self) -> Step:
        if self.is_finished:
            return Step.DONE
        if self.plan is None:
            return Step.NAMES
        return Step.WORKBOOK if self.draft is None else Step.PREVIEW

    def address(self, step: Step) -> str:
        """Returns the address of a step; "" where it cannot be opened: it comes later, or the first visit is over."""
        if list(Step).index(step) > list(Step).index(self.current) or (self.is_finished and step is not Step.DONE):
            return ""
        if step is Step.PREVIEW:
            return self.draft.get_absolute_url() if self.draft else ""
        return reverse(f"workbooks:start_{step}")

    def steps(self, shown: Step) -> list[ShownStep]:
        order = list(Step)
        reached = len(order) if self.is_finished else order.index(self.current)
        return [
            ShownStep(LABELS[step], self.address(step), number < reached, step is shown)
            for number, step in enumerate(order)
        ]


def setup_of(plan: Plan | None, person: User) -> Setup:
    if plan is not None and not plan.is_being_set_up:
        return Setup(plan)
    return Setup(plan, drafts_of(person, Upload.Kind.LEDGER).filter(plan=plan).first() if plan else None)


def is_first_load(load: Load) -> bool:
    """Returns whether the load is the only one of its plan that was not taken back."""
    loads = Load.objects.filter(plan=load.plan, taken_back_at=None)
    return list(loads.values_list("pk", flat=True)[:2]) == [load.pk]


@transaction.atomic
def name_site(
    plan: Plan | None, *, by: User, site: Mapping[str, Any], named: Mapping[str, Any], region: Region | None = None
) -> Plan:
    """Gives the site its profile, and its plan names and days; adds the plan where there is none. `site` and `named`:
    columns of theirs; a name in a language that is not offered stays as it is. `region`: the place, if it has a code.

    Raises NotAllowed, ValidationError.
    """
    change_site(by=by, **site)
    # Whoever sent the same form at once has waited for the site's row, and finds the plan.
    plan = plan or Plan.objects.first()
    if region is not None:
        _name_place(region)
    if plan is None:
        values = {"name_zh": "", "name_en": ""} | dict(named)
        # As short for a Chinese name as for an English one.
        slug = f"plan-{values['starts_on'].year}-{values['ends_on'].year}"
        plan = add_plan(by=by, slug=slug, **values)
        add_default_categories(plan)
        return plan
    held: dict[str, Any] = {name: getattr(plan, name) for name in STATE}
    if held | dict(named) == held:
        return plan
    return change_plan(plan, by=by, opened=plan_state(plan), **held | dict(named))


def place_of_setup() -> Region | None:
    """The region that was named with the site, of a site that holds nothing else; a load puts the plan into it."""
    return Region.objects.order_by("pk").first()


def _name_place(region: Region) -> None:
    """Gives the place its code, or another one where it has one."""
    held = place_of_setup()
    if held is None or held.code != region.code:
        region.pk = getattr(held, "pk", None)
        region.save()
