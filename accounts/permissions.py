"""The rules of who may do what: plain functions of a user, used by pages and API alike."""

from collections.abc import Collection

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import LOG_READING_ROLES, Scope, User
from core.exceptions import NotAllowed


def may_read(user: User | AnonymousUser) -> bool:
    """Return whether the user may read pages and the API: any account may, and anyone where the site reads openly."""
    return user.is_authenticated or settings.PILOTZONE_PUBLIC_READING


def has_account(user: User | AnonymousUser) -> bool:
    return user.is_authenticated


def is_own(user: User | AnonymousUser, *, owner: int | None) -> bool:
    """Returns whether the row is the user's own; `owner`: the id of its account."""
    return user.is_authenticated and user.pk == owner


def is_superuser(user: User | AnonymousUser) -> bool:
    return user.is_authenticated and user.is_superuser


def may_open_admin(user: User | AnonymousUser) -> bool:
    """The administration; Django asks there for the permissions of each table, too."""
    return user.is_authenticated and user.is_active and user.is_staff


def may_see_names(user: User | AnonymousUser) -> bool:
    """The names of the people who filed and decided."""
    return user.is_authenticated and user.can_see_reviews


def may_review(user: User | AnonymousUser) -> bool:
    return user.is_authenticated and user.can_review


def check_reviewer(user: User) -> None:
    """Raises NotAllowed for whoever may not review."""
    if not may_review(user):
        raise NotAllowed(_("You may not do this"))


def may_administer(user: User | AnonymousUser) -> bool:
    """People, departments and the running site."""
    return user.is_authenticated and user.can_administer


def check_administrator(user: User) -> None:
    """Raises NotAllowed for whoever may not administer."""
    if not may_administer(user):
        raise NotAllowed(_("You may not do this"))


def may_open_office(user: User | AnonymousUser) -> bool:
    """The office's own pages, each of which asks for more."""
    return user.is_authenticated and user.can_open_office


def may_see_reviews(user: User | AnonymousUser) -> bool:
    """Returns whether the user may see what waits for the office, and the month's board."""
    return user.is_authenticated and user.can_see_reviews


def may_see_logs(user: User | AnonymousUser) -> bool:
    return user.is_authenticated and user.can_see_logs


def people_who_see_logs() -> QuerySet[User]:
    """All for whom `User.can_see_logs` holds and whose account is open."""
    may = Q(is_superuser=True) | Q(role__in=LOG_READING_ROLES)
    return User.objects.filter(may, is_active=True)


def may_load_first_workbook(user: User | AnonymousUser) -> bool:
    """The first visit belongs to the administrator, a load to the reviewer."""
    return may_administer(user) and may_review(user)


def may_file_for(user: User | AnonymousUser, *, department: int | None = None, city: int | None = None) -> bool:
    """A reporter of the department or of the city (their ids)."""
    if not user.is_authenticated or not user.is_reporter:
        return False
    in_department = department is not None and user.department_id == department
    return in_department or (city is not None and user.city_id == city)


def may_report(user: User | AnonymousUser, *, lead: int) -> bool:
    """A reporter of the department (its id) that leads the measure."""
    return may_file_for(user, department=lead)


def may_file_value(user: User | AnonymousUser, *, department: int | None) -> bool:
    """A reporter of the department (its id) that owns the indicator; None: its values are not filed."""
    return may_file_for(user, department=department)


def may_report_measures(user: User | AnonymousUser) -> bool:
    """The pages on which a department reports its measures."""
    return user.is_authenticated and user.reports_for_department


def may_report_project(user: User | AnonymousUser, *, lead: int | None, city: int) -> bool:
    """A reporter of the city (its id) that the project counts in, or of the department that leads it, if one does."""
    return may_file_for(user, department=lead, city=city)


def may_see_project_report(user: User | AnonymousUser, *, lead: int | None, city: int, is_accepted: bool) -> bool:
    """Accepted ones: whoever may read. Others: those who may file them, the office and the auditor."""
    if is_accepted:
        return may_read(user)
    return may_report_project(user, lead=lead, city=city) or may_see_every_report(user)


def may_use_workspace(user: User | AnonymousUser) -> bool:
    """Return whether the user may open the page on which a reporter's work begins, of a department or of a city."""
    return user.is_authenticated and user.is_reporter


def may_assign(user: User | AnonymousUser, *, lead: int) -> bool:
    """Say who looks after a measure: the reporters of the department (its id) that leads it, and the office."""
    return may_report(user, lead=lead) or may_review(user)


def may_see_owners(user: User | AnonymousUser, *, lead: int) -> bool:
    """Returns whether the user may see the names of those who look after a measure: whoever sees names may, and the
    people of the department that leads the measure."""
    return may_see_names(user) or (user.is_authenticated and user.department_id == lead)


def scopes_of(user: User | AnonymousUser) -> list[Scope]:
    """Returns the scopes that a token of this account can be made for. Permissions are checked again at each use."""
    if not user.is_authenticated:
        return []
    if not user.is_reporter:
        return [Scope.READ]
    if user.reports_for_city:
        return [Scope.READ, Scope.PROBLEMS]
    return [Scope.READ, Scope.REPORTS, Scope.VALUES, Scope.PROBLEMS]


def may_comment(user: User | AnonymousUser, *, lead: int, participating: Collection[int]) -> bool:
    """The lead, the participating departments, and the office."""
    if not user.is_authenticated:
        return False
    in_it = user.is_reporter and user.department_id in (lead, *participating)
    return in_it or may_review(user)


def carries_out(user: User | AnonymousUser, *, departments: Collection[int | None], city: int | None) -> bool:
    """A reporter of one of the departments, or of the city (their ids), that carry a measure or a project out."""
    return any(may_file_for(user, department=each) for each in departments) or may_file_for(user, city=city)


def may_raise_problem(user: User | AnonymousUser, *, departments: Collection[int | None], city: int | None) -> bool:
    """Returns whether the user may raise a problem: those that carry out what it is about may, and the office."""
    return may_review(user) or carries_out(user, departments=departments, city=city)


def may_move_problem(user: User | AnonymousUser, *, takes_part: bool) -> bool:
    """`takes_part`: as one of those whom the table of moves names for this move (`Problem.parties_of`)."""
    return takes_part and (may_use_workspace(user) or may_review(user))


def may_see_every_report(user: User | AnonymousUser) -> bool:
    """Drafts and returned ones too, of every department: the office and the auditor."""
    return user.is_authenticated and user.can_see_reviews


def may_see_report(user: User | AnonymousUser, *, department: int, is_accepted: bool) -> bool:
    """Accepted ones: whoever may read. Others: the department that wrote it, the office and the auditor."""
    if is_accepted:
        return may_read(user)
    own = user.is_authenticated and user.is_reporter and user.department_id == department
    return own or may_see_every_report(user)


def may_see_evidence(user: User | AnonymousUser, *, department: int, is_accepted: bool) -> bool:
    """Never anonymous visitors; of accepted reports every account."""
    return user.is_authenticated and may_see_report(user, department=department, is_accepted=is_accepted)


def may_see_project_evidence(user: User | AnonymousUser, *, lead: int | None, city: int, is_accepted: bool) -> bool:
    """Never anonymous visitors; of accepted reports every account."""
    return user.is_authenticated and may_see_project_report(user, lead=lead, city=city, is_accepted=is_accepted)


def signed_in(user: User | AnonymousUser) -> User:
    """The person behind a change; raises PermissionDenied where nobody is logged in."""
    if isinstance(user, AnonymousUser):
        raise PermissionDenied
    return user
