from django.utils.translation import override

from ledger.declaration import Kind
from ledger.sheets import SHEETS
from ledger.sheets.columns import column_of
from measures.models import Measure, Report
from projects.models import Project, ProjectMonth
from web.models import Site


def test_a_text_has_the_label_and_the_length_of_its_field():
    column = column_of(Project, "list_name", "Its list.", "省重大项目名单")
    with override("en"):
        assert (column.name, str(column.label), column.kind, column.most) == (
            "list_name",
            "Project list",
            Kind.TEXT,
            100,
        )
    assert (column.help, column.example, column.required, column.field) == (
        "Its list.",
        "省重大项目名单",
        False,
        "list_name",
    )


def test_the_class_of_a_field_says_what_a_cell_holds():
    names = ("code", "due_on", "position", "provenance", "section", "participating_departments", "title_zh")
    assert [column_of(Measure, name).kind for name in names] == [
        Kind.CODE,
        Kind.DAY,
        Kind.WHOLE,
        Kind.CHOICE,
        Kind.REFERENCE,
        Kind.REFERENCE,
        Kind.TEXT,
    ]
    assert column_of(Report, "submitted_at").kind is Kind.MOMENT


def test_a_number_has_the_limits_of_its_validators_and_else_those_of_every_database():
    columns = [column_of(Site, "report_due_day"), column_of(Site, "silent_days"), column_of(Measure, "position")]
    assert [(each.least, each.most) for each in columns] == [(1, 28), (1, 366), (0, 2_147_483_647)]


def test_a_field_that_may_be_empty_or_has_a_default_needs_no_value():
    assert column_of(Measure, "section").required
    assert not column_of(Measure, "due_on").required
    assert not column_of(Measure, "provenance").required


def test_a_relation_names_the_sheet_of_its_rows():
    section, departments = column_of(Measure, "section"), column_of(Measure, "participating_departments")
    assert (section.refers_to, section.many) == ("sections", False)
    assert (departments.refers_to, departments.many) == ("departments", True)
    assert SHEETS["measures"].links == ("participating_departments",)


def test_choices_are_those_of_the_field_and_its_length_is_not_theirs():
    stage = column_of(ProjectMonth, "stage")
    assert [value for value, _label in stage.choices] == [
        "preparing",
        "under_construction",
        "completed",
        "in_production",
        "suspended",
    ]
    assert stage.most is None


def test_what_the_ledger_says_otherwise_goes_before_the_field():
    column = column_of(
        Project, "investment_wan", name="total", label="Total", kind=Kind.MONEY, required=False, least=5, most=9
    )
    assert (column.name, column.label, column.kind, column.required, column.least, column.most) == (
        "total",
        "Total",
        Kind.MONEY,
        False,
        5,
        9,
    )
    assert column.field == "investment_wan"
