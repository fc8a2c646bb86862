"""The accounts of people, as administrators keep them: invited by a link, changed, closed, unlocked.

Nobody sets a password for somebody else. A link lets its owner do so: once, for a few days, and only the newest.
"""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.core.mail.backends import console
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.letters import letter, password_path
from accounts.log import Event, log_account_event
from accounts.models import AccountChange, Department, Role, User
from accounts.passwords import remember_password
from accounts.permissions import check_administrator
from accounts.second_factor import remove_app
from accounts.sessions import end_sessions
from accounts.sign_on import known_as, provider_of_site
from core.edit_conflicts import State, as_state, check_unchanged
from core.exceptions import NotAllowed
from core.signals import account_changed, person_changed
from regions.models import Region

log = logging.getLogger(__name__)


class Link(NamedTuple):
    """Lets a person set a password. `path` begins at the root of the site; `is_sent`: by e-mail, to their address."""

    person: User
    path: str
    expires_at: datetime
    is_sent: bool = False


def person_state(user: User) -> State:
    """Returns the values that the form of an account holds."""
    # Asked for only where the site has a provider of single sign-on.
    of_provider = {"oidc_subject": known_as(user)} if settings.PILOTZONE_OIDC else {}
    return {
        **of_provider,
        "name": user.get_full_name(),
        "email": user.email,
        "role": user.role,
        "department": as_state(user.department),
        "city": as_state(user.city),
    }


def invite_person(
    *, by: User, username: str, name: str, email: str, role: Role, department: Department | None, city: Region | None
) -> Link:
    """A new account without a password, and the link to set one. An invitation that is sent again makes another link.

    Raises NotAllowed, with the field at fault.
    """
    with transaction.atomic():
        # Administrators who invite at once wait for each other, so that the second finds the name taken.
        _locked(by, by=by)
        wanted = User(username=username)
        _set_columns(wanted, name=name, email=email, role=role, department=department, city=city)
        person = User.objects.select_for_update(of=("self",)).filter(username__iexact=username).first()
        if person is None:
            wanted.set_unusable_password()
            wanted.save()
            person = wanted
        elif person.has_usable_password() or person.last_login or person_state(person) != person_state(wanted):
            raise NotAllowed(_("There is an account of this user name already."), field="username")
        link = _new_link(person, by=by)
    return _sent(link)


@transaction.atomic
def change_person(
    person: User,
    *,
    by: User,
    opened: State,
    name: str,
    email: str,
    role: Role,
    department: Department | None,
    city: Region | None,
    oidc_subject: str | None = None,
) -> User:
    """`oidc_subject`: the id at the provider of single sign-on; None leaves it as it is.

    Raises ChangedMeanwhile and NotAllowed, with the field at fault.
    """
    if department is not None:
        # As a merger does: before the people.
        department = Department.objects.select_for_update(no_key=True).get(pk=department.pk)
    person = _locked(person, by=by)
    before, email_before = person_state(person), person.email
    check_unchanged(opened, before)
    if person.pk == by.pk and role != person.role and not person.is_superuser:
        raise NotAllowed(_("Nobody takes their own role: another administrator can."), field="role")
    _set_columns(person, name=name, email=email, role=role, department=department, city=city)
    if oidc_subject is not None:
        _set_subject(person, oidc_subject)
    if person_state(person) == before:
        raise NotAllowed(_("Nothing was changed."))
    columns = ["first_name", "last_name", "email", "role", "department", "city", "oidc_issuer", "oidc_subject"]
    person.save(update_fields=columns)
    if person.role != before["role"]:
        person.access_tokens.revoke_all()
    person_changed.send(sender=User, person=person, by=by)
    tell_owner(person, AccountChange.TERMS, by=by, addresses={email_before, person.email})
    return person


@transaction.atomic
def set_active(person: User, *, by: User, is_active: bool, successor: User | None = None) -> User:
    """Closes an account, whose sessions and tokens then open nothing, or opens it again. `successor`: a colleague who
    takes over what its owner looks after. Raises NotAllowed, with the field at fault."""
    person = _locked(person, by=by, others=[successor] if successor else [])
    if person.pk == by.pk and not is_active:
        raise NotAllowed(_("Nobody closes their own account: another administrator can."))
    if successor is not None:
        successor = _check_successor(successor, of=person)
    if person.is_active != is_active:
        person.is_active = is_active
        person.save(update_fields=["is_active"])
        if not is_active:
            person.access_tokens.revoke_all()
        person_changed.send(sender=User, person=person, by=by, successor=successor)
    return person


def _check_successor(successor: User, *, of: User) -> User:
    """The locked account as it is now. Raises NotAllowed for one that cannot take over."""
    successor = User.objects.get(pk=successor.pk)
    takes_over = successor.is_active and successor.reports_for_department and successor.pk != of.pk
    if not takes_over or successor.department_id != of.department_id:
        raise NotAllowed(_("Choose somebody who reports for the same department."), field="successor")
    return successor


def reset_password(person: User, *, by: User) -> Link:
    """Ends the password of an account, every earlier link, access tokens and sessions. Raises NotAllowed."""
    with transaction.atomic():
        person = _locked(person, by=by)
        if person.pk == by.pk:
            raise NotAllowed(_("Change your own password under “My account”."))
        if not person.is_active:
            raise NotAllowed(_("The account is closed: open it first."))
        link = _new_link(person, by=by)
        # The e-mail is the link's own, below.
        account_changed.send(sender=User, person=person, by=by, change=AccountChange.LINK)
    return _sent(link)


@transaction.atomic
def unlock_person(person: User, *, by: User) -> None:
    """Forgets the wrong passwords that locked an account. Raises NotAllowed."""
    person = _locked(person, by=by)
    forgive_failures(person)
    log_account_event(Event.UNLOCKED, person, by=by)


