"""The pages on which a report of anything is written: its form, and the drafts that save themselves."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.vary import vary_on_cookie

from accounts.models import Role, User
from accounts.permissions import may_see_names, signed_in
from core.clock import today
from core.exceptions import NotAllowed
from reporting.doubts import Doubt, Doubtful
from reporting.evidence import check_ahead
from reporting.forms import DraftForm
from reporting.months import reports_due_on
from reporting.moves import Move, moves_from
from reporting.report_problems import ProblemStillOpen
from reporting.services import DraftChanged, discard_draft, is_discardable, withdraw_report
from reporting.steps import StepRow, step_rows
from reporting.views.doubts import SOME_UNLIKELY, Asked, AsksDoubts
from reporting.views.evidence import change_evidence
from reporting.workflow import MOVES, REVIEWED_ALREADY, ReportState
from web.errors import add_refusal
from web.unsaved_input import ShowsUnsavedInput


class Needed(NamedTuple):
    """A reason that keeps a draft from being submitted; `anchor` is where the field at fault stands, empty for the
    whole."""

    anchor: str
    label: str | Promise
    sentence: str


class SavedContext(NamedTuple):
    """The values of the answer to a form that saved itself. `report` and `saved` are the draft, None where it was not
    saved; `reasons`: why not; `known`: its values, as the form says them; `figures`: see `DraftView.figures`."""

    report: Any
    saved: Any
    reasons: Sequence[str] = ()
    known: str = ""
    needed: Sequence[Needed] = ()
    figures: Any = None


class PageContext(NamedTuple):
    """The values of any page of a report, of whatever kind. `refused`: said where the server refuses to save; `store`:
    names what the browser keeps of the form; `code` and `file_view`: make the address of a file of evidence."""

    plan: Any
    month: date | None
    report: Any
    form_url: str
    draft_url: str
    workspace_url: str
    discard_url: str
    store: str
    code: str
    file_view: str
    refused: str | Promise
    due_on: date | None
    is_past_due: bool
    may_withdraw: bool
    may_discard: bool
    steps: list[StepRow]
    may_see_names: bool
    evidence: list[Any]
    megabytes: int
    as_of: None = None


class FormContext(NamedTuple):
    """The further values of a page with the form. `saved`: the draft that it says was saved; `theirs`, `differences`:
    both versions, where a colleague's draft stands in the way; `left`: see `FormPage.left`; `is_closed`: it left, and
    nothing was written that would be lost from sight."""

    form: DraftForm
    saved: Any
    is_new: bool
    doubts: list[Asked]
    submit_move: Move
    theirs: Any
    differences: list[dict[str, Any]]
    needed: list[Needed]
    left: Any
    is_closed: bool
    asks_about_problem: bool


class SubmittedContext(NamedTuple):
    """The further values of a page with the submitted report. `shown`: its texts; `unsaved`: the labels and texts of a
    form that came too late."""

    shown: Mapping[str, str]
    unsaved: list[tuple[Any, str]] | None
    is_submitted: bool = True


@method_decorator([cache_control(private=True, no_store=True), vary_on_cookie], name="dispatch")
class DraftView(ShowsUnsavedInput):
    """A view of the draft about what is reported on and a period, mostly a month. An app's own finds both, and says the
    rest below."""

    form_class: type[DraftForm]
    # The plan of the page; the frame reads it too.
    plan: Any
    # None for what is not filed by month.
    month: date | None = None
    # The answer to a draft that saved itself.
    state_template = "reporting/_draft_state.html"

    @property
    def user(self) -> User:
        return signed_in(self.request.user)

    @property
    def form_url(self) -> str:
        """Returns the address that the form is sent to."""
        raise NotImplementedError

    @property
    def draft_url(self) -> str:
        """Returns the address at which the form saves itself."""
        raise NotImplementedError

    @property
    def workspace_url(self) -> str:
        raise NotImplementedError

    @property
    def store(self) -> str:
        """Names what the browser keeps of the form."""
        raise NotImplementedError

    def lock_subject(self) -> None:
        """Locks the row of what is reported on."""
        raise NotImplementedError

    def find_report(self) -> Any:
        """The month's one that is a draft, submitted or returned, or None."""
        raise NotImplementedError

    def make_form(self, *args: Any, **kwargs: Any) -> DraftForm:
        raise NotImplementedError

    def values_of(self, report: Any) -> dict[str, Any]:
        """Returns the values with which the form of the report begins."""
        raise NotImplementedError

    def write(self, form: Any, version: int | None) -> Any:
        """Saves a valid form. Raises NotAllowed."""
        raise NotImplementedError

    def refusals(self, report: Any) -> Iterable[NotAllowed]:
        """Returns the refusals that keep a draft from being submitted now."""
        raise NotImplementedError

    @property
    def due_on(self) -> date | None:
        """Returns the day by which the report is to be submitted; None: at any time."""
        return None if self.month is None else reports_due_on(self.month)

    def steps_of(self, report: Any) -> list[StepRow]:
        return step_rows(report)

    def figures(self, report: Any) -> Any:
        """Returns what the figures of a saved report come to, for a kind that says so beside its form."""
        return None

    def needed(self, form: DraftForm, report: Any) -> list[Needed]:
        found = []
        for refusal in self.refusals(report):
            field = form[refusal.field] if refusal.field in form.fields else None
            anchor = (field.id_for_label or field.auto_id) if field is not None else ""
            found.append(Needed(anchor, field.label if field is not None else "", str(refusal)))
        return found

    @transaction.atomic
    def save(self, form: DraftForm) -> Any:
        """Saves the form; what others have changed in other fields meanwhile stays. Raises DraftChanged for the same
        field."""
        self.lock_subject()
        report, version = self.find_report(), form.cleaned_data["version"]
        if report is None and version is not None:
            # What saves itself begins no other.
            raise NotAllowed(_("This draft is gone: it was reviewed or deleted. Save yours to begin another."))
        is_another = report is not None and version != report.version
        if is_another and form.cleaned_data["known"] and not form.merge(self.values_of(report)):
            version = report.version
        return self.write(form, version)

    def take_back(self, report: Any, action: str) -> HttpResponseBase:
        """Withdraws the month's report, or throws its draft away."""
        discards = action == "discard"
        try:
            if report is not None:
                discard_draft(report, by=self.user) if discards else withdraw_report(report, by=self.user)
            elif not discards:
                raise NotAllowed(str(REVIEWED_ALREADY))
        except NotAllowed as refusal:
            messages.error(self.request, str(refusal))
            return redirect(self.form_url)
        if discards:
            messages.success(self.request, _("The draft was deleted"))
            return redirect(self.workspace_url)
        messages.success(self.request, _("Report withdrawn; you can change it and submit it again."))
        return redirect(self.form_url)


