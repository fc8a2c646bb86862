"""The ways to log in stand side by side in the manual, and there is no other."""

from django.conf import settings

from accounts.sign_on import PASSWORD, WAYS
from tests.test_docs import in_backticks, rows_of, section_of

# Refuses those who are locked out, and lets in nobody.
GUARD = "axes.backends.AxesStandaloneBackend"
OF_PASSWORDS = "django.contrib.auth.backends.ModelBackend"


def test_each_way_is_written_down() -> None:
    table = rows_of(section_of("docs/operations.md", "Single sign-on"))
    assert [in_backticks(row[0]) for row in table] == [[PASSWORD], *([way] for way in WAYS.values())]


def test_there_is_no_other_way() -> None:
    assert settings.AUTHENTICATION_BACKENDS == [GUARD, OF_PASSWORDS]
    assert set(settings.AUTHENTICATION_BACKENDS) | set(WAYS) == {
        GUARD,
        OF_PASSWORDS,
        "accounts.directory.DirectoryBackend",
        "accounts.sign_on.ProviderBackend",
    }
