from django.urls import path

from notices.views import board, inbox

app_name = "notices"

urlpatterns = [
    path("review/board/", board.BoardPage.as_view(), name="board"),
    path("review/remind/", board.Remind.as_view(), name="remind"),
    path("review/projects/board/", board.CityBoardPage.as_view(), name="city_board"),
    path("review/projects/remind/", board.RemindCity.as_view(), name="remind_city"),
    path("inbox/", inbox.Inbox.as_view(), name="inbox"),
    path("inbox/read/", inbox.ReadAll.as_view(), name="inbox_read"),
    path("inbox/<int:pk>/", inbox.OpenNotice.as_view(), name="notice"),
]