@transaction.atomic
def remove_second_factor(person: User, *, by: User) -> None:
    """Removes the second factor of somebody who lost the app and the recovery codes; their sessions end. Raises
    NotAllowed."""
    person = _locked(person, by=by)
    if person.pk == by.pk:
        raise NotAllowed(_("Remove your own second factor under “My account”."))
    remove_app(person, by=by)
    end_sessions(person)
    tell_owner(person, AccountChange.FACTOR, by=by)


def tell_owner(person: User, change: AccountChange, *, by: User, addresses: Collection[str] = ()) -> None:
    """Tells the owner of an account what somebody else did with it: by a notice, and by e-mail once it is committed.
    `addresses`: where to, if not to the present one alone: who changes an address may have stolen the account.
    """
    if person.pk == by.pk:
        return
    account_changed.send(sender=User, person=person, by=by, change=change)
    if sends_email():
        transaction.on_commit(partial(_tell_by_email, person, change, sorted({*addresses} - {""}) or [person.email]))


def _tell_by_email(person: User, change: AccountChange, addresses: Sequence[str]) -> None:
    message = letter(person, gettext_lazy("Your account was changed"), "accounts/account_changed.txt", change=change)
    for address in filter(None, addresses):
        message.to = [address]
        try:
            message.send()
        except Exception:
            log.exception("User %s could not be told by e-mail what was done with the account.", person.pk)


def forgive_failures(person: User) -> None:
    AxesProxyHandler.reset_attempts(username=person.get_username())


# Whoever may administer, on a site that nobody has administered yet.
FIRST_ADMINISTRATOR = "admin"


@transaction.atomic
def first_administrator_link(username: str = FIRST_ADMINISTRATOR) -> Link | None:
    """The link with which a new site gets its first administrator, a superuser; None once somebody who may administer
    has a password. Makes the account of this name where there is none yet; a link made before ends."""
    administrators = User.objects.filter(Q(is_superuser=True) | Q(role=Role.ADMINISTRATOR), is_active=True)
    if any(each.has_usable_password() for each in administrators):
        return None
    person = administrators.order_by("pk").first() or User.objects.create(
        username=username, role=Role.ADMINISTRATOR, is_superuser=True, is_staff=True
    )
    return _new_link(person, by=person)


def _locked(person: User, *, by: User, others: Collection[User] = ()) -> User:
    """The account as it is now. Administrators are locked with it: of two who take each other's role the second finds
    that it is none any more, so that one always stays; and `others` who are concerned. Raises NotAllowed."""
    concerned = Q(pk__in=(person.pk, by.pk, *(each.pk for each in others))) | Q(role=Role.ADMINISTRATOR)
    people = {each.pk: each for each in User.objects.select_for_update(no_key=True).filter(concerned).order_by("pk")}
    actor, person = people[by.pk], people[person.pk]
    if not actor.is_active:
        raise NotAllowed(_("You may not do this"))
    check_administrator(actor)
    if person.is_superuser and not actor.is_superuser:
        raise NotAllowed(_("Only a superuser changes the account of a superuser."))
    return person


def _set_columns(
    person: User, *, name: str, email: str, role: Role, department: Department | None, city: Region | None
) -> None:
    if role == Role.REPORTER and department is None and city is None:
        raise NotAllowed(_("A reporter needs a department or a region."), field="department")
    if department is not None and city is not None:
        raise NotAllowed(_("Choose a department or a region, not both."), field="city")
    if department is not None and department.is_merged:
        raise NotAllowed(
            _("This department has been merged into another; choose the one that does its work now."),
            field="department",
        )
    if name != person.get_full_name():
        person.first_name, person.last_name = name, ""
    person.email, person.role, person.department, person.city = email, role, department, city


def _set_subject(person: User, subject: str) -> None:
    """Sets the id of a person, with the provider of the settings, since another one may know somebody else by the same
    id."""
    if subject == known_as(person):
        return
    issuer = provider_of_site().issuer if subject else ""
    if subject and User.objects.filter(oidc_issuer=issuer, oidc_subject=subject).exclude(pk=person.pk).exists():
        raise NotAllowed(_("Another account has this id at the provider."), field="oidc_subject")
    person.oidc_issuer, person.oidc_subject = issuer, subject


def _new_link(person: User, *, by: User) -> Link:
    # A link holds a digest of what stands in the place of a password, so that every earlier one ends, too.
    # One from before the site kept those that were used.
    remember_password(person)
    person.set_unusable_password()
    person.must_change_password = True
    person.save(update_fields=["password", "must_change_password"])
    person.access_tokens.revoke_all()
    path = password_path(person)
    log_account_event(Event.LINK_MADE, person, by=by)
    # Real time, also where the day is pinned: else no link would ever expire there.
    return Link(person, path, timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT))


def sends_email() -> bool:
    """Returns whether the site has a mail server: else e-mails are printed to the console, where nobody may read
    them."""
    return not issubclass(import_string(settings.MAILERS["default"]["BACKEND"]), console.EmailBackend)


def _sent(link: Link) -> Link:
    """Sends the link by e-mail, where the site sends any and the person has an address; a failure is logged."""
    person = link.person
    if not person.email or not sends_email():
        return link
    url = f"{settings.PILOTZONE_SITE_URL}{link.path}"
    subject = gettext_lazy("Set a password for your account")
    try:
        letter(person, subject, "accounts/link.txt", url=url, expires_at=link.expires_at).send()
    except Exception:
        log.exception("The link for user %s could not be sent; it is shown to the administrator.", person.pk)
        return link
    return link._replace(is_sent=True)
