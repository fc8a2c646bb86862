from django.urls import path

from measures import views

app_name = "measures"
urlpatterns = [
    path("", views.MeasureList.as_view(), name="list"),
    # Before the codes, since any word would do for one.
    path("lights/", views.LightsRule.as_view(), name="lights"),
    path("<str:code>/", views.MeasureDetail.as_view(), name="detail"),
]
