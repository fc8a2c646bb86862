"""The plain statements that the engine of the totals and the export are measured against."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from django.db import connection, transaction

from core.clock import now, today
from core.periods import last_ended_month
from measures.models import Plan
from rollups.engine import TABLES
from web.limits import thresholds

SQL = Path(__file__).parent / "sql"


class PlainSQL:
    """The statements of `benchmarks/sql/`, each into a copy of its table that has the same keys and constraints."""

    def __init__(self) -> None:
        self.statements = [(SQL / name).read_text() for name in ("measure_rollup.sql", "project_rollup.sql")]
        self.copies: dict[str, str] = {}
        with connection.cursor() as cursor:
            for kind, table in TABLES.items():
                stored = table.model._meta.db_table
                self.copies[kind] = copy = stored.replace("rollups_", "benchmark_")
                cursor.execute(f"DROP TABLE IF EXISTS {copy}")
                cursor.execute(f"CREATE TABLE {copy} (LIKE {stored} INCLUDING ALL)")
                # LIKE leaves out the foreign keys.
                cursor.execute(
                    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                    " WHERE contype = 'f' AND conrelid = %s::regclass",
                    [stored],
                )
                for name, definition in cursor.fetchall():
                    cursor.execute(f"ALTER TABLE {copy} ADD CONSTRAINT {name} {definition}")

    def run(self, day: date, *, run_id: int) -> None:
        """`run_id` must be a new one, as it is for the engine: a row that keeps its run costs no new index entry."""
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in self.statements:
                cursor.execute(statement, self.values(day, run_id))

    def values(self, day: date, run_id: int) -> dict[str, Any]:
        limits, month = thresholds(), last_ended_month(day)
        return {
            "day": day,
            "now": now(),
            "due_soon": limits.due_soon,
            "silent": limits.silent,
            "run": run_id,
            "month": month,
            "january": month.replace(month=1),
            "december": date(month.year, 12, 31),
        }

    def cells(self, kind: str, relation: str = "") -> dict[tuple[Any, ...], dict[str, int]]:
        table = TABLES[kind]
        columns = [*table.key_columns, *table.count_fields]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(columns)} FROM {relation or self.copies[kind]}")
            width = len(table.key_columns)
            return {row[:width]: dict(zip(table.count_fields, row[width:], strict=True)) for row in cursor.fetchall()}


PROJECTS = """
    SELECT project.code, project.name_zh AS name, city.code AS city, county.code AS county,
           category.slug AS category, coalesce(month.stage, project.opening_stage) AS stage, project.investment_wan,
           project.listed_on, lead.slug AS lead_department, project.project_class, project.list_name,
           project.national_code, project.planned_start_on, project.planned_completion_on, project.provenance,
           project.investment_provenance, project.source, project.updated_at, project.name_zh, project.name_en,
           project.id
    FROM projects_project AS project
    JOIN regions_region AS city ON city.id = project.city_id
    JOIN projects_category AS category ON category.id = project.category_id
    LEFT JOIN regions_region AS county ON county.id = project.county_id
    LEFT JOIN accounts_department AS lead ON lead.id = project.lead_department_id
    LEFT JOIN projects_projectmonth AS month ON month.project_id = project.id AND month.state = 'accepted'
        AND month.period <= %s AND (month.superseded_from IS NULL OR month.superseded_from > %s)
    WHERE project.plan_id = %s AND project.listed_on <= %s
    ORDER BY project.position, project.code, project.id
"""
LINKED = """
    SELECT link.project_id, other.code
    FROM projects_project_{link} AS link
    JOIN projects_project AS project ON project.id = link.project_id
    JOIN {table} AS other ON other.id = link.{column}
    WHERE project.plan_id = %s
"""
ALSO_IN = LINKED.format(link="also_in", table="regions_region", column="region_id")
MEASURES = LINKED.format(link="measures", table="measures_measure", column="measure_id")


def raw_rows(site: str) -> Iterator[bytes]:
    """The export of the current plan's projects."""
    day, plan = today(), Plan.objects.current().pk
    month = last_ended_month(day)
    with connection.cursor() as cursor:
        linked: dict[str, dict[int, list[str]]] = {"also_in": {}, "measures": {}}
        for name, sql in (("also_in", ALSO_IN), ("measures", MEASURES)):
            cursor.execute(sql, [plan])
            for project, code in cursor:
                linked[name].setdefault(project, []).append(code)
        cursor.execute(PROJECTS, [month, month, plan, day])
        names = [column[0] for column in cursor.description]
        for values in cursor:
            row = dict(zip(names, values, strict=True))
            key = row.pop("id")
            row |= {name: found.get(key, []) for name, found in linked.items()}
            row["total_investment"] = row.pop("investment_wan") / 10_000
            row["url"] = f"{site}/api/v1/projects/{row['code']}/"
            yield orjson.dumps(row) + b"\n"
