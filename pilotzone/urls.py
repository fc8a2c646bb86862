from django.contrib import admin
from django.urls import include, path

from accounts.views import preferences
from pilotzone import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("", include("dashboard.urls")),
    path("", include("rollups.urls")),
    path("", include("styleguide.urls")),
    path("", include("measures.urls")),
    path("projects/", include("projects.urls")),
    path("indicators/", include("indicators.urls")),
    path("accounts/", include("accounts.urls")),
    path("language/", preferences, name="language"),
    path("api/", include("pilotzone.api")),
    path("admin/", admin.site.urls),
]

handler400 = "web.errors.bad_request"
handler500 = "web.api.problems.server_error"
