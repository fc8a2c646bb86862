from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.access_rules import ALL_METHODS, STAFF, asks
from accounts.models import AccessToken, AccountChange, Department, User
from accounts.people import tell_owner
from accounts.permissions import signed_in
from accounts.tokens import revoke_token
from core.admin import ReadOnlyAdmin
from core.published import PublishedAdmin
from core.signals import person_changed


@admin.register(Department)
class DepartmentAdmin(PublishedAdmin):
    list_display = ("slug", "name_zh", "name_en", "number", "provenance", "merged_into")
    list_select_related = ("merged_into",)
    # Departments are merged on a page of the site: with a reviewer and a reason.
    readonly_fields = ("merged_into", "merged_on")
    search_fields = ("slug", "name_zh", "name_en")


class ConfirmedAdmin(admin.ModelAdmin):
    """Each of its pages asks for the password again, as those of the site that change accounts do."""

    def get_urls(self) -> list[URLPattern]:
        patterns = super().get_urls()
        for pattern in patterns:
            pattern.callback = asks(read=STAFF, write=STAFF, confirmed_methods=ALL_METHODS)(pattern.callback)
        return patterns


class PasswordOfAnotherForm(AdminPasswordChangeForm):
    """Somebody else knows the password: its owner chooses another at the next log-in."""

    user: User

    def save(self, commit: bool = True) -> User:
        self.user.must_change_password = True
        saved: User = super().save(commit)
        return saved


@admin.register(User)
class PersonAdmin(ConfirmedAdmin, UserAdmin):
    list_display = ("username", "role", "department", "city", "is_active", "last_login")
    list_filter = ("role", "department", "city", "is_active")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        (_("Role"), {"fields": ("role", "department", "city", "language", "large_print")}),
    )
    add_fieldsets = (*UserAdmin.add_fieldsets, (_("Role"), {"fields": ("role", "department", "city")}))
    autocomplete_fields = ("department", "city")
    change_password_form = PasswordOfAnotherForm

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:
        request.email_before = form.initial.get("email", "")
        with transaction.atomic():
            obj.must_change_password = obj.must_change_password or not change
            super().save_model(request, obj, form, change)
            if {"role", "is_active", "is_superuser", "is_staff"} & set(form.changed_data):
                obj.access_tokens.revoke_all()
            person_changed.send(sender=User, person=obj, by=signed_in(request.user))

    def log_change(self, request: Any, obj: User, message: Any) -> Any:
        """Tells the owner of a change of the account, after a password too, whose form does not use `save_model`."""
        addresses = {getattr(request, "email_before", ""), obj.email}
        tell_owner(obj, AccountChange.TERMS, by=signed_in(request.user), addresses=addresses)
        return super().log_change(request, obj, message)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        # Accounts are closed (`is_active`): the log would lose who did what.
        return False


@admin.register(AccessToken)
class AccessTokenAdmin(ConfirmedAdmin):
    """Only to look at and to revoke: owners make them, or `manage.py create_token`; the record stays."""

    list_display = ("user", "name", "scope", "created_at", "expires_at", "last_used_at", "last_address", "revoked_at")
    list_filter = ("scope",)
    list_select_related = ("user",)
    readonly_fields = list_display
    actions = ("revoke",)

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    @admin.action(description=_("Revoke the selected tokens"), permissions=["change"])
    def revoke(self, request: Any, queryset: Any) -> None:
        for token in queryset:
            revoke_token(token)


class LogInAdmin(ReadOnlyAdmin):
    """The log-in attempts that django-axes counts: only to look at, like the log. `manage.py axes_reset_username` ends
    a lock-out."""

    list_display = ("attempt_time", "username", "ip_address")
    search_fields = ("username", "ip_address")
    exclude = ("get_data", "post_data")


admin.site.unregister(Group)


@admin.register(Group)
class ConfirmedGroupAdmin(ConfirmedAdmin, GroupAdmin):
    pass


# A key that an administrator reads is a second factor no more.
admin.site.unregister([TOTPDevice, StaticDevice])
admin.site.register([AccessAttempt, AccessLog, AccessFailureLog], LogInAdmin)
