"""A provider of OpenID Connect that answers whatever a test tells it to: for tokens that a real one would not give."""

import base64
import hmac
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jws, jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT = "pilotzone"


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _encoded(*parts: dict[str, Any]) -> str:
    """Return the parts of a token encoded, without a signature: no library makes what is forged here."""
    return ".".join(_base64(json.dumps(part).encode()) for part in parts)


@dataclass
class ForgingProvider:
    """`metadata`: what differs in its description of itself. `token`: path and status of its token endpoint's answer,
    where that is none. `asked`: the forms that its token endpoint was sent."""

    issuer: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    metadata: dict[str, Any] = field(default_factory=dict)
    id_token: str = ""
    redirects_to: str = ""
    asked: list[Mapping[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def claims(self, nonce: str, /, **changes: Any) -> dict[str, Any]:
        moment = int(time.time())
        right = {"iss": self.issuer, "aud": CLIENT, "sub": "u-1", "iat": moment, "exp": moment + 300, "nonce": nonce}
        return {name: value for name, value in (right | changes).items() if value is not None}

    def sign(self, claims: dict[str, Any], *, key: Any = None, alg: str = "RS256", **header: Any) -> str:
        names = {"alg": alg, "kid": "one", **header}
        registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
        return jwt.encode(names, claims, key or self.key, registry=registry)

    def unsigned(self, claims: dict[str, Any]) -> str:
        return f"{_encoded({'alg': 'none', 'kid': 'one'}, claims)}."

    def signed_with_the_public_key(self, claims: dict[str, Any]) -> str:
        """Return a token signed as if the public key, which everybody may know, were a secret that both share."""
        signed = _encoded({"alg": "HS256", "kid": "one"}, claims)
        digest = hmac.new(self.key.as_pem(private=False), signed.encode(), "sha256").digest()
        return f"{signed}.{_base64(digest)}"

    def answer(self, path: str) -> tuple[int, dict[str, str], Any]:
        self.paths.append(path)
        if path == "/token" and self.redirects_to:
            return 307, {"Location": self.redirects_to}, {}
        pages: dict[str, Any] = {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
                **self.metadata,
            },
            "/jwks": KeySet([self.key]).as_dict(private=False),
            "/token": {"access_token": "opaque", "token_type": "Bearer", "id_token": self.id_token},
        }
        return (200, {}, pages[path]) if path in pages else (404, {}, {})


@contextmanager
def forging_provider() -> Iterator[ForgingProvider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = provider.answer(self.path)
            raw = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(raw))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            provider.asked.append({name: values[0] for name, values in parse_qs(form).items()})
            self.do_GET()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = ForgingProvider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
