"""The inbox of a person's notices."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_filters import FilterSet

from accounts.access_rules import ACCOUNTS, OWNERS, Facts, GuardedView
from accounts.permissions import signed_in
from notices.models import Notice
from notices.services import notices_for, read_all, read_notice, unread_count, with_subjects
from notices.wording import notice_sentences
from web.views import FilteredListView, TodayView


class Inbox(TodayView, FilteredListView):
    template_name = "notices/inbox.html"
    filterset_class = FilterSet
    orderings = {"created_at": ["created_at"]}
    default_ordering = "-created_at"
    permission = write_permission = ACCOUNTS

    def get_queryset(self) -> QuerySet[Notice]:
        return notices_for(signed_in(self.request.user))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        notices = list(context["page"])
        sentences = notice_sentences(notices)
        rows = [{"notice": each, "sentence": sentence} for each, sentence in zip(notices, sentences, strict=True)]
        return context | {"rows": rows, "unread_notices": unread_count(signed_in(self.request.user))}


class OpenNotice(GuardedView):
    """Marks a notice as read, and leads on to the page that it speaks of."""

    http_method_names = ["get"]
    permission = OWNERS

    @cached_property
    def notice(self) -> Notice:
        return get_object_or_404(with_subjects(Notice.objects.all()), pk=self.kwargs["pk"])

    def permission_facts(self) -> Facts:
        return {"owner": self.notice.user_id}

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return redirect(read_notice(self.notice))


class ReadAll(GuardedView):
    http_method_names = ["post"]
    write_permission = ACCOUNTS

    def post(self, request: HttpRequest) -> HttpResponse:
        count = read_all(signed_in(request.user))
        if count:
            text = ngettext("%(count)s notice marked as read.", "%(count)s notices marked as read.", count)
            messages.success(request, text % {"count": count})
        else:
            messages.info(request, _("Every notice was read already."))
        return redirect("notices:inbox")
