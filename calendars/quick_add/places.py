"""Names by which a typed line may call a place or a body, folded, with and without the word for what it is."""

import re
from collections.abc import Iterable

from models.text import fold

_BEFORE = re.compile(r"^(?:tinh|thu do|thanh pho|huyen|thi xa|nuoc|ແຂວງ|ນະຄອນຫຼວງ|ນະຄອນ|ເມືອງ) ?")
_AFTER = re.compile(r" (?:province|capital|city|district|prefecture)$")
_SHORTEST = 3


def folded_names(places: Iterable[tuple[str, Iterable[str]]]) -> dict[str, list[str]]:
    """Folded name → the localities that are called so, in the order in which they come.

    A whole name counts before one without its word: “Thủ đô Viêng Chăn” is the capital, whatever comes first.
    """
    known = [(code, [fold(name) for name in names]) for code, names in places]
    whole: dict[str, list[str]] = {}
    bare: dict[str, list[str]] = {}
    for code, names in known:
        for name in names:
            _put(whole, name, code)
            _put(bare, _AFTER.sub("", _BEFORE.sub("", name)).strip(), code)
    found = {name: codes for name, codes in bare.items() if len(name) >= _SHORTEST} | whole
    found.pop("", None)
    return found


def _put(found: dict[str, list[str]], name: str, code: str) -> None:
    codes = found.setdefault(name, [])
    if code not in codes:
        codes.append(code)
