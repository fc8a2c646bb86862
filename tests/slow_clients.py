"""Clients that send or take a byte a second, as an attacker does, or a bad line.

`python -m tests.slow_clients PORT KIND COUNT SECONDS` keeps them up, and says how many are left.
"""

import contextlib
import socket
import sys
import threading
import time
from typing import Any, Self

# What each of them begins with. For the cookie Django reads the body; the answer that the last ones take is larger than
# what the system keeps for them.
KINDS = {
    "headers": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "bodies": b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nCookie: csrftoken=" + b"a" * 32 + b"\r\n\r\n",
    "readers": b"GET /static/plotly.min.js HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


class SlowClients:
    """`connected` of them are left after `turns` bytes each."""

    def __init__(self, port: int, kind: str, count: int) -> None:
        self.turns = 0
        self.kind = kind
        self._sockets = [self._connect(port) for _client in range(count)]
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def _connect(self, port: int) -> socket.socket:
        client = socket.socket()
        # Small, so that the server cannot give it all away.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(5)
        client.connect(("127.0.0.1", port))
        client.sendall(KINDS[self.kind])
        client.setblocking(False)
        return client

    @property
    def connected(self) -> int:
        return len(self._sockets)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_reason: Any) -> None:
        self._done.set()
        self._thread.join()
        for client in self._sockets:
            client.close()

    def _go_on(self) -> None:
        while not self._done.wait(1):
            self._sockets = [client for client in self._sockets if self._takes_its_turn(client)]
            self.turns += 1

    def _takes_its_turn(self, client: socket.socket) -> bool:
        with contextlib.suppress(BlockingIOError):
            try:
                if self.kind != "readers":
                    client.send(b"a")
                return client.recv(1) != b"" and self.kind == "readers"
            except ConnectionError:
                return False
        return True


def main(port: str, kind: str, count: str, seconds: str) -> None:
    with SlowClients(int(port), kind, int(count)) as clients:
        time.sleep(float(seconds))
        sys.stdout.write(f"{clients.connected} of {count} are left\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
