from django.urls import path

from styleguide import views

app_name = "styleguide"
urlpatterns = [
    path("gallery/", views.GalleryPage.as_view(), name="gallery"),
]
