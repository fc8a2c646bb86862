"""Members of a theme: once as conditions of lists, once as ids for pages that count several themes at once."""

from datetime import date
from random import Random

import pytest

from dashboard.figures import Figures
from dashboard.theme_figures import is_problem_of
from measures.models import Measure
from problems.models import ProblemStep
from projects.models import Project
from tests import factories as make
from themes.members import read_members

pytestmark = pytest.mark.django_db

DAY = date(2023, 8, 29)


@pytest.mark.parametrize("seed", range(6))
def test_lists_and_counts_find_the_same_rows(seed: int, today: date) -> None:
    draw = Random(seed)
    plan, owner = make.make_plan(), make.make_department("owner")
    sections = [make.make_section(plan, slug=f"s{n}", number=n) for n in range(1, 5)]
    categories = [make.make_category(plan, f"c{n}") for n in range(4)]
    measures = [make.make_measure(draw.choice(sections)) for _n in range(12)]
    projects = [make.make_project(plan, category=draw.choice(categories).slug) for _n in range(8)]
    for row in draw.sample([*measures, *projects], 8):
        make.make_problem(row, raised_on=date(2023, 8, 1), owner=owner)
    themes = [
        make.make_theme(
            plan,
            sections=draw.sample(sections, draw.randint(0, 2)),
            categories=draw.sample(categories, draw.randint(0, 2)),
            measures=draw.sample(measures, draw.randint(0, 5)),
        )
        for _n in range(3)
    ]
    members = read_members(themes)
    problems = Figures(plan, DAY).problem_rows
    assert len(problems) == 8
    for theme in themes:
        own = members[theme.pk]
        listed = Measure.objects.in_themes([theme])
        assert sorted(each.pk for each in listed) == [
            each.pk for each in measures if own.has_measure(each.pk, each.section_id)
        ]
        assert {each.pk for each in Project.objects.in_themes([theme])} == {
            each.pk for each in projects if own.has_category(each.category_id)
        }
        steps = ProblemStep.objects.in_themes([theme]).last_by(DAY)
        assert sorted(each.problem.code for each in steps) == sorted(
            f"{each.code}-{each.number}" for each in problems if is_problem_of(own, each)
        )
    # Of two themes that share rows each comes once.
    both = list(Measure.objects.in_themes(themes[:2]))
    assert len(both) == len(set(both))


def test_a_measure_of_its_section_that_it_names_too_counts_once(today: date) -> None:
    section = make.make_section(slug="energy", number=1)
    measure = make.make_measure(section)
    theme = make.make_theme(sections=[section], measures=[measure])
    assert list(Measure.objects.in_themes([theme])) == [measure]
