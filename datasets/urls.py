from django.urls import path

from datasets.views import data, loads, uploads

app_name = "datasets"
urlpatterns = [
    path("", data.DataPage.as_view(), name="data"),
    path("download/", data.Download.as_view(), name="download"),
    path("uploads/<int:pk>/", uploads.UploadPage.as_view(), name="upload"),
    path("uploads/<int:pk>/marked/", uploads.Marked.as_view(), name="marked"),
    path("loads/<int:pk>/", loads.LoadPage.as_view(), name="load"),
]
