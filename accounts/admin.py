from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):
    list_display = ("slug", "name_zh", "name_en", "number", "provenance")
    search_fields = ("slug", "name_zh", "name_en")


@admin.register(User)
class PersonAdmin(UserAdmin):
    list_display = ("username", "role", "department", "is_active", "last_login")
    list_filter = ("role", "department", "is_active")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        (_("Role"), {"fields": ("role", "department", "city", "language", "large_print")}),
    )
    add_fieldsets = (*UserAdmin.add_fieldsets, (_("Role"), {"fields": ("role", "department", "city")}))
    autocomplete_fields = ("department", "city")