class SavesItself(DraftView):
    """Saves what has been typed so far; answers with the line that says so, and what follows from it."""

    http_method_names = ["post"]

    def turn_away(self, request: HttpRequest) -> HttpResponseBase:
        # The browser keeps the text.
        return HttpResponse(status=401)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        form = self.make_form(request.POST.copy())
        report, reasons, status = None, [], 200
        if not form.is_valid():
            status = 422
            reasons = [
                _("%(label)s: %(text)s") % {"label": form[name].label, "text": error}
                for name, errors in form.errors.items()
                for error in errors
            ]
        else:
            try:
                report = self.save(form)
            except DraftChanged:
                status = 409
                reasons = [_("A colleague has saved this report in the meantime; save yours to see both versions.")]
            except NotAllowed as refusal:
                status, reasons = 409, [str(refusal)]
        return self.answer(request, form, report, reasons, status=status)

    def answer(
        self, request: HttpRequest, form: DraftForm, report: Any, reasons: list[str], *, status: int
    ) -> HttpResponse:
        context = SavedContext(report, report, reasons)
        if report is not None:
            known = form.known_after(self.values_of(report))
            context = context._replace(known=known, needed=self.needed(form, report), figures=self.figures(report))
        return render(request, self.state_template, context._asdict(), status=status)


