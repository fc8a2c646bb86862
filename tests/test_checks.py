"""What `./run check` says, and the hooks before a commit, which are some of its checks."""

import shlex

import pytest
import yaml

from tests import checks
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
