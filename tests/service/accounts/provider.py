"""A login provider on this machine: OpenID Connect over real HTTP, as strict as the standard, and able to lie."""

import json
import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT_ID = "protocol-desk"
CLIENT_SECRET = "only the two of us know"


@dataclass
class Lies:
    """What the provider does otherwise than it should: ``claims`` None takes one away."""

    claims: dict[str, Any] = field(default_factory=dict)
    foreign_key: bool = False
    unsigned: bool = False
    shared_secret: bool = False
    other_issuer: bool = False
    codes_live_on: bool = False
    address_in_user_info_only: bool = False
    foreign_user_info: bool = False


class ProviderServer:
    """Knows one client and signs ``person`` in without asking: sub, email, email_verified."""

    def __init__(self, clock: Callable[[], datetime], redirect_uri: str) -> None:
        self.clock = clock
        self.redirect_uri = redirect_uri
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.foreign_key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.person: dict[str, Any] = {"sub": "4711", "email": "lan@example.org", "email_verified": True}
        self.lies = Lies()
        self.asked: list[dict[str, str]] = []
        self.codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self, "")

            def do_POST(self) -> None:
                provider.answer(self, self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}/realms/office"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def stop(self) -> None:
        """Go away; asking again is refused. Stopping twice does nothing."""
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()

    def answer(self, request: BaseHTTPRequestHandler, body: str) -> None:
        parts = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        form = {name: values[0] for name, values in parse_qs(body).items()}
        match parts.path.removeprefix("/realms/office"):
            case "/.well-known/openid-configuration":
                status, told = 200, self.metadata()
            case "/authorize":
                request.send_response(302)
                request.send_header("Location", self.authorize(query))
                request.end_headers()
                return
            case "/token":
                status, told = self.token(form, request.headers.get("Authorization", ""))
            case "/keys":
                status, told = 200, KeySet([self.key]).as_dict(private=False)
            case "/user":
                is_known = request.headers.get("Authorization") == "Bearer access"
                person = self.person | ({"sub": "0815"} if self.lies.foreign_user_info else {})
                status, told = (200, person) if is_known else (401, {})
            case _:
                status, told = 404, {}
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.end_headers()
        request.wfile.write(json.dumps(told).encode())

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": "https://other.example.org" if self.lies.other_issuer else self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/user",
            "response_types_supported": ["code"],
        }

    def authorize(self, query: dict[str, str]) -> str:
        """The address a browser is sent back to."""
        assert query["client_id"] == CLIENT_ID
        assert query["redirect_uri"] == self.redirect_uri
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert set(query["scope"].split()) == {"openid", "email"}
        assert len(query["nonce"]) >= 32
        self.asked.append(query)
        code = f"code{len(self.asked)}"
        self.codes[code] = query
        return f"{self.redirect_uri}?{urlencode({'code': code, 'state': query['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Exchange a code: of this client, with the verifier of its challenge, once."""
        given = b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        if (unquote(given[0]), unquote(given[2])) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        query = self.codes.get(form["code"]) if self.lies.codes_live_on else self.codes.pop(form["code"], None)
        challenge = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        is_good = (
            query is not None and query["code_challenge"] == challenge and form["redirect_uri"] == self.redirect_uri
        )
        if query is None or not is_good:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "access", "token_type": "Bearer", "id_token": self.id_token(query["nonce"])}

    def id_token(self, nonce: str) -> str:
        now = int(self.clock().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": nonce, **self.person}
        if self.lies.address_in_user_info_only:
            claims.pop("email")
            claims.pop("email_verified")
        claims = {name: value for name, value in (claims | self.lies.claims).items() if value is not None}
        if self.lies.unsigned:
            parts = ({"alg": "none"}, claims)
            return ".".join(urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts) + "."
        if self.lies.shared_secret:
            from joserfc.jwk import OctKey

            return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(CLIENT_SECRET.ljust(32)))
        key = self.foreign_key if self.lies.foreign_key else self.key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
