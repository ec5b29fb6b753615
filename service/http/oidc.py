"""Requests to a login provider and verification of its responses (OpenID Connect, authorization code with PKCE).

Nothing is cached between sign-ins: the provider's addresses and keys are fetched for each, so new keys need no restart.
Authlib and requests are installed only with the extra ``oidc``, so they are imported where they are used.
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
"""Accepted signature algorithms: with keys only the provider has, never with the shared secret, never none."""

TIMEOUT_SECONDS = 5
LEEWAY_SECONDS = 60
"""Tolerated difference between both sides' clocks."""


class ProviderAway(Exception):
    """The provider can't be reached, or its response is not that of a provider."""


class ProviderRefused(Exception):
    """The provider refused, or its response is not valid; the argument gives the reason, for the log."""


@dataclass(frozen=True, slots=True)
class LoginRoundTrip:
    """One trip to the provider and back; everything is derived from ``secret``, which is in the browser's cookie."""

    key: str
    secret: str

    def _derived(self, purpose: str) -> str:
        digest = hmac.digest(self.key.encode(), f"oidc:{purpose}:{self.secret}".encode(), "sha256")
        return urlsafe_b64encode(digest).decode().rstrip("=")

    @property
    def state(self) -> str:
        """Returned in the address: proves that the trip was begun in this browser."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """Returned in the ID token: proves that the token was issued for this trip."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """Sent with the code, so that an intercepted code is useless (RFC 7636)."""
        return self._derived("verifier")


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as identified by the provider: their address, and whether the provider verified it."""

    email: str
    is_verified: bool


class Provider:
    """A login provider; each method sends HTTP requests to it, so none may be called inside a transaction."""

    def __init__(self, known: LoginProvider, redirect_uri: str) -> None:
        self._known = known
        self._redirect_uri = redirect_uri

    def authorization_url(self, round_trip: LoginRoundTrip) -> str:
        """The address to redirect the browser to.

        Raises:
            ProviderAway: its metadata could not be fetched.
        """
        metadata = self._metadata()
        with self._client(metadata) as client:
            url, _state = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=round_trip.state,
                code_verifier=round_trip.verifier,
                nonce=round_trip.nonce,
            )
        return str(url)

    def identity(self, round_trip: LoginRoundTrip, code: str, now: datetime) -> Identity:
        """Redeem the code for the identity of the person who signed in.

        Raises:
            ProviderAway: it does not answer.
            ProviderRefused: it rejects the code, or the ID token is not the provider's, not for us, not for this trip,
                or has expired.
        """
        from authlib.common.errors import AuthlibBaseError
        from joserfc.errors import JoseError
        from requests import RequestException

        metadata = self._metadata()
        try:
            with self._client(metadata) as client:
                token = client.fetch_token(
                    metadata["token_endpoint"], code=code, code_verifier=round_trip.verifier, timeout=TIMEOUT_SECONDS
                )
                keys = self._get(metadata["jwks_uri"])
                claims = self._checked(token, keys, round_trip, now)
                if "email" not in claims and "userinfo_endpoint" in metadata:
                    userinfo = self._get(metadata["userinfo_endpoint"], str(token.get("access_token", "")))
                    if userinfo.get("sub") != claims["sub"]:
                        raise ProviderRefused("sub of the user info")
                    claims = userinfo
        except RequestException as problem:
            raise ProviderAway(type(problem).__name__) from None
        except (AuthlibBaseError, JoseError) as problem:
            raise ProviderRefused(getattr(problem, "error", "") or type(problem).__name__) from None
        except (ValueError, TypeError, KeyError) as problem:
            raise ProviderRefused(type(problem).__name__) from None
        email = claims.get("email")
        return Identity(email if isinstance(email, str) else "", claims.get("email_verified") is True)

    def _checked(
        self, token: Mapping[str, Any], keys: Mapping[str, Any], round_trip: LoginRoundTrip, now: datetime
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
                "nonce": round_trip.nonce,
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
        """The provider's metadata (OpenID Connect Discovery 1.0): of the configured issuer, over TLS if it has TLS."""
        metadata = self._get(f"{self._known.issuer.rstrip('/')}/.well-known/openid-configuration")
        scheme = urlsplit(self._known.issuer).scheme
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if metadata.get("issuer") != self._known.issuer:
            raise ProviderAway("issuer")
        if any(urlsplit(str(metadata.get(name))).scheme not in {"https", scheme} for name in needed):
            raise ProviderAway("endpoints")
        return metadata

    def _get(self, url: str, token: str | None = None) -> Mapping[str, Any]:
        import requests

        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            answer = requests.get(url, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
            answer.raise_for_status()
            data = answer.json()
        except requests.RequestException as problem:
            raise ProviderAway(type(problem).__name__) from None
        if not isinstance(data, dict):
            raise ProviderAway("no object")
        return data
