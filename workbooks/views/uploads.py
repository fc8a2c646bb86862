"""An uploaded file: what is asked about it, what it would do, and loading it."""

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.paginator import Page
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.access_rules import UPLOAD_OWNERS, Facts
from accounts.permissions import may_administer
from core.exceptions import NotAllowed
from web.errors import BadQuery, not_one_of
from web.html.links import query_of
from web.lists.listing import asked_page
from web.views import TodayView
from workbooks.downloads import write_marked
from workbooks.forms import QuestionsForm
from workbooks.models import Upload
from workbooks.queue import ask_for_work
from workbooks.setup import Setup, Step, is_first_load, setup_of
from workbooks.uploads import (
    STEPS,
    answers_file,
    decide,
    discard,
    open_conflicts,
    read_again,
    tuple_of,
    unlikely_is_so,
    why_not_loaded,
)
from workbooks.views.attachments import attachment

# Of each kind the first rows are shown; all of one kind have pages of their own.
MOST_SHOWN = 20
ROWS_PER_PAGE = 200
PARTS = ("conflicts", "wrong", "consequences", "changed", "removed", "new")


class OwnUpload(TodayView):
    """Nobody sees the draft of another person."""

    kind = Upload.Kind.LEDGER
    permission = write_permission = UPLOAD_OWNERS

    @cached_property
    def upload(self) -> Upload:
        uploads = Upload.objects.select_related("plan", "uploaded_by", "load")
        return get_object_or_404(uploads, pk=self.kwargs["pk"], kind=self.kind)

    def permission_facts(self) -> Facts:
        return {"owner": self.upload.uploaded_by_id}


class PreviewContext(NamedTuple):
    """The preview of a file. `rows`: those shown, and `all` how many there are, by part; `part`: the one that is
    shown alone, "" for all, and `page` that of its rows; `why_not`: what stands in the way of loading it;
    `has_columns`: it was asked what its columns are."""

    rows: dict[str, Any]
    page: Page[Any] | None
    part: str
    counts: dict[str, int]
    total: int
    all: dict[str, int]
    left_out: int
    loaded: int
    why_not: str
    unlikely_is_so: bool
    has_columns: bool


