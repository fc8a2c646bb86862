from django.urls import path

from indicators import views

app_name = "indicators"
urlpatterns = [
    path("", views.IndicatorList.as_view(), name="list"),
    path("<str:code>/", views.IndicatorDetail.as_view(), name="detail"),
]
