from accounts.models.log_seals import LogSeal
from accounts.models.people import (
    AUDITING_ROLES,
    LOG_READING_ROLES,
    NOT_MERGED,
    REVIEW_READING_ROLES,
    AccountChange,
    Department,
    DepartmentQuerySet,
    Role,
    User,
)
from accounts.models.sessions import AuthenticatorApp, Session, UsedPassword
from accounts.models.tokens import AccessToken, AccessTokenQuerySet, Scope, TokenState

__all__ = [
    "AUDITING_ROLES",
    "LOG_READING_ROLES",
    "NOT_MERGED",
    "REVIEW_READING_ROLES",
    "AccessToken",
    "AccessTokenQuerySet",
    "AccountChange",
    "AuthenticatorApp",
    "Department",
    "DepartmentQuerySet",
    "LogSeal",
    "Role",
    "Scope",
    "Session",
    "TokenState",
    "UsedPassword",
    "User",
]
