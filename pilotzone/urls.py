from django.contrib import admin
from django.urls import include, path
from django.utils.functional import lazy

from accounts.views.own_account import admin_log_in, admin_password_change, preferences
from audit.views.check import LogCheckPage
from audit.views.log import LogPage
from backups.views import BackupsPage
from integrity.views import IntegrityPage
from permissions.views import PermissionsPage
from pilotzone import health
from pilotzone.manual import GlossaryPage, GuidePage, GuidesPage
from web.site import site_profile

admin.site.site_header = admin.site.site_title = lazy(lambda: site_profile().name, str)()

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("version", health.version, name="version"),
    path("metrics", health.metrics, name="metrics"),
    path("", include("dashboard.urls")),
    path("", include("briefs.urls")),
    path("office/", include("office.urls")),
    path("", include("rollups.urls")),
    path("backups/", BackupsPage.as_view(), name="backups"),
    path("log/", LogPage.as_view(), name="log"),
    path("log/check/", LogCheckPage.as_view(), name="log_check"),
    path("glossary/", GlossaryPage.as_view(), name="glossary"),
    path("guide/", GuidesPage.as_view(), name="guides"),
    path("guide/<slug:role>/", GuidePage.as_view(), name="guide"),
    path("integrity/", IntegrityPage.as_view(), name="integrity"),
    path("", include("ledger.urls")),
    path("", include("workbooks.urls")),
    path("", include("styleguide.urls")),
    path("", include("measures.urls")),
    path("", include("projects.urls")),
    path("", include("problems.urls")),
    path("", include("indicators.urls")),
    path("", include("notices.urls")),
    path("", include("web.urls")),
    path("accounts/permissions/", PermissionsPage.as_view(), name="permissions"),
    path("accounts/", include("accounts.urls")),
    path("language/", preferences, name="language"),
    path("api/", include("pilotzone.api")),
    path("admin/login/", admin_log_in, name="admin_log_in"),
    path("admin/password_change/", admin_password_change, name="admin_password_change"),
    path("admin/", admin.site.urls),
]

handler400 = "web.errors.bad_request"
handler500 = "web.api.problem_details.server_error"
