"""The output of `./run check`, and the hooks before a commit, which are some of its checks."""

import json
import shlex
import subprocess

import pytest
import yaml

from tests import checks, known_holes, lint_docstrings
from tests.services import ROOT


@pytest.fixture
def table(monkeypatch):
    table = {"right": "true", "wrong": "echo there it is; false", "node": "true"}
    monkeypatch.setattr(checks, "CHECKS", table)
    monkeypatch.setattr(checks, "NEEDS", {"node": ("no-such-program", "Node is missing")})
    monkeypatch.delenv("CI", raising=False)
    return table


def test_each_check_has_a_line_and_what_fails_its_output(table, capsys):
    assert checks.main([]) == 1
    said = capsys.readouterr()
    assert said.out == "ok    right\nthere it is\nFAIL  wrong\nskip  node: Node is missing\n"
    assert said.err == "run: failed: wrong\n"


def test_what_could_not_be_made_is_said_and_no_failure(table, capsys):
    table["right"] = f"echo nobody answers; exit {checks.LEFT_OUT}"
    assert checks.main(["right"]) == 0
    assert capsys.readouterr().out == "skip  right: nobody answers\n"


@pytest.mark.parametrize(
    ("docstring", "refused"),
    [
        ("Of its pages.", True),
        ("Whether nobody else writes there, until the end of the block.", True),
        ("`of`: the condition of its notices.", True),
        ("A page.", True),
        ("The page\nof a measure.", False),
        ("Return whether nobody else writes there, until the end of the block.", False),
        # What follows the first paragraph explains it, and does not stand for it.
        ("The page.\n\nRaises Http404 where there is none.", True),
    ],
)
def test_a_docstring_has_a_subject_or_a_verb(docstring, refused):
    assert lint_docstrings.is_refused(docstring) is refused


@pytest.mark.parametrize(
    ("allowed", "code", "said"),
    [
        (0, 1, "room/module.py:1: Of nothing at all, it seems.\nroom: 1 docstrings"),
        (1, 0, ""),
        (2, 1, "lower STILL_REFUSED"),
    ],
)
def test_the_docstrings_that_are_left_only_become_fewer(monkeypatch, tmp_path, capsys, allowed, code, said):
    module = tmp_path / "room" / "module.py"
    module.parent.mkdir()
    module.write_text('"""Of nothing at all, it seems."""\n\n\ndef whole():\n    """Return the whole of it."""\n')
    monkeypatch.setattr(lint_docstrings, "ROOT", tmp_path)
    monkeypatch.setattr(lint_docstrings, "STILL_REFUSED", {"room": allowed})
    assert lint_docstrings.main() == code
    assert said in capsys.readouterr().out


class TestKnownHoles:
    @pytest.fixture
    def answer(self, monkeypatch):
        """Makes pip-audit answer with these packages, or with what is no JSON."""

        def answered(packages, error=""):
            said = packages if isinstance(packages, str) else json.dumps({"dependencies": packages})
            done = subprocess.CompletedProcess([], 0, stdout=said, stderr=error)
            monkeypatch.setattr(known_holes.subprocess, "run", lambda *arguments, **more: done)

        return answered

    def test_one_that_is_known_fails(self, answer, capsys):
        hole = {"id": "PYSEC-1", "fix_versions": ["2.1"]}
        answer([{"name": "a", "version": "2", "vulns": [hole]}, {"name": "b", "skip_reason": "unknown"}])
        assert known_holes.main() == 1
        assert capsys.readouterr().out == "a 2: PYSEC-1, mended in 2.1\n"

    def test_none_is_well(self, answer):
        answer([{"name": "a", "version": "2", "vulns": []}])
        assert known_holes.main() == 0

    def test_what_the_index_does_not_know_is_not_called_well(self, answer, capsys):
        answer([{"name": "a", "version": "2", "vulns": []}, {"name": "b", "skip_reason": "unknown"}])
        assert known_holes.main() == checks.LEFT_OUT
        assert capsys.readouterr().out == "the package index has no list of holes for 1 of 2 packages\n"

    def test_an_index_out_of_reach_is_said(self, answer, capsys):
        answer("", error="Traceback\nConnectionError: no route")
        assert known_holes.main() == checks.LEFT_OUT
        assert capsys.readouterr().out == "ConnectionError: no route\n"


def test_with_names_only_those(table, capsys):
    assert checks.main(["right"]) == 0
    assert capsys.readouterr().out == "ok    right\n"


def test_in_ci_nothing_is_left_out(table, monkeypatch, capsys):
    monkeypatch.setenv("CI", "true")
    table["node"] = "no-such-program"
    assert checks.main(["node"]) == 1
    assert "FAIL  node" in capsys.readouterr().out


def test_a_name_that_is_none_is_answered_with_one_sentence(table, capsys):
    assert checks.main(["rihgt"]) == 2
    assert capsys.readouterr().err == "run: there is no check rihgt; there are: right, wrong, node.\n"


def test_a_check_neither_finds_nor_leaves_data(tmp_path, table, capsys, monkeypatch):
    monkeypatch.setenv("PILOTZONE_DATA_DIR", str(tmp_path))
    table["right"] = 'test "$PILOTZONE_DATA_DIR" != ' + shlex.quote(str(tmp_path)) + ' && touch "$PILOTZONE_DATA_DIR/a"'
    assert checks.main(["right"]) == 0
    assert list(tmp_path.iterdir()) == []


def test_the_hooks_before_a_commit_need_no_other_host():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    for hook in config["repos"][0]["hooks"]:
        assert hook["language"] == "system"
        script, command, name = shlex.split(hook["entry"])
        assert (script, command) == ("./run", "check")
        assert name in checks.CHECKS
