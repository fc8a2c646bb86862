"""The arguments of `./run demo` and `./run serve`, judged before anything is installed: any Python from 3.9 on runs
this file, alone.

    python start_arguments.py COMMAND FOLDER [--port N] [--host H] [--data-dir DIR]

FOLDER: where the command was given; a data folder is meant from there. Prints assignments for a shell, or says in a
sentence what stands in the way: exit code 2 for what was typed wrong, else 1.
"""

import argparse
import errno
import os
import shlex
import socket
import sys
from pathlib import Path
from typing import NoReturn

DEFAULT_PORT, DEFAULT_HOST = "8000", "127.0.0.1"
# A site and the demonstration never share a folder.
DEFAULT_FOLDERS = {"demo": "var", "serve": "site"}


def fail(sentence: str, code: int = 1) -> NoReturn:
    sys.stderr.write(f"run: {sentence}\n")
    sys.exit(code)


def read_arguments(command: str, arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name, default in (("--port", DEFAULT_PORT), ("--host", DEFAULT_HOST), ("--data-dir", None)):
        parser.add_argument(name, default=default, nargs="?", const="")
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        fail(f"{command} does not know {unknown[0]}; ./run help lists what it knows.", 2)
    for name, value in vars(options).items():
        if value == "":
            fail(f"--{name.replace('_', '-')} needs a value; ./run help explains it.", 2)
    if not (options.port.isascii() and options.port.isdecimal() and 1 <= int(options.port) <= 65535):
        fail(f"--port takes a number from 1 to 65535, not {options.port}.", 2)
    return options


def check_folder(folder: Path) -> None:
    test = folder / ".writable"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        test.touch()
        test.unlink()
    except OSError:
        fail(f"cannot write to the data folder {folder}: name another with --data-dir.")


def check_port(host: str, port: int) -> None:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
    except socket.gaierror:
        fail(f"this machine has no address {host}: try --host {DEFAULT_HOST}")
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            fail(f"port {port} on {host} is taken: try another, for example --port {port % 65535 + 1}")
        fail(
            f"cannot listen on {host}, port {port} ({error.strerror}): try --port {DEFAULT_PORT} --host {DEFAULT_HOST}"
        )


def main(command: str, called_from: str, arguments: list[str]) -> None:
    options = read_arguments(command, arguments)
    default = Path(__file__).resolve().parents[1] / DEFAULT_FOLDERS[command]
    data = options.data_dir or os.environ.get("PILOTZONE_DATA_DIR") or default
    folder = Path(called_from, data)
    check_folder(folder)
    check_port(options.host, int(options.port))
    for name, value in (("port", options.port), ("host", options.host), ("data", folder)):
        sys.stdout.write(f"{name}={shlex.quote(str(value))}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
