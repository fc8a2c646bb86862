"""Tests of what `./run demo` and `./run serve` make of what was typed; tests/test_run_script.py starts it as the script
does."""

import socket

import pytest

from pilotzone import start_arguments
from pilotzone.start_arguments import main
from tests.services import free_port


def refusal(capsys, folder, *arguments):
    with pytest.raises(SystemExit) as end:
        main("demo", str(folder), list(arguments))
    said = capsys.readouterr()
    assert said.out == ""
    return end.value.code, said.err


def test_a_shell_gets_port_host_and_folder(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("PILOTZONE_DATA_DIR", raising=False)
    port = str(free_port())
    main("demo", str(tmp_path), ["--port", port, "--data-dir=it's mine"])
    assert capsys.readouterr().out == f"port={port}\nhost=127.0.0.1\ndata='{tmp_path}/it'\"'\"'s mine'\n"
    assert list((tmp_path / "it's mine").iterdir()) == []
    assert (tmp_path / "it's mine").stat().st_mode & 0o077 == 0


def test_the_environment_names_the_folder_where_nothing_else_does(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PILOTZONE_DATA_DIR", str(tmp_path / "kept"))
    main("demo", "/", [f"--port={free_port()}", "--host=127.0.0.1"])
    assert capsys.readouterr().out.endswith(f"data={tmp_path}/kept\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--prot", "1"], "run: demo does not know --prot; ./run help lists what it knows.\n"),
        (["here"], "run: demo does not know here; ./run help lists what it knows.\n"),
        (["--host="], "run: --host needs a value; ./run help explains it.\n"),
        (["--data-dir"], "run: --data-dir needs a value; ./run help explains it.\n"),
        (["--port", "80٣"], "run: --port takes a number from 1 to 65535, not 80٣.\n"),
    ],
)
def test_what_is_mistyped_is_named(tmp_path, capsys, arguments, sentence):
    assert refusal(capsys, tmp_path, *arguments) == (2, sentence)


def test_a_folder_that_is_a_file_is_named(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    code, sentence = refusal(capsys, tmp_path, "--data-dir", "file")
    assert code == 1
    assert sentence == f"run: cannot write to the data folder {tmp_path}/file: name another with --data-dir.\n"


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        ("no-such-host.invalid", "run: this machine has no address no-such-host.invalid: try --host 127.0.0.1\n"),
        ("192.0.2.1", "run: cannot listen on 192.0.2.1, port 8123 (Cannot assign requested address): try"),
    ],
)
def test_an_address_of_another_machine_is_refused(tmp_path, capsys, host, sentence):
    code, said = refusal(capsys, tmp_path, "--host", host, "--port", "8123", "--data-dir", "data")
    assert code == 1
    assert said.startswith(sentence)


def test_a_taken_port_is_named_with_the_next(tmp_path, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = refusal(capsys, tmp_path, "--port", str(port), "--data-dir", "data")
    assert code == 1
    assert said == f"run: port {port} on 127.0.0.1 is taken: try another, for example --port {port % 65535 + 1}\n"


def test_a_site_of_ones_own_has_a_folder_of_its_own_by_default(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("PILOTZONE_DATA_DIR", raising=False)
    monkeypatch.setattr(start_arguments, "__file__", str(tmp_path / "pilotzone" / "start_arguments.py"))
    main("serve", "/", [f"--port={free_port()}"])
    assert capsys.readouterr().out.endswith(f"data={tmp_path}/site\n")
    main("demo", "/", [f"--port={free_port()}"])
    assert capsys.readouterr().out.endswith(f"data={tmp_path}/var\n")
