"""The members by which the measures and projects of a plan are counted: read once, also where several days are."""

from functools import cached_property

from accounts.models import Department
from measures.models import Plan, Section
from regions.models import Region


class PlanMembers:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @cached_property
    def sections(self) -> list[Section]:
        return list(self.plan.sections.order_by("number"))

    @cached_property
    def departments(self) -> list[Department]:
        """Return all departments, merged ones too."""
        return list(Department.objects.all())

    @cached_property
    def regions(self) -> list[Region]:
        return list(Region.objects.members_of(self.plan.region_id))
