"""The Chinese of the product: complete, in the glossary's words, and there without GNU gettext."""

import csv
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import django
import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import call_command

from tests.migrated_databases import place_migrated
from tests.services import ROOT
from web.catalogue import catalogue_path, chinese, extract_texts, key, read_catalogue, update_catalogue

# Where the packages are installed.
SITE_PACKAGES = Path(django.__file__).parent.parent
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
HAN = r"[\u4e00-\u9fff]"
# What Chinese writes at full width. Dots and colons between figures (2.5, 09:30) are none of it.
ASCII_MARK = re.compile(rf"""{HAN}\s*[,;:!?()"']|[,;:!?()"']\s*{HAN}|{HAN}\.(?!\w)|[，；：。、]\s|{HAN}\.{HAN}""")


def english(message):
    return list(message.id) if isinstance(message.id, tuple | list) else [message.id]


@pytest.fixture(scope="module")
def catalogue():
    return read_catalogue(catalogue_path())


@pytest.fixture(scope="module")
def messages(catalogue):
    return [message for message in catalogue if message.id]


def renderings():
    """English text -> what its glossary row speaks of (the words before the colon) -> its Chinese."""
    found = defaultdict(lambda: defaultdict(set))
    with (ROOT / "docs" / "glossary.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["en"]][row["context"].partition(":")[0]].add(row["zh"])
    return found


def allowed(glossary, text, context, contexts):
    """A message with a context means the rows that speak of it; one without, the rows that no context claims."""
    rows = glossary.get(text, {})
    if context in rows:
        return rows[context]
    free = [words for about, words in rows.items() if about not in contexts]
    return set().union(*(free or rows.values()))


def test_the_catalogue_holds_every_text_of_the_source_and_no_other(messages):
    wanted = {key(message) for message in extract_texts() if message.id}
    held = {key(message) for message in messages}
    assert not wanted - held, "new in the source: ./run messages"
    assert not held - wanted, "no longer in the source: ./run messages"


def test_every_text_has_its_chinese(catalogue, messages):
    assert [key(message) for message in messages if not chinese(message).strip()] == []
    assert [key(message) for message in messages if message.fuzzy] == []
    assert list(catalogue.obsolete) == []


def test_placeholders_are_kept(messages):
    wrong = []
    for message in messages:
        wanted = [set(PLACEHOLDER.findall(text)) for text in english(message)]
        if set(PLACEHOLDER.findall(chinese(message))) != set.union(*wanted):
            wrong.append(key(message))
        assert ("%%" in english(message)[0]) == ("%%" in chinese(message)), message.id
    assert wrong == []


def test_the_glossary_is_followed(messages):
    glossary = renderings()
    contexts = {message.context for message in messages if message.context}
    wrong = []
    for message in messages:
        text, context = key(message)
        words = allowed(glossary, text, context, contexts)
        if words and chinese(message) not in words:
            wrong.append(f"{text} ({context}): {chinese(message)}, in the glossary {' or '.join(sorted(words))}")
    assert wrong == []


def test_chinese_sentences_have_chinese_punctuation(messages):
    texts = [PLACEHOLDER.sub("数", re.sub(r"<[^>]+>", "", chinese(message))) for message in messages]
    assert [text for text in texts if ASCII_MARK.search(text)] == []
    assert [text for text in texts if text.count("“") != text.count("”") or text.count("（") != text.count("）")] == []


@pytest.mark.parametrize("wrong", ["已完成, 取得进展", "截至今日.", "目标(%)", "状态: 正在推进", "共3项;其中"])
def test_a_western_mark_is_noticed(wrong):
    assert ASCII_MARK.search(wrong)


@pytest.mark.parametrize("right", ["增长2.5%，高于全国", "PM2.5年均浓度", "更新时间：09:30", "“已完成”（5项）"])
def test_chinese_marks_and_figures_pass(right):
    assert not ASCII_MARK.search(right)


def test_the_file_is_what_the_command_writes(tmp_path):
    """Nothing but its texts can change it: no line numbers, no dates."""
    copy = tmp_path / "django.po"
    shutil.copy(catalogue_path(), copy)
    update_catalogue(copy)
    assert copy.read_text(encoding="utf-8") == catalogue_path().read_text(encoding="utf-8")


def test_an_update_keeps_translations_and_drops_what_is_gone(tmp_path):
    copy = tmp_path / "django.po"
    copy.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Overview"\nmsgstr "概览"\n\nmsgid "Never said"\nmsgstr "从未"\n',
        encoding="utf-8",
    )
    update_catalogue(copy)
    with copy.open("rb") as file:
        updated = read_po(file)
    assert updated["Overview"].string == "概览"
    assert updated.get("Never said") is None
    assert not updated.obsolete
    assert updated.get("Completed", "project stage").string == ""


