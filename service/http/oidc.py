"""What a login provider is asked and what is believed of its answers (OpenID Connect, authorization code with PKCE).

Nothing is kept between sign-ins: the provider's addresses and keys are read anew for each, so new keys need no restart.
Authlib and requests are there only with the extra ``oidc``, so they are imported where they are used.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from service.settings import LoginProvider

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures that are believed: with keys only the provider has, never with the secret both know, never none."""

TIMEOUT_SECONDS = 5
LEEWAY_SECONDS = 60
"""How far the clocks of both sides may be apart."""


class ProviderAway(Exception):
    """The provider can't be reached, or does not answer as providers do."""


class ProviderRefused(Exception):
    """The provider refused, or what it says does not hold; the argument says what, for the log."""


@dataclass(frozen=True, slots=True)
class LoginRoundTrip:
    """One trip to the provider and back; ``secret`` stays in the browser's cookie and all else follows from it."""

    key: str
    secret: str

    def _derived(self, purpose: str) -> str:
        digest = hmac.digest(self.key.encode(), f"oidc:{purpose}:{self.secret}".encode(), "sha256")
        return urlsafe_b64encode(digest).decode().rstrip("=")

    @property
    def state(self) -> str:
        """Comes back in the address: whoever brings it has begun this journey in this browser."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """Comes back in the ID token: it was made for this journey."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """Goes with the code, so that a code that was overheard is of no use (RFC 7636)."""
        return self._derived("verifier")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, as the provider says: their address, and whether it made sure of it."""

    email: str
    is_verified: bool


class Provider:
    """A login provider; each method asks it over HTTP, so none is called inside a transaction."""

    def __init__(self, known: LoginProvider, redirect_uri: str) -> None:
        self._known = known
        self._redirect_uri = redirect_uri

    def authorization_url(self, journey: LoginRoundTrip) -> str:
        """Where to send the browser.

        Raises:
            ProviderAway: it does not tell its addresses.
        """
        metadata = self._metadata()
        with self._client(metadata) as client:
            url, _state = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=journey.state,
                code_verifier=journey.verifier,
                nonce=journey.nonce,
            )
        return str(url)

    def identity(self, journey: LoginRoundTrip, code: str, now: datetime) -> Identity:
        """Who came back with this code.

        Raises:
            ProviderAway: it does not answer.
            NotBelieved: it refuses the code, or the ID token is not its own, not for us, not for this journey or over.
        """
        from authlib.common.errors import AuthlibBaseError
        from joserfc.errors import JoseError
        from requests import RequestException

        metadata = self._metadata()
        try:
            with self._client(metadata) as client:
                token = client.fetch_token(
                    metadata["token_endpoint"], code=code, code_verifier=journey.verifier, timeout=TIMEOUT_SECONDS
                )
                keys = self._get(metadata["jwks_uri"])
                claims = self._checked(token, keys, journey, now)
                if "email" not in claims and "userinfo_endpoint" in metadata:
                    told = self._get(metadata["userinfo_endpoint"], str(token.get("access_token", "")))
                    if told.get("sub") != claims["sub"]:
                        raise ProviderRefused("sub of the user info")
                    claims = told
        except RequestException as problem:
            raise ProviderAway(type(problem).__name__) from None
        except (AuthlibBaseError, JoseError) as problem:
            raise ProviderRefused(getattr(problem, "error", "") or type(problem).__name__) from None
        except (ValueError, TypeError, KeyError) as problem:
            raise ProviderRefused(type(problem).__name__) from None
        email = claims.get("email")
        return Identity(email if isinstance(email, str) else "", claims.get("email_verified") is True)

    def _checked(
        self, token: Mapping[str, Any], keys: Mapping[str, Any], journey: LoginRoundTrip, now: datetime
    ) -> Mapping[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.jwk import KeySet

        decoded = jwt.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=list(ALGORITHMS))  # type: ignore[arg-type]
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": self._known.issuer},
                "aud": {"essential": True, "value": self._known.client_id},
            },
            params={
                "client_id": self._known.client_id,
                "nonce": journey.nonce,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
        return claims  # type: ignore[no-any-return]

    def _client(self, metadata: Mapping[str, Any]) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        offered = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        return OAuth2Session(
            self._known.client_id,
            self._known.client_secret,
            scope="openid email",
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method=method,
        )

    def _metadata(self) -> Mapping[str, Any]:
        """The provider's addresses (OpenID Connect Discovery 1.0): of the issuer we know, over TLS where it is."""
        found = self._get(f"{self._known.issuer.rstrip('/')}/.well-known/openid-configuration")
        scheme = urlsplit(self._known.issuer).scheme
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer") != self._known.issuer:
            raise ProviderAway("issuer")
        if any(urlsplit(str(found.get(name))).scheme not in {"https", scheme} for name in needed):
            raise ProviderAway("endpoints")
        return found

    def _get(self, url: str, token: str | None = None) -> Mapping[str, Any]:
        import requests

        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            answer = requests.get(url, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
            answer.raise_for_status()
            found = answer.json()
        except requests.RequestException as problem:
            raise ProviderAway(type(problem).__name__) from None
        if not isinstance(found, dict):
            raise ProviderAway("no object")
        return found
