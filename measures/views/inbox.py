"""The inbox: what a person was told."""

from typing import Any

import django_filters
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from accounts.permissions import signed_in
from measures.models import Notice
from measures.notices import notice_sentence, notices_for, read_all, read_notice
from web.views import ListPage, WorkPage


class NoticeFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    class Meta:
        model = Notice
        fields: list[str] = []


class Inbox(WorkPage, ListPage):
    template_name = "measures/inbox.html"
    filterset_class = NoticeFilter
    orderings = {"created_at": ["created_at"]}
    default_ordering = "-created_at"

    def may_open(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated

    def get_queryset(self) -> QuerySet[Notice]:
        return notices_for(signed_in(self.request.user))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows = [{"notice": each, "sentence": notice_sentence(each)} for each in context["page"]]
        unread = signed_in(self.request.user).notices.filter(read_at=None).count()
        return context | {"rows": rows, "unread_notices": unread}


class OpenNotice(LoginRequiredMixin, View):
    """A step between the inbox and the page that a notice speaks of: from here on it is read."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return redirect(read_notice(get_object_or_404(notices_for(signed_in(request.user)), pk=pk)))


class ReadAll(LoginRequiredMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        count = read_all(signed_in(request.user))
        if count:
            told = ngettext("%(count)s notice marked as read.", "%(count)s notices marked as read.", count)
            messages.success(request, told % {"count": count})
        else:
            messages.info(request, _("Every notice was read already."))
        return redirect("measures:inbox")
