"""`./run` on machines that lack something, each made of a few stand-ins in an empty folder."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.services import ROOT, free_port

# What any system has; everything else must be put into a machine by its test.
BASIC_TOOLS = "sh cat cksum dirname find grep chmod mkdir rm tail tr".split()  # noqa: SIM905


class Machine:
    """A copy of the script in a folder of its own, and a path that holds only what the test puts there."""

    def __init__(self, home: Path) -> None:
        self.programs = home / "bin"
        self.project = home / "project"
        self.programs.mkdir(parents=True)
        self.project.mkdir()
        for tool in BASIC_TOOLS:
            (self.programs / tool).symlink_to(shutil.which(tool))
        text = (ROOT / "run").read_text(encoding="utf-8")
        # The real machine's Python must not be found.
        text = re.sub(r"/usr/(local/)?bin/python", "/nowhere/python", text)
        (self.project / "run").write_text(text, encoding="utf-8")
        (self.project / "run").chmod(0o755)
        (self.project / "requirements.txt").write_text("runtime==1\n")
        (self.project / "requirements-dev.txt").write_text("runtime==1\ndev==1\n")
        (self.project / "manage.py").write_text("import sys; print('manage.py', *sys.argv[1:])\n")
        (self.project / "django.py").write_text("")
        (self.project / "pilotzone").mkdir()
        shutil.copy(ROOT / "pilotzone" / "start_arguments.py", self.project / "pilotzone")

    def add(self, name: str, script: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def add_python(self, name: str = "python3") -> None:
        self.add(name, f'exec "{sys.executable}" "$@"')

    def add_uv(self, *, sync: str = "exit 0") -> None:
        """A uv that notes its arguments and makes an environment of the Python of these tests."""
        self.add(
            "uv",
            f"""
            echo "$*" >>"{self.project}/uv-calls"
            case "$*" in
                venv*)
                    mkdir -p .venv/bin
                    printf '#!/bin/sh\\nexec "{sys.executable}" "$@"\\n' >.venv/bin/python
                    chmod +x .venv/bin/python ;;
                "pip sync"*) {sync} ;;
            esac""",
        )

    def add_node(self, *, ci: str = "mkdir -p node_modules") -> None:
        """A Node, and an npm that notes its arguments and makes the bundle."""
        self.add("node", "exit 0")
        (self.project / "package-lock.json").write_text("{}\n")
        self.add(
            "npm",
            f"""
            echo "$*" >>npm-calls
            case "$*" in
                ci*) {ci} ;;
                *bundle*) mkdir -p frontend/built && echo >frontend/built/plotly.min.js ;;
            esac""",
        )

    @property
    def npm_calls(self) -> list[str]:
        calls = self.project / "npm-calls"
        return calls.read_text().splitlines() if calls.exists() else []

    @property
    def uv_calls(self) -> str:
        calls = self.project / "uv-calls"
        return calls.read_text() if calls.exists() else ""

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        base = {"PATH": str(self.programs), "HOME": str(self.project.parent)}
        return subprocess.run(
            [self.project / "run", *arguments],
            cwd=self.project.parent,
            env={**base, **environment},
            capture_output=True,
            text=True,
            timeout=30,
        )


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def demo(machine, *arguments):
    return machine.run("demo", "--port", str(free_port()), *arguments)


@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_the_script_is_plain_shell(shell):
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    subprocess.run([shell, "-n", ROOT / "run"], check=True)


def test_help_names_every_command_to_a_newcomer(machine):
    for arguments in ([], ["help"], ["--help"], ["demo", "-h"], ["check", "--help"], ["lock", "--help"]):
        answer = machine.run(*arguments)
        assert answer.returncode == 0
        for command in ("demo", "test", "check", "bench", "help"):
            assert re.search(rf"^  {command} ", answer.stdout, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["tset"], "run: there is no command tset; ./run help lists them."),
        (["demo", "--prot", "8000"], "run: demo does not know --prot; ./run help lists what it knows."),
        (["lock", "now"], "run: lock takes no arguments."),
        (["demo", "--port"], "run: --port needs a value; ./run help explains it."),
        (["demo", "--port", "http"], "run: --port takes a number from 1 to 65535, not http."),
        (["demo", "--port=0"], "run: --port takes a number from 1 to 65535, not 0."),
        (["demo", "--port", "70000"], "run: --port takes a number from 1 to 65535, not 70000."),
    ],
)
def test_a_mistyped_command_is_answered_with_one_sentence_before_anything_is_installed(machine, arguments, sentence):
    machine.add_python()
    machine.add_uv()
    answer = machine.run(*arguments)
    assert (answer.returncode, answer.stderr, answer.stdout) == (2, sentence + "\n", "")
    assert machine.uv_calls == ""


def test_without_python_it_says_how_to_get_one(machine):
    answer = demo(machine)
    assert answer.returncode == 1
    assert answer.stderr.startswith("run: Python 3.12 or later is needed and none was found: install it")
    assert answer.stderr.count("\n") == 1


def test_a_hollow_shim_and_an_old_python_are_passed_over(machine):
    machine.add("python3", "exit 127")
    machine.add("python3.14", "exit 1")
    machine.add_python("python3.13")
    machine.add_uv()
    assert demo(machine).returncode == 0
    assert f"venv --quiet --clear --python {sys.executable} .venv" in machine.uv_calls


def test_uv_fetches_a_python_where_the_machine_has_none(machine):
    machine.add_uv()
    assert demo(machine).returncode == 0
    assert "venv --quiet --clear --python >=3.12 .venv" in machine.uv_calls


def test_a_taken_port_is_named_before_anything_is_installed(machine):
    machine.add_python()
    machine.add_uv()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = machine.run("demo", "--port", str(port))
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"run: port {port} on 127.0.0.1 is taken: try another")
    assert answer.stderr.count("\n") == 1
    assert machine.uv_calls == ""


def test_an_address_of_another_machine_is_refused(machine):
    machine.add_python()
    answer = demo(machine, "--host", "192.0.2.1")
    assert answer.returncode == 1
    assert answer.stderr.startswith("run: cannot listen on 192.0.2.1")
    assert answer.stderr.count("\n") == 1


def test_a_data_folder_that_cannot_be_written_to_is_named(machine):
    machine.add_python()
    machine.add_uv()
    (machine.project / "file").write_text("")
    answer = demo(machine, "--data-dir", "project/file")
    assert answer.returncode == 1
    assert answer.stderr == (
        f"run: cannot write to the data folder {machine.project}/file: name another with --data-dir.\n"
    )
    assert machine.uv_calls == ""


def test_without_a_network_it_names_the_variables_that_point_to_a_mirror(machine):
    machine.add_python()
    machine.add_uv(sync="echo 'error: dns error' >&2; exit 2")
    answer = demo(machine)
    assert answer.returncode == 1
    assert "PIP_INDEX_URL and UV_DEFAULT_INDEX" in answer.stderr.splitlines()[-1]
    assert not (machine.project / ".venv" / "installed").exists()


def test_a_mirror_named_for_pip_serves_uv_too(machine):
    machine.add_python()
    machine.add_uv(sync='echo "from $UV_DEFAULT_INDEX" >>uv-calls')
    machine.run("demo", "--port", str(free_port()), PIP_INDEX_URL="https://mirror.example/simple")
    assert "from https://mirror.example/simple\n" in machine.uv_calls


def test_the_second_start_installs_nothing(machine):
    machine.add_python()
    machine.add_uv()
    demo(machine)
    first = machine.uv_calls
    assert "pip sync --quiet --require-hashes --python .venv/bin/python requirements.txt" in first
    answer = demo(machine)
    assert machine.uv_calls == first
    assert answer.stdout.startswith("manage.py demo --port ")


def test_a_site_with_single_sign_on_installs_another_lock(machine):
    machine.add_python()
    machine.add_uv()
    (machine.project / "requirements-oidc.txt").write_text("runtime==1\noidc==1\n")
    for _n in range(2):
        done = machine.run("demo", "--port", str(free_port()), REQUIREMENTS="requirements-oidc.txt")
        assert done.returncode == 0, done.stderr
    (sync,) = (line for line in machine.uv_calls.splitlines() if line.startswith("pip sync"))
    assert sync.endswith("requirements-oidc.txt")


def test_a_lock_that_is_not_there_is_named(machine):
    machine.add_python()
    machine.add_uv()
    done = machine.run("demo", "--port", str(free_port()), REQUIREMENTS="requirements-saml.txt")
    assert done.returncode == 1
    assert "there is no requirements-saml.txt" in done.stderr


def test_no_bundle_holds_what_is_built_where_it_is_installed():
    command = [ROOT / "deploy" / "make_offline_bundle", "uv", "requirements-ldap.txt", "/nowhere"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "no bundle holds the packages of requirements-ldap.txt" in done.stderr


def test_a_changed_lock_is_installed(machine):
    machine.add_python()
    machine.add_uv()
    demo(machine)
    (machine.project / "requirements.txt").write_text("runtime==2\n")
    demo(machine)
    assert machine.uv_calls.count("pip sync") == 2


def test_the_demo_leaves_the_tools_of_a_developer_where_they_are(machine):
    machine.add_python()
    machine.add_uv()
    machine.run("bench")
    demo(machine)
    assert machine.uv_calls.count("pip sync") == 1
    (machine.project / "requirements.txt").write_text("runtime==2\n")
    demo(machine)
    assert machine.uv_calls.rstrip().endswith("requirements-dev.txt")


def test_the_data_folder_is_meant_from_where_the_command_was_given(machine):
    machine.add_python()
    machine.add_uv()
    (machine.project / "manage.py").write_text("import os; print(os.environ['PILOTZONE_DATA_DIR'])")
    assert demo(machine, "--data-dir=mine").stdout.endswith(f"{machine.project.parent}/mine\n")
    assert demo(machine).stdout.endswith(f"{machine.project}/var\n")


@pytest.fixture
def developer(machine):
    """A machine on which the tests, which only print, can run."""
    machine.add_python()
    machine.add_uv()
    (machine.project / "tests").mkdir()
    (machine.project / "tests" / "lanes.py").write_text("print('the tests ran')\n")
    return machine


def test_without_node_the_tests_run(developer):
    answer = developer.run("test")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.endswith("the tests ran\n")


def test_without_node_ci_fails_with_one_sentence(developer):
    answer = developer.run("test", CI="true")
    assert answer.returncode == 1
    assert answer.stderr == "Node is missing: install the Debian packages nodejs and npm.\n"
    assert "the tests ran" not in answer.stdout


def test_the_packages_of_node_are_installed_once_for_each_lock(developer):
    developer.add_node()
    for _time in range(2):
        assert developer.run("test").returncode == 0
    assert developer.npm_calls == ["ci --silent --fetch-retries=1"]
    (developer.project / "package-lock.json").write_text("{ }\n")
    developer.run("test")
    assert developer.npm_calls == ["ci --silent --fetch-retries=1"] * 2


def test_packages_of_node_out_of_reach_are_named_and_stop_ci_alone(developer):
    developer.add_node(ci="exit 1")
    answer = developer.run("test")
    assert "npm_config_registry" in answer.stderr.splitlines()[-1]
    assert answer.stdout.endswith("the tests ran\n")
    assert developer.run("test", CI="true").returncode == 1


def test_the_demo_leaves_node_alone_and_drops_a_bundle_older_than_its_source(developer):
    developer.add_node()
    (developer.project / "frontend").mkdir()
    entry, bundle = (developer.project / "frontend" / name for name in ("plotly.js", "built/plotly.min.js"))
    entry.write_text("")
    assert developer.run("bundle").returncode == 0
    calls = ["ci --silent --fetch-retries=1", "run --silent bundle"]
    assert developer.npm_calls == calls
    assert demo(developer).returncode == 0
    assert bundle.exists()
    os.utime(entry, (time.time() + 60, time.time() + 60))
    assert demo(developer).returncode == 0
    assert not bundle.parent.exists()
    assert developer.npm_calls == calls


def make_wheels(machine, python: str, lock: str = "requirements.txt") -> Path:
    """Write the files in which a bundle describes itself beside its packages, and return their folder."""
    wheels = machine.project / "wheels"
    wheels.mkdir()
    (wheels / "python-version").write_text(f"{python}\n")
    (wheels / "lock").write_text(f"{lock}\n")
    return wheels


class TestOfflineBundle:
    """The offline bundle, without what `tests/test_offline_bundle.py` makes in earnest."""

    @pytest.mark.parametrize("arguments", [["--offline"], ["--online", "x"], ["--offline", "x", "y"]])
    def test_what_is_mistyped_is_answered_with_one_sentence(self, machine, arguments):
        done = machine.run("bundle", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "run: bundle takes no arguments, or --offline FOLDER.\n"

    def test_a_bundle_asks_no_other_host(self, machine):
        machine.add_python()
        machine.add_uv(sync='echo "$UV_NO_INDEX $UV_OFFLINE $UV_FIND_LINKS" >>"$PWD/uv-calls"')
        wheels = make_wheels(machine, f"{sys.version_info.major}.{sys.version_info.minor}")
        assert demo(machine).returncode == 0
        assert f"1 1 {wheels}" in machine.uv_calls

    def test_a_bundle_with_single_sign_on_installs_its_packages(self, machine):
        machine.add_python()
        machine.add_uv()
        (machine.project / "requirements-oidc.txt").write_text("runtime==1\noidc==1\n")
        make_wheels(machine, f"{sys.version_info.major}.{sys.version_info.minor}", lock="requirements-oidc.txt")
        assert demo(machine).returncode == 0
        (sync,) = (line for line in machine.uv_calls.splitlines() if line.startswith("pip sync"))
        assert sync.endswith("requirements-oidc.txt")

    def test_a_bundle_for_another_python_names_it(self, machine):
        machine.add_python()
        machine.add_uv()
        make_wheels(machine, "3.99")
        machine.add("uv", 'case "$1" in --version) ;; *) exit 1 ;; esac')
        done = demo(machine)
        assert done.returncode == 1
        assert "this bundle was made for Python 3.99: install it" in done.stderr


def test_the_locks_hold_every_dependency_and_no_address():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime, extras = project["project"]["dependencies"], project["project"]["optional-dependencies"]
    locks = {
        "requirements.txt": runtime,
        "requirements-oidc.txt": runtime + extras["oidc"],
        "requirements-ldap.txt": runtime + extras["oidc"] + extras["ldap"],
        "requirements-dev.txt": runtime + extras["oidc"] + project["dependency-groups"]["dev"],
    }
    pinned = {}
    for name, wanted in locks.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--find-links" not in text
        pins = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, flags=re.MULTILINE))
        pinned[name] = pins
        for line in wanted:
            requirement = Requirement(line)
            assert re.search(r">=", str(requirement.specifier)), f"{line} has no lower bound"
            assert requirement.specifier.contains(pins[requirement.name.lower()]), line
    # Each is the one before and more.
    for less, more in (("", "-oidc"), ("-oidc", "-ldap"), ("-oidc", "-dev")):
        assert pinned[f"requirements{less}.txt"].items() <= pinned[f"requirements{more}.txt"].items()
