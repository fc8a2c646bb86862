"""Leads whoever has something to do before all else to the page for it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.steps import ALWAYS_OPEN, due_step
from core.view_instances import made_from
from web.api.problems import refuse
from web.middleware import Middleware


class StepMiddleware(Middleware):
    """A middleware that may answer in place of a view, the admin's too; a cached page is not looked for then."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        step = due_step(request.user, request)
        if step is None or request.resolver_match is None:
            return None
        if request.resolver_match.view_name in (*step.pages, *ALWAYS_OPEN):
            return None
        if request.path.startswith("/api/"):
            return refuse("forbidden", str(step.sentence), is_page=False)
        page = made_from(view)
        if request.method == "POST" and hasattr(page, "show_unsaved"):
            response: HttpResponse = page.show_unsaved(request)
            return response
        messages.info(request, str(step.sentence))
        return redirect(step.pages[0])
