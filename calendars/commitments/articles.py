"""The order of an agreement's articles."""


def article_order(article: str) -> tuple[int, str]:
    """Sort key of an article: 2 before 10, one without a number last."""
    digits = "".join(character for character in article if character.isdecimal() and character.isascii())
    return int(digits[:9]) if digits else 10**9, article
