"""Holds the migrations since the last release to what a running site survives; `./run check` runs it.

The statements are those of PostgreSQL, which a throwaway server is started for: SQLite makes each table anew.
"""

import logging
import os
import sys

from tests.checks import LEFT_OUT
from tests.previous_release import previous_release
from tests.services import ROOT, Missing, postgresql

# Upgrades stop the site, so that a lock for the time of a migration holds up nobody.
LOCKS = ["ADD_UNIQUE", "CREATE_INDEX", "REINDEX"]
# A site of the release before has applied what these replace: they run on empty tables.
SQUASHED = "_squashed_"
# Looked at by hand.
LOOKED_AT = [
    # A column of text becomes longer, which PostgreSQL notes in its catalogue alone, and what the release before writes
    # fits into it as ever.
    "0010_tokens_by_scope",
    # A key becomes the number of the row that it pointed to. The release before does not run on it: it is stopped for
    # an upgrade, and comes back with its backup.
    "0031_about_problem",
    "0017_about_problem",
    # Released with 0.2.0; they stand in another folder now.
    "0003_uploads_of_months",
    "0004_uploads_of_cities",
]


def main() -> int:
    base = previous_release()
    if base is None:
        print("this clone does not go back to the release before")
        return LEFT_OUT
    try:
        with postgresql() as database:
            return 1 if has_errors(database.url, base) else 0
    except Missing as missing:
        print(missing)
        return LEFT_OUT


def has_errors(database: str, base: str) -> bool:
    os.environ |= {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "pilotzone.settings"}
    import django

    django.setup()
    from django_migration_linter import MigrationLinter

    logging.disable(logging.INFO)
    linter = MigrationLinter(
        path=str(ROOT),
        no_cache=True,
        exclude_migration_tests=LOCKS,
        ignore_name_contains=SQUASHED,
        ignore_name=LOOKED_AT,
        quiet=["ok", "ignore"],
    )
    linter.lint_all_migrations(git_commit_id=base)
    if linter.has_errors:
        linter.print_summary()
    return bool(linter.has_errors)


if __name__ == "__main__":
    sys.exit(main())