def test_the_command_names_what_waits_for_chinese(tmp_path, settings, capsys):
    settings.LOCALE_PATHS = [tmp_path]
    call_command("update_messages")
    out = capsys.readouterr().out
    assert "no Chinese yet: Overview\n" in out
    assert re.search(r"^(\d+) texts, \1 without Chinese$", out, flags=re.MULTILINE)


@pytest.mark.django_db
def test_a_wrong_password_is_refused_in_the_words_of_the_glossary(client):
    answer = client.post("/accounts/login/", {"username": "nobody", "password": "wrong"})
    assert "用户名或密码错误" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.one_database
def test_pages_are_chinese_on_a_machine_without_gettext(tmp_path):
    """`./run` compiles what it finds; a fresh process then answers in Chinese."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in "sh find dirname".split():  # noqa: SIM905
        (tools / tool).symlink_to(shutil.which(tool))
    assert shutil.which("msgfmt", path=str(tools)) is None
    locale = tmp_path / "locale"
    shutil.copytree(settings.LOCALE_PATHS[0], locale, ignore=shutil.ignore_patterns("*.mo"))
    compiling = re.search(r"^compile_catalogues\(\) \{.*?^\}", (ROOT / "run").read_text(encoding="utf-8"), re.M | re.S)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    script = f'set -eu\nfail() {{ echo "$*" >&2; exit 1; }}\n{compiling[0]}\ncompile_catalogues\n'
    environment = {"PATH": str(tools), "HOME": str(tmp_path)}
    subprocess.run(["sh", "-c", script], cwd=tmp_path, env=environment, check=True, timeout=60)
    assert (locale / "zh_Hans" / "LC_MESSAGES" / "django.mo").exists()

    place_migrated(tmp_path / "data")
    code = (
        "import django; from django.conf import settings; django.setup();"
        f"settings.LOCALE_PATHS = [{str(locale)!r}]; settings.ALLOWED_HOSTS = ['*'];"
        "from django.test import Client;"
        "print(Client(headers={'accept-language': 'zh'}).get('/').content.decode())"
    )
    environment |= {
        "DJANGO_SETTINGS_MODULE": "pilotzone.settings",
        "PILOTZONE_DATA_DIR": str(tmp_path / "data"),
        "PILOTZONE_PUBLIC_READING": "on",
        "PYTHONIOENCODING": "utf-8",
    }
    page = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=60
    )
    assert page.returncode == 0, page.stderr
    assert '<html lang="zh-Hans"' in page.stdout
    assert "重点任务推进情况平台" in page.stdout
    assert "平台正在建立" in page.stdout


# Words of ours for what packages name otherwise: they mean the same there.
IN_OUR_WORDS = {
    *("Action", "Administration", "Description", "English", "Filter", "Log out", "Logged out", "Page not found"),
    *("Null characters are not allowed.", "Remove", "This field is required.", "log entries", "log entry", "object id"),
    # Django's address people as 你, and leave blanks beside figures.
    *("This password is entirely numeric.", "This password is too common."),
    *("The password is too similar to the %(verbose_name)s.", "Your password can’t be a commonly used password."),
    "Your password can’t be entirely numeric.",
    "Your password can’t be too similar to your other personal information.",
    "This password is too short. It must contain at least %d character.",
    "Your password must contain at least %(min_length)d character.",
}


def test_no_word_of_ours_takes_the_place_of_another_in_the_administration(messages):
    """Django asks our catalogue before those of packages: a short word that means something else here needs a
    context."""
    ours = {english(message)[0]: chinese(message) for message in messages if not message.context}
    found = set()
    for name in ("zh_Hans", "zh_CN"):
        for path in SITE_PACKAGES.rglob(f"locale/{name}/LC_MESSAGES/django.po"):
            with path.open("rb") as file:
                theirs = [message for message in read_po(file) if message.id and not message.context]
            for message in theirs:
                text = english(message)[0]
                if text in ours and chinese(message) not in ("", ours[text]):
                    found.add(text)
    assert found == IN_OUR_WORDS
