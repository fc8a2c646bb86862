from django.urls import path

from datasets.views import data, loads, start, uploads

app_name = "datasets"
urlpatterns = [
    path("", data.DataPage.as_view(), name="data"),
    path("start/", start.StartPage.as_view(), name="start"),
    path("start/names/", start.NamesStep.as_view(), name="start_names"),
    path("start/workbook/", start.WorkbookStep.as_view(), name="start_workbook"),
    path("start/done/", start.DoneStep.as_view(), name="start_done"),
    path("download/", data.Download.as_view(), name="download"),
    path("uploads/<int:pk>/", uploads.UploadPage.as_view(), name="upload"),
    path("uploads/<int:pk>/marked/", uploads.Marked.as_view(), name="marked"),
    path("loads/<int:pk>/", loads.LoadPage.as_view(), name="load"),
]
