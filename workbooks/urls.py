from django.urls import path

from workbooks.month.projects import PROJECT_MONTH
from workbooks.month.values import INDICATOR_VALUES
from workbooks.views import data, month, start, uploads

app_name = "workbooks"
urlpatterns = [
    path("data/", data.DataPage.as_view(), name="data"),
    path("data/start/", start.StartPage.as_view(), name="start"),
    path("data/start/names/", start.NamesStep.as_view(), name="start_names"),
    path("data/start/workbook/", start.WorkbookStep.as_view(), name="start_workbook"),
    path("data/start/done/", start.DoneStep.as_view(), name="start_done"),
    path("data/download/", data.Download.as_view(), name="download"),
    path("data/uploads/<int:pk>/", uploads.UploadPage.as_view(), name="upload"),
    path("data/uploads/<int:pk>/columns/", uploads.Columns.as_view(), name="columns"),
    path("data/uploads/<int:pk>/marked/", uploads.Marked.as_view(), name="marked"),
    path("workspace/ledger/", month.MonthPage.as_view(), name="month"),
    path("workspace/ledger/download/", month.MonthDownload.as_view(), name="month_download"),
    path("workspace/ledger/<int:pk>/", month.MonthUpload.as_view(), name="month_upload"),
    path("workspace/projects/month/", month.MonthPage.as_view(kind=PROJECT_MONTH), name="project_month"),
    path(
        "workspace/projects/month/download/",
        month.MonthDownload.as_view(kind=PROJECT_MONTH),
        name="project_month_download",
    ),
    path(
        "workspace/projects/month/<int:pk>/",
        month.MonthUpload.as_view(month_kind=PROJECT_MONTH),
        name="project_month_upload",
    ),
    path("workspace/values/", month.MonthPage.as_view(kind=INDICATOR_VALUES), name="values"),
    path("workspace/values/download/", month.MonthDownload.as_view(kind=INDICATOR_VALUES), name="values_download"),
    path("workspace/values/<int:pk>/", month.MonthUpload.as_view(month_kind=INDICATOR_VALUES), name="values_upload"),
    path("review/ledger/", month.OfficeMonth.as_view(), name="office_month"),
]
