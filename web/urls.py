from django.urls import path

from web.views import EditSavedView

app_name = "web"
urlpatterns = [path("views/<int:pk>/", EditSavedView.as_view(), name="saved_view")]
