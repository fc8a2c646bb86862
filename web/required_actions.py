"""Leads whoever must act before all else to the page for it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.required_actions import ALWAYS_OPEN, due_action
from core.view_instances import made_from
from web.api.problem_details import refuse
from web.middleware import Middleware


class RequiredActionMiddleware(Middleware):
    """A middleware that may answer in place of a view, the admin's too; a cached page is not looked for then."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        action = due_action(request.user, request)
        if action is None or request.resolver_match is None:
            return None
        if request.resolver_match.view_name in (*action.pages, *ALWAYS_OPEN):
            return None
        if request.path.startswith("/api/"):
            return refuse("forbidden", str(action.sentence), is_page=False)
        page = made_from(view)
        if request.method == "POST" and hasattr(page, "show_unsaved"):
            response: HttpResponse = page.show_unsaved(request)
            return response
        messages.info(request, str(action.sentence))
        return redirect(action.pages[0])
