"""Names by which a typed line may call a place or a body, folded, with and without the word for what it is."""

import re
from collections.abc import Iterable

from models.text import fold

_BEFORE = re.compile(r"^(?:tinh|thu do|thanh pho|huyen|thi xa|nuoc|ແຂວງ|ນະຄອນຫຼວງ|ນະຄອນ|ເມືອງ) ?")
_AFTER = re.compile(r" (?:province|capital|city|district|prefecture)$")
_SHORTEST = 3


def folded_names(places: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """Folded name → locality. Where several are called the same, it is the first: the nearest come first.

    A whole name counts before one without its word: “Thủ đô Viêng Chăn” is the capital, whatever comes first.
    """
    known = [(code, [fold(name) for name in names]) for code, names in places]
    found: dict[str, str] = {}
    for code, names in known:
        for name in names:
            found.setdefault(name, code)
    for code, names in known:
        for name in names:
            bare = _AFTER.sub("", _BEFORE.sub("", name)).strip()
            if len(bare) >= _SHORTEST:
                found.setdefault(bare, code)
    found.pop("", None)
    return found
