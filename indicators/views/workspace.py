"""The workspace of a department with the indicators that it owns."""

from typing import Any

from accounts.permissions import signed_in
from indicators.values.workspace import load_value_work
from measures.filters import asked_plan
from projects.views import workspace


class DepartmentWorkspacePage(workspace.DepartmentWorkspacePage):
    """The page of a department's workspace, with the values that it owes below its measures and projects."""

    template_name = "indicators/department_workspace.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        department = signed_in(self.request.user).department
        assert department is not None
        work = load_value_work(department, plan=asked_plan(self.request), on=self.day)
        return super().get_context_data(values=work, **kwargs)