class FormPage(AsksDoubts, DraftView):
    """The form of a report, or the submitted one. An app's own stands before its DraftView among the bases."""

    http_method_names = ["get", "post"]
    template_name: str
    # Fields whose texts a page with the submitted report compares with those that the browser kept.
    shown_fields: Iterable[str]
    # The name of the address of a file of evidence.
    file_view: str
    # Said where the server refuses to save: the form is somebody else's by now.
    unsaved_refusal: str | Promise
    # The draft that the page says was saved, and why it could not be saved or submitted.
    saved: Any = None
    refusal: NotAllowed | None = None

    def first_values(self) -> dict[str, Any]:
        """Returns the values of a form that nobody has written in."""
        raise NotImplementedError

    def hand_in(self, form: Any, report: Any) -> None:
        """Submits what was saved. Raises NotAllowed, and Doubtful."""
        raise NotImplementedError

    def doubts_about(self, report: Any) -> list[Doubt]:
        """Returns all doubts about a complete report."""
        raise NotImplementedError

    @property
    def left(self) -> Any:
        """Returns the change by which what it is about left the plan; None for what has not, or is in none."""
        return None

    def subject_context(self, report: Any, form: FormContext | None) -> NamedTuple:
        """Returns what only this kind of report has. `form`: None where the report is submitted."""
        raise NotImplementedError

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        report = self.find_report()
        if report is not None and report.state == ReportState.SUBMITTED:
            return self.show_submitted(report)
        self.saved = report
        initial = self.initial_values(report)
        initial["known"] = self.form_class.known_values(initial)
        return self.show(self.make_form(initial=initial), report)

    def initial_values(self, report: Any) -> dict[str, Any]:
        return self.first_values() if report is None else self.values_of(report)

    def submit(self, form: Any, report: Any) -> None:
        """Hands in what was saved; why not stands in the form then."""
        try:
            self.hand_in(form, report)
        except Doubtful:
            self.doubts = self.doubts_about(report)
            form.add_error(None, SOME_UNLIKELY)
        except NotAllowed as refusal:
            self.refuse(form, refusal)

    def post_to_submitted(self, form: DraftForm, report: Any) -> HttpResponseBase:
        """A form sent after the report was submitted: the same again is done; anything else is shown, to be copied."""
        if form.is_valid() and self.says_the_same(form, report):
            return self.redirect_submitted()
        names = [name for name in form.written if name in form.fields and form.data.get(name)]
        return self.show_submitted(report, unsaved=[(form.fields[name].label, form.data[name]) for name in names])

    def says_the_same(self, form: DraftForm, report: Any) -> bool:
        return not any(form.differences(self.values_of(report)))

    def show(self, form: DraftForm, report: Any) -> HttpResponseBase:
        return self.render_page(report, self.form_context(form, report))

    def show_submitted(self, report: Any, *, unsaved: list[tuple[Any, str]] | None = None) -> HttpResponseBase:
        texts = self.form_class.texts_of(self.values_of(report))
        shown = {name: texts[name] for name in self.shown_fields}
        return self.render_page(report, SubmittedContext(shown, unsaved))

    def render_page(self, report: Any, content: FormContext | SubmittedContext) -> HttpResponseBase:
        subject = self.subject_context(report, content if isinstance(content, FormContext) else None)
        context = {**self.page_context(report)._asdict(), **subject._asdict(), **content._asdict()}
        return TemplateResponse(self.request, self.template_name, context)

    def post(self, request: HttpRequest, code: str) -> HttpResponseBase:
        check_ahead(request.FILES.getlist("evidence"))
        return self._save(request)

    @transaction.atomic
    def _save(self, request: HttpRequest) -> HttpResponseBase:
        # One after the other: of a double click the second comes when the first has filed the report.
        self.lock_subject()
        report, action = self.find_report(), request.POST.get("action")
        if action in ("withdraw", "discard"):
            return self.take_back(report, action)
        form = self.make_form(request.POST.copy(), request.FILES)
        if report is not None and report.state == ReportState.SUBMITTED:
            return self.post_to_submitted(form, report)
        report = self.save_valid(form, report)
        change_evidence(request, form, report, by=self.user)
        submits = action == "submit" and "remove" not in request.POST
        if submits and report is not None and not form.errors:
            self.submit(form, report)
        if form.errors:
            return self.show(form, report)
        return self.redirect_submitted() if submits else self.redirect_saved()

    def save_valid(self, form: DraftForm, report: Any) -> Any:
        """Saves what was typed if it is valid; returns the month's report as it now stands in the database."""
        if not form.is_valid():
            return report
        if report is None and form.cleaned_data["version"] is not None:
            # Written on a draft that is none any more; saved again, it begins a new one.
            form.add_error(None, str(REVIEWED_ALREADY))
            form.set_value("version", "")
            form.set_value("known", "")
            return None
        try:
            report = self.saved = self.save(form)
        except NotAllowed as refusal:
            self.refuse(form, refusal)
            if not isinstance(refusal, DraftChanged):
                return report
            report = refusal.theirs
        # What is sent next is written on this.
        form.set_value("version", report.version)
        form.set_value("known", form.known_values(self.values_of(report)))
        return report

    def refuse(self, form: DraftForm, refusal: NotAllowed) -> None:
        self.refusal = refusal
        add_refusal(form, refusal)

    def redirect_saved(self) -> HttpResponseBase:
        messages.success(self.request, _("Draft saved"))
        stays = "remove" in self.request.POST or self.request.POST.get("action") == "attach"
        return redirect(self.form_url + ("#evidence" if stays else ""))

    def redirect_submitted(self) -> HttpResponseBase:
        messages.success(self.request, _("Report submitted"))
        return redirect(self.workspace_url)

    def form_context(self, form: DraftForm, report: Any) -> FormContext:
        theirs = self.refusal.theirs if isinstance(self.refusal, DraftChanged) else None
        state = report.state if report is not None else ReportState.DRAFT
        is_new, left = report is None and not form.is_bound, self.left
        return FormContext(
            form=form,
            saved=self.saved,
            is_new=is_new,
            doubts=self.asked,
            submit_move=moves_from(MOVES, state, by=[Role.REPORTER])[0],
            theirs=theirs,
            differences=list(form.differences(self.values_of(theirs))) if theirs is not None else [],
            needed=self.needed(form, report) if report is not None else [],
            left=left,
            is_closed=left is not None and is_new,
            asks_about_problem=isinstance(self.refusal, ProblemStillOpen),
        )

    def page_context(self, report: Any) -> PageContext:
        due_on = self.due_on
        return PageContext(
            plan=self.plan,
            month=self.month,
            report=report,
            form_url=self.form_url,
            draft_url=self.draft_url,
            workspace_url=self.workspace_url,
            discard_url=self.form_url,
            store=self.store,
            code=self.kwargs["code"],
            file_view=self.file_view,
            refused=self.unsaved_refusal,
            due_on=due_on,
            is_past_due=due_on is not None and today() > due_on,
            may_withdraw=report is not None and report.may_be_withdrawn_by(self.user),
            may_discard=report is not None and is_discardable(report),
            steps=self.steps_of(report) if report is not None else [],
            may_see_names=may_see_names(self.user),
            evidence=list(report.evidence.order_by("pk")) if report is not None else [],
            megabytes=settings.PILOTZONE_EVIDENCE_MEGABYTES,
        )
