"""The site of these tests, which is filled once and shared, hides nothing from them."""

from typing import Any

import pytest
from django.db import IntegrityError

from measures.models import Measure
from tests.kept_databases import changes_taken_back


@pytest.mark.django_db
def test_what_a_test_changes_is_taken_back(_small_site: Any, django_db_blocker: Any) -> None:
    for _ in range(2):
        with changes_taken_back(_small_site, django_db_blocker) as rows:
            assert rows.first.title_en == "Build a laboratory"
            assert Measure.objects.filter(title_en="Build a laboratory").count() == 1
            rows.first.title_en = "Build another"
            rows.first.save()


@pytest.mark.django_db
def test_a_row_that_refers_to_none_is_found(_small_site: Any, django_db_blocker: Any) -> None:
    with pytest.raises(IntegrityError), changes_taken_back(_small_site, django_db_blocker):
        Measure.objects.update(section_id=0)


def test_a_test_that_asked_for_no_database_reaches_none(_small_site: Any) -> None:
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        Measure.objects.count()