class UploadPage(OwnUpload):
    template_name = "workbooks/upload.html"
    typed_fields = {"reason": gettext_lazy("Reason")}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        upload = self.upload
        if address := self.address_afterwards():
            return self.go_on(address)
        if (upload.is_read or upload.is_refused) and upload.language != get_language():
            read_again(upload)
            ask_for_work(upload)
            upload.refresh_from_db()
        if not upload.is_being_worked_on and request.headers.get("HX-Request"):
            # What stood in its place is over.
            return HttpResponse(headers={"HX-Refresh": "true"})
        return super().get(request, *args, **kwargs)

    @cached_property
    def first_visit(self) -> Setup | None:
        """Returns the first visit as long as it lasts, for those who make it: a further plan has none."""
        plan = self.upload.plan
        if plan is None or plan.action_slug or not may_administer(self.request.user):
            return None
        found = setup_of(plan, self.upload.uploaded_by)
        return None if found.is_finished else found

    def address_afterwards(self) -> str:
        """Returns the address of what became of the upload; "" where that is this page."""
        load = self.upload.load
        if load is None:
            return ""
        is_further = load.plan is not None and load.plan.action_slug
        if may_administer(self.request.user) and not is_further and is_first_load(load):
            return reverse("workbooks:start_done")
        return reverse("ledger:load", kwargs={"pk": load.pk})

    @property
    def back_url(self) -> str:
        """Returns the address where another file is chosen."""
        if self.first_visit:
            return reverse("workbooks:start_workbook")
        plan = self.upload.plan
        return query_of(reverse("workbooks:data"), plan=plan.action_slug if plan else "")

    def go_on(self, address: str) -> HttpResponse:
        if self.request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        upload = self.upload
        context: dict[str, Any] = {"upload": upload, "back_url": self.back_url}
        if self.first_visit:
            context["setup_steps"] = self.first_visit.steps(Step.PREVIEW)
        if upload.is_being_worked_on:
            context |= {"step": upload.step, "steps": len(STEPS), "step_label": STEPS[min(upload.step, len(STEPS) - 1)]}
        elif upload.is_read:
            found = upload.findings
            context["found"] = found
            if found.get("questions"):
                examples = {each["key"]: each["examples"] for each in found["questions"]}
                form = kwargs.pop("form", None) or QuestionsForm(questions=found["questions"])
                context |= {"form": form, "asked": [(field, examples[field.name]) for field in form]}
            else:
                context |= self.preview_context(found)._asdict()
        return super().get_context_data(**context | kwargs)

    def preview_context(self, found: dict[str, Any]) -> NamedTuple:
        upload = self.upload
        chosen = {tuple_of(cell): choice for *cell, choice in upload.choices}
        for number, each in enumerate(found["conflicts"]):
            each["field"], each["chosen"] = f"cell-{number}", chosen.get(tuple_of(each["cell"]), "")
        asked = self.request.GET.get("part", "")
        if asked not in ("", *PARTS):
            raise BadQuery({"part": [not_one_of(PARTS)]})
        rows: dict[str, Any] = {name: found[name][:MOST_SHOWN] for name in PARTS if asked in ("", name)}
        page = None
        if asked:
            page = asked_page(self.request.GET, found[asked], size=ROWS_PER_PAGE)
            rows[asked] = page.object_list
        counts = found["counts"] | {"conflicts": len(found["conflicts"]), "open": open_conflicts(upload, found)}
        counts["wrong_rows"] = len({(each["sheet"], each["number"]) for each in found["wrong"]})
        wrong_rows = {(each["sheet"], each["number"]) for each in (*found["wrong"], *found["consequences"])}
        return PreviewContext(
            rows=rows,
            page=page,
            part=asked,
            counts=counts,
            total=sum(found["counts"].values()) + len({str(each["cell"][:2]) for each in found["conflicts"]}),
            all={name: len(found[name]) for name in PARTS},
            left_out=len(wrong_rows),
            loaded=counts["new"] + counts["changed"] + counts["removed"],
            why_not=why_not_loaded(upload),
            unlikely_is_so=unlikely_is_so(upload),
            has_columns=bool(answers_file(upload)),
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        upload = self.upload
        action = request.POST.get("action", "save")
        if action == "discard":
            discard(upload)
            messages.success(request, _("The file was forgotten; nothing was loaded"))
            return redirect(self.back_url)
        if action == "again":
            return self.work(upload, lambda: read_again(upload))
        if not upload.is_read:
            return redirect(upload)
        found = upload.findings
        if found.get("questions"):
            form = QuestionsForm(request.POST, questions=found["questions"])
            if not form.is_valid():
                return self.render_to_response(self.get_context_data(form=form))
            return self.work(upload, lambda: read_again(upload, answers=form.cleaned_data))
        return self.decide(upload, found, is_final=action == "load")

    def work(self, upload: Upload, change: Any) -> HttpResponse:
        change()
        ask_for_work(upload)
        return redirect(upload)

    def choices(self, found: dict[str, Any]) -> Iterator[tuple[list[Any], str]]:
        """Yields the choices for cells in conflict: each cell and what was chosen."""
        for number, each in enumerate(found["conflicts"]):
            choice = self.request.POST.get(f"cell-{number}", "")
            if choice in ("file", "site"):
                yield each["cell"], choice

    def decide(self, upload: Upload, found: dict[str, Any], *, is_final: bool) -> HttpResponse:
        answers = self.request.POST
        try:
            decide(
                upload,
                choices=list(self.choices(found)),
                leaves_out_wrong="leave_out" in answers,
                is_confirmed="confirm" in answers,
                reason=answers.get("reason", ""),
                unlikely_is_so="unlikely" in answers,
                is_final=is_final,
            )
        except NotAllowed as refusal:
            messages.error(self.request, str(refusal))
            return redirect(upload)
        upload.refresh_from_db()
        if not is_final:
            messages.success(self.request, _("Your choices were saved; nothing is loaded yet"))
        elif sentence := why_not_loaded(upload):
            messages.error(self.request, sentence)
        else:
            ask_for_work(upload)
        return redirect(upload)


class Columns(OwnUpload):
    """The answers about the sheets and columns of a file, for the command that loads the next one."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # a file, or a page
        text = answers_file(self.upload)
        if not text:
            return redirect(self.upload)
        name = _("%(name)s - columns") % {"name": self.upload.stem}
        return FileResponse(
            BytesIO(text.encode()), as_attachment=True, filename=f"{name}.txt", content_type="text/plain; charset=utf-8"
        )


class Marked(OwnUpload):
    """The wrong rows, with what is wrong with each."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # a file, or a page
        upload = self.upload
        if not upload.is_read:
            return redirect(upload)
        name = _("%(name)s - to correct") % {"name": upload.stem}
        return attachment(request, partial(write_marked, upload=upload), name=name, back=upload)
