"""What a feed's path refers to, and which form its reader accepts."""

from functools import lru_cache
from typing import NamedTuple

from models.vocabulary import Language
from service.actions.tokens import token_hash

ANSWER = "desk.feed"
"""WSGI environment key under which the application records the cached bytes it answered with, and how: whether 304,
whether compressed.
"""

PUBLIC = "public"
_LANGUAGES = frozenset(language.value for language in Language)


class FeedKey(NamedTuple):
    """The cache key of a feed: the hash of its token or, for the public calendar, its language; and which variant."""

    name: str
    busy: bool


@lru_cache(maxsize=1024)
def feed_key(path: str) -> FeedKey | None:
    """The key of ``/feeds/TOKEN.ics`` and ``.ifb``; None for other paths."""
    name, dot, extension = path[len("/feeds/") :].rpartition(".")
    if not dot or "/" in name or extension not in ("ics", "ifb"):
        return None
    return FeedKey(name if public_language(name) else token_hash(name), extension == "ifb")


def public_language(name: str) -> Language | None:
    """The language of the public calendar with this name (``public``, ``public-lo``); None for tokens."""
    if name == PUBLIC:
        return Language.VI
    stem, _hyphen, language = name.partition("-")
    return Language(language) if stem == PUBLIC and language in _LANGUAGES else None


@lru_cache(maxsize=1024)
def takes_gzip(accept_encoding: str) -> bool:
    """Whether a client accepts gzip, from its Accept-Encoding. Source: RFC 9110 section 12.5.3."""
    qualities: dict[str, float] = {}
    for one in accept_encoding.lower().split(","):
        coding, _semicolon, parameters = one.partition(";")
        name, _equals, value = parameters.strip().partition("=")
        try:
            quality = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            quality = 0.0
        qualities[coding.strip()] = quality
    return qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0))) > 0


def is_known(tag: str, if_none_match: str) -> bool:
    """Whether a client has these bytes, compressed or not; a tag is too long to be part of another by chance."""
    return tag in if_none_match or if_none_match.strip() == "*"
