from django.urls import path

from ledger.views import LoadPage

app_name = "ledger"
urlpatterns = [path("data/loads/<int:pk>/", LoadPage.as_view(), name="load")]
