"""The pages of the manual: contents and search, a chapter, its pictures. They need no sign-in and tell of nobody."""

from flask import Response, abort, request

from service.web.help import search
from service.web.help.manual import PICTURES, manual
from service.web.help.words import words
from service.web.page_decorator import open_page
from service.web.view import View

WORDS = "words"
"""The chapter that also shows the glossary."""


@open_page
def contents(view: View) -> Response:
    """What is in the manual; with words to look for, the places that hold them."""
    asked = request.args.get("q", "").strip()[: search.LONGEST]
    found = search.find(view.language, asked)
    return view.page("help/contents.html", chapters=manual(view.language).chapters, asked=asked, found=found)


@open_page
def chapter(view: View, chapter: str) -> Response:
    """One chapter in the reader's language."""
    known = manual(view.language)
    shown = known.chapter(chapter)
    if shown is None:
        abort(404)
    before, after = known.beside(shown)
    return view.page(
        "help/chapter.html",
        chapter=shown,
        chapters=known.chapters,
        before=before,
        after=after,
        words=words() if shown.name == WORDS else (),
    )


def picture(name: str) -> Response:
    """A picture of the manual; it shows test data only."""
    path = PICTURES / f"{name}.png"
    if path not in PICTURES.glob("*.png"):
        abort(404)
    response = Response(path.read_bytes(), mimetype="image/png")
    response.cache_control.max_age = 86_400
    response.cache_control.public = True
    response.add_etag()
    response.make_conditional(request)
    return response
