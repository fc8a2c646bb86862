"""The forms of a problem: it is raised, and each move of its life is made. The services decide who may do what."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.access_rules import DRAFTING_PARTIES, PROBLEM_PARTIES, PROBLEM_RAISERS, Facts
from accounts.permissions import signed_in
from core.exceptions import NotAllowed
from measures.filters import asked_plan
from problems.forms import AssignmentForm, NoteForm, ProblemForm
from problems.models import SUBJECTS, Problem, ProblemSubject
from problems.services import (
    assign_problem,
    discard_problem_draft,
    move_problem,
    raise_problem,
    reword_problem,
    save_problem_draft,
)
from problems.views.problems import asked_problem, problem_or_draft, problem_url
from problems.workflow import ASSIGNING, BY_NAME
from reporting.evidence import check_ahead
from reporting.file_types import too_large_message
from reporting.moves import Move
from web.errors import add_refusal
from web.html.links import query_of
from web.unsaved_input import labels_of
from web.uploads import refused_files
from web.views import TodayView

# What is asked with a move, and what is said once it is made.
NOTE_LABELS = {
    "reply": pgettext_lazy("problem", "Your reply"),
    "solve": gettext_lazy("What was done, and how it can be verified"),
    "close": gettext_lazy("How it was verified"),
    "send_back": gettext_lazy("What is still missing"),
}
WITH_FILES = ("reply", "solve", "close", "send_back")
DONE = {
    "raise": gettext_lazy("The problem was raised; the office says who solves it by when."),
    "reword": gettext_lazy("The problem was reworded; what it said before stays on record."),
    "assign": gettext_lazy("The problem was assigned; those concerned were told."),
    "reassign": gettext_lazy("The assignment was changed; those concerned were told."),
    "reply": gettext_lazy("Your reply was added."),
    "solve": gettext_lazy("Reported as solved; the office verifies it."),
    "take_back": gettext_lazy("The problem counts as not solved again."),
    "close": gettext_lazy("The problem was closed."),
    "send_back": gettext_lazy("The problem was sent back to its owner."),
    "withdraw": gettext_lazy("The problem was withdrawn."),
    "restore": gettext_lazy("The problem was raised again."),
    "reopen": gettext_lazy("The problem was reopened."),
}


class ProblemFormPage(TodayView):
    """A page with one form about a problem. A refusal goes back with what was typed."""

    template_name = "problems/form.html"
    heading: str | Promise
    submit: str | Promise

    @property
    def problem(self) -> Problem:
        raise NotImplementedError

    @property
    def action(self) -> str:
        """Return the address to which the form is sent."""
        raise NotImplementedError

    def make_form(self, data: Any = None) -> Any:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", self.make_form())
        problem = self.problem
        return super().get_context_data(
            problem=problem,
            plan=problem.subject.plan,
            heading=self.heading,
            submit=self.submit,
            action=self.action,
            **kwargs,
        )

    def try_to(self, do: Any, form: forms.Form) -> Any:
        """Return the result of `do`; None where it is refused, and why stands in the form then."""
        try:
            return do()
        except NotAllowed as refusal:
            add_refusal(form, refusal)
            return None


class DraftingPage(ProblemFormPage):
    """A form that raises a problem, or keeps it as a draft."""

    typed_fields = labels_of(ProblemForm, "text")
    submit = BY_NAME["raise"].label

    def make_form(self, data: Any = None) -> ProblemForm:
        return ProblemForm(data, problem=self.problem)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(takes_draft=True, may_discard=self.problem.pk is not None, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        by, action = signed_in(request.user), request.POST.get("action")
        form = self.make_form(request.POST)
        if action == "discard":
            return self.discard(form)
        if form.is_valid():
            save = save_problem_draft if action == "draft" else raise_problem
            data, version = form.problem_data(), form.cleaned_data["version"]
            problem = self.problem
            if self.try_to(lambda: save(problem, by=by, data=data, version=version), form):
                if action == "draft":
                    messages.success(request, _("Draft saved"))
                    return redirect(problem_url(problem, "move", "raise"))
                messages.success(request, str(DONE["raise"]))
                return redirect(problem.get_absolute_url())
        return self.render_to_response(self.get_context_data(form=form, **kwargs))

    def discard(self, form: ProblemForm) -> HttpResponseBase:
        subject = self.problem.subject
        try:
            discard_problem_draft(self.problem, by=signed_in(self.request.user))
        except NotAllowed as refusal:
            messages.error(self.request, str(refusal))
            return redirect(self.action)
        messages.success(self.request, _("The draft was deleted"))
        return redirect(subject.get_absolute_url())


class RaiseProblem(DraftingPage):
    heading = gettext_lazy("Raise a problem")
    subject_kind = ProblemSubject.MEASURE
    permission = write_permission = PROBLEM_RAISERS

    @cached_property
    def problem(self) -> Problem:
        subjects = SUBJECTS[self.subject_kind].in_plan(asked_plan(self.request))
        subject = get_object_or_404(subjects.select_related("plan", "lead_department"), code=self.kwargs["code"])
        return Problem(**{self.subject_kind.value: subject})

    def permission_facts(self) -> Facts:
        return self.problem.carriers

    @property
    def action(self) -> str:
        return query_of(self.request.path, plan=self.problem.subject.plan.action_slug)


class MovePage(ProblemFormPage):
    """One move, for those who take part; where another has been made meanwhile the page says so."""

    typed_fields = labels_of(ProblemForm, "text") | labels_of(NoteForm, "note")
    subject_kind = ProblemSubject.MEASURE
    permission = write_permission = PROBLEM_PARTIES

    @cached_property
    def move(self) -> Move:
        try:
            return BY_NAME[self.kwargs["move"]]
        except KeyError:
            raise Http404 from None

    @cached_property
    def problem(self) -> Problem:
        asked = {name: self.kwargs[name] for name in ("code", "number")}
        return asked_problem(self.request, self.subject_kind, **asked)

    def permission_facts(self) -> Facts:
        return {"takes_part": not self.problem.parties_of(self.request.user).isdisjoint(self.move.by)}

    @property
    def action(self) -> str:
        return problem_url(self.problem, "move", self.move.name)

    @property
    def heading(self) -> str | Promise:  # type: ignore[override]
        return self.move.label

    @property
    def submit(self) -> str | Promise:  # type: ignore[override]
        return self.move.label

    @property
    def is_possible(self) -> bool:
        return self.problem.state in self.move.before

    def make_form(self, data: Any = None) -> Any:
        name = self.move.name
        if name in ASSIGNING:
            return AssignmentForm(data, problem=self.problem)
        if name == "reword":
            return ProblemForm(data, problem=self.problem)
        label = NOTE_LABELS.get(name, gettext_lazy("Reason"))
        return NoteForm(data, label=label, takes_files=name in WITH_FILES)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            needs_note=self.move.needs_note,
            refusal="" if self.is_possible else self.move.refusal,
            last=self.problem.last_step,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = self.make_form(request.POST)
        for name in refused_files(request):
            sentence = _("%(label)s: %(text)s") % {"label": name, "text": too_large_message()}
            form.add_error("evidence" if "evidence" in form.fields else None, sentence)
        if form.is_valid() and self.try_to(lambda: self.make_move(form), form):
            messages.success(request, str(DONE[self.move.name]))
            return redirect(self.problem.get_absolute_url())
        return self.render_to_response(self.get_context_data(form=form, **kwargs))

    def make_move(self, form: Any) -> Any:
        """Make the move that the page is for. Raises NotAllowed."""
        by, name, files = signed_in(self.request.user), self.move.name, self.request.FILES.getlist("evidence")
        if name in ASSIGNING:
            said = {each: form.cleaned_data[each] for each in ("note", "known_step")}
            return assign_problem(self.problem, by=by, assignment=form.assignment(), **said)
        if name == "reword":
            version = form.cleaned_data["version"]
            return reword_problem(self.problem, by=by, data=form.problem_data(), version=version)
        check_ahead(files)
        return move_problem(self.problem, name, by=by, note=form.cleaned_data["note"], files=files)


class RaiseDraft(DraftingPage, MovePage):
    """The draft of a problem goes on."""

    heading = gettext_lazy("Raise a problem")
    submit = BY_NAME["raise"].label
    move = BY_NAME["raise"]
    permission = write_permission = DRAFTING_PARTIES

    @cached_property
    def problem(self) -> Problem:
        asked = {name: self.kwargs[name] for name in ("code", "number")}
        return problem_or_draft(self.request, self.subject_kind, **asked)
