"""Coordination meetings: their list, the sheet of one, and the office's forms."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from accounts.access_rules import READERS, REVIEWERS
from accounts.log import log_export
from accounts.models import User
from accounts.permissions import may_review, signed_in
from core.clock import today
from core.exceptions import NotAllowed
from measures.filters import asked_plan
from measures.views.editing import OfficeForm
from measures.views.plans import PlanPage
from problems.filters import PROBLEM_ORDERINGS, ProblemFilter
from problems.meeting_forms import AgendaForm, DirectionForm, MeetingForm
from problems.meeting_sheets import Sheet, coming_meetings, load_sheets, meetings_on
from problems.meetings import (
    DIRECTED_STATES,
    MAX_ON_AGENDA,
    add_meeting,
    change_meeting,
    give_direction,
    move_on_agenda,
    put_on_agenda,
    remove_meeting,
    take_off_agenda,
)
from problems.models import Meeting, MeetingItem, Problem, ProblemStep
from web.errors import add_refusal
from web.formats.dates import format_day
from web.formats.text import format_list
from web.html.links import query_of, query_with
from web.lists.filters import several_of
from web.lists.listing import Listing, asked_page
from web.unsaved_input import labels_of
from web.values import refuse_repeated
from web.views import PageView


class MeetingList(PageView):
    permission = READERS
    template_name = "problems/meetings/list.html"
    parameters = ("page",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = asked_page(self.request.GET, meetings_on(asked_plan(self.request), on=self.day).select_related("plan"))
        return super().get_context_data(
            page=page,
            sheets=load_sheets(page, on=self.day),
            plan=asked_plan(self.request),
            is_office=may_review(self.request.user),
            **kwargs,
        )


class MeetingSheet(PageView):
    """The sheet of a meeting, for the screen and for paper, as of a day."""

    permission = READERS
    template_name = "problems/meetings/sheet.html"

    @cached_property
    def sheet(self) -> Sheet:
        meetings = meetings_on(asked_plan(self.request), on=self.day).select_related("plan")
        return load_sheets([get_object_or_404(meetings, number=self.kwargs["number"])], on=self.day)[0]

    @property
    def sees_notes(self) -> bool:
        """Return whether the reader sees the notes: what is to be done stands in the note of a step, which visitors do
        not see."""
        return self.request.user.is_authenticated

    @property
    def line(self) -> str:
        """Return the meeting's day and place."""
        meeting = self.sheet.meeting
        return pgettext("between clauses", ", ").join(filter(None, [format_day(meeting.held_on), meeting.place]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sheet = self.sheet
        is_today = self.day == today()
        return super().get_context_data(
            sheet=sheet,
            meeting=sheet.meeting,
            sees_notes=self.sees_notes,
            is_office=may_review(self.request.user) and is_today,
            can_direct=sheet.meeting.held_on <= today(),
            directed_states=DIRECTED_STATES,
            plan=sheet.meeting.plan,
            **kwargs,
        )


class MeetingWord(MeetingSheet):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> FileResponse:  # type: ignore[override]
        sheet = self.sheet
        as_of = _("As of %(day)s") % {"day": format_day(self.day)}
        log_export(request, what="meeting", file_format="docx", as_of=self.day, rows=len(sheet.rows))
        # python-docx and lxml take 5 MB: only of a process that is asked for a file of Word.
        from problems.meeting_document import meeting_file

        return meeting_file(sheet, heading=self.line, sees_notes=self.sees_notes, as_of=as_of)


class MeetingPage(PlanPage):
    """A page of the office about one meeting of the plan that the address names."""

    permission = write_permission = REVIEWERS

    @cached_property
    def meeting(self) -> Meeting:
        return get_object_or_404(Meeting.objects.filter(plan=self.plan), number=self.kwargs["number"])

    def address(self, name: str, *args: Any) -> str:
        return query_of(reverse(f"problems:{name}", args=args), plan=self.plan.link_slug)


class MeetingFormPage(MeetingPage, OfficeForm):
    name_column = "title"

    @property
    def subject(self) -> Any:
        return self.meeting


class AddMeeting(MeetingPage):
    """The problems that the filters of the address find, ticked; the office puts them on the agenda of a new meeting or
    of one that is to come."""

    template_name = "problems/meetings/add.html"
    typed_fields = labels_of(AgendaForm, "title_zh", "title_en", "held_on", "place")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # A list of problems may have been of another day; what is put on an agenda is open today.
        query = request.GET.copy()
        for name in ("as_of", "compare", "page", "page_size"):
            query.pop(name, None)
        request.GET = query  # type: ignore[assignment]
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def listing(self) -> Listing:
        refuse_repeated(self.request.GET, several_of(ProblemFilter))
        return Listing(
            self.request,
            orderings=PROBLEM_ORDERINGS,
            default_ordering="due_on",
            filterset_class=ProblemFilter,
            queryset=ProblemStep.objects.in_plan(self.plan).last_by(self.day).open(),
        )

    @property
    def is_filtered(self) -> bool:
        return any(any(self.request.GET.getlist(name)) for name in ProblemFilter.base_filters)

    def make_form(self, data: Any = None) -> AgendaForm:
        return AgendaForm(
            data,
            plan=self.plan,
            coming=list(coming_meetings(self.plan, on=self.day)),
            asked=self.request.GET.get("meeting", ""),
        )

    @property
    def action(self) -> str:
        return self.request.path + query_with(self.request.GET, plan=self.plan.action_slug)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "form" not in kwargs:
            kwargs["form"] = self.make_form()
        listed: Any = self.listing.rows
        found = list(listed.with_rows()[: MAX_ON_AGENDA + 1])
        form = kwargs["form"]
        ticked = set(form.data.getlist("problems")) if form.is_bound else None
        rows = [
            {
                "step": step,
                "problem": step.problem,
                "days": (self.day - step.problem.raised_on).days,
                "is_ticked": self.is_filtered if ticked is None else str(step.problem_id) in ticked,
            }
            for step in found[:MAX_ON_AGENDA]
        ]
        return super().get_context_data(
            rows=rows,
            left_out=self.listing.filtered.count() - len(rows) if len(found) > len(rows) else 0,
            plan=self.plan,
            action=self.action,
            fields=[form[name] for name in form.fields if name != "problems"],
            is_filtered=self.is_filtered,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = self.make_form(request.POST)
        if form.is_valid():
            try:
                meeting = self.save(form, signed_in(request.user))
            except NotAllowed as refusal:
                add_refusal(form, refusal)
            else:
                return redirect(self.address("meeting", meeting.number))
        return self.render_to_response(self.get_context_data(form=form, **kwargs))

    def save(self, form: AgendaForm, by: User) -> Meeting:
        problems = list(form.cleaned_data["problems"])
        meeting = form.chosen_meeting
        if meeting is None:
            added = add_meeting(self.plan, by=by, problems=self._in_order(problems), **form.values)
            messages.success(self.request, _("The meeting was added"))
            return added
        there = put_on_agenda(meeting, self._in_order(problems), by=by)
        count = len(problems) - len(there)
        text = ngettext("%(count)s problem was put on the agenda", "%(count)s problems were put on the agenda", count)
        messages.success(self.request, text % {"count": count})
        if there:
            named = {"problems": format_list(each.code for each in there)}
            messages.info(self.request, _("On the agenda already: %(problems)s") % named)
        return meeting

    def _in_order(self, problems: list[Problem]) -> list[Problem]:
        """Return the problems in the order in which the page listed them."""
        places = {key: place for place, key in enumerate(self.listing.rows.values_list("problem_id", flat=True))}
        return sorted(problems, key=lambda each: (places.get(each.pk, len(places)), each.pk))


class ChangeMeeting(MeetingFormPage):
    heading = gettext_lazy("Change the meeting")
    explanation = gettext_lazy("Its title, day and place. Its problems are on its agenda.")
    done = gettext_lazy("The meeting was changed")
    typed_fields = labels_of(MeetingForm, "title_zh", "title_en", "held_on", "place")

    def make_form(self, data: Any = None) -> MeetingForm:
        return MeetingForm(data, meeting=self.meeting)

    def save(self, form: Any, by: User) -> None:
        change_meeting(self.meeting, by=by, **form.changed_values)


class RemoveMeeting(MeetingFormPage):
    heading = gettext_lazy("Remove the meeting")
    submit = pgettext_lazy("button", "Remove")
    done = gettext_lazy("The meeting was removed; the log keeps what it was")
    is_final = True

    @property
    def has_directions(self) -> bool:
        return self.meeting.items.exclude(direction=None).exists()

    @property
    def explanation(self) -> str:
        if self.has_directions:
            return _("Directions were given at this meeting: it stays on record.")
        return _("Its problems stay as they are; only the meeting and its agenda go.")

    def make_form(self, data: Any = None) -> forms.Form | None:
        return None if self.has_directions else forms.Form(data)

    def save(self, form: Any, by: User) -> None:
        remove_meeting(self.meeting, by=by)

    def success_url(self, saved: Any) -> str:
        return self.address("meetings")


class MeetingAgenda(MeetingPage):
    """The order of the problems; one button moves one or takes it off."""

    template_name = "problems/meetings/agenda.html"
    refusal = ""
    actions: Collection[str] = ("up", "down", "off")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            meeting=self.meeting,
            sheet=load_sheets([self.meeting], on=self.day)[0],
            can_direct=self.meeting.held_on <= self.day,
            directed_states=DIRECTED_STATES,
            action=self.action,
            plan=self.plan,
            refusal=self.refusal,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = next(((name, request.POST[name]) for name in self.actions if name in request.POST), None)
        if asked is None or not asked[1].isascii() or not asked[1].isdigit():
            raise Http404
        name, key = asked
        by = signed_in(request.user)
        item = self.meeting.items.select_related("meeting").filter(pk=int(key)).first()
        try:
            if item is None:
                raise NotAllowed(_("A colleague has taken this problem off the agenda."))
            if name == "off":
                take_off_agenda(item, by=by)
                messages.success(request, _("The problem was taken off the agenda"))
            else:
                move_on_agenda(item, by=by, up=name == "up")
        except NotAllowed as refusal:
            self.refusal = str(refusal)
            return self.render_to_response(self.get_context_data(**kwargs))
        return redirect(self.address("meeting_agenda", self.meeting.number))


class GiveDirection(MeetingFormPage):
    template_name = "problems/meetings/direction.html"
    heading = gettext_lazy("Direction of the meeting")
    submit = gettext_lazy("Give the direction")
    done = gettext_lazy("The direction was given; its due date is followed as that of the problem")
    typed_fields = labels_of(DirectionForm, "what", "due_on")

    @cached_property
    def item(self) -> MeetingItem:
        items = self.meeting.items.select_related(
            "meeting__plan",
            "problem__measure__plan",
            "problem__project__plan",
            "problem__raised_by",
            "problem__category",
        )
        return get_object_or_404(items, pk=self.kwargs["pk"])

    @property
    def explanation(self) -> str:
        if self.item.direction_id is not None:
            return _("The meeting has given its direction; what follows is done on the problem's page.")
        if self.meeting.held_on > self.day:
            words = {"day": format_day(self.meeting.held_on)}
            return _("The meeting is on %(day)s: its directions are given then.") % words
        state = self.item.problem.state
        if state not in DIRECTED_STATES:
            words = {"code": self.item.problem.code, "state": str(state.label)}
            return _("%(code)s is in the state “%(state)s” now: there is nothing to assign.") % words
        return _("It becomes the problem's assignment: its owner is told, and reminded of the due date.")

    def make_form(self, data: Any = None) -> DirectionForm | None:
        is_open = self.item.direction_id is None and self.item.problem.state in DIRECTED_STATES
        # What came meanwhile is refused by the service, so that nothing typed is lost.
        if data is None and not (is_open and self.meeting.held_on <= self.day):
            return None
        return DirectionForm(data, item=self.item)

    def save(self, form: Any, by: User) -> None:
        give_direction(self.item, by=by, direction=form.direction)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        problem = self.item.problem
        assert problem.raised_on is not None
        return super().get_context_data(
            problem=problem, days=(self.day - problem.raised_on).days, plan=self.plan, **kwargs
        )
