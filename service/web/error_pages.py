"""What a browser sees when something goes wrong: a page in its language where programs get a problem document."""

from flask import Request, Response, g, json, request

from models.i18n import N_, translate
from service.web.language import choose_language
from service.web.rendering import render

_NOT_FOUND = N_("There is nothing at this address. It may have been deleted, or the link is incomplete.")
_FOR_PROGRAMS = ("/api/", "/healthz", "/readyz", "/metrics")


def wants_page(request: Request) -> bool:
    """Whether a person with a browser asks: not a program, not a calendar that fetches its feed."""
    path = request.path
    if path.startswith(_FOR_PROGRAMS) or (path.startswith("/feeds/") and path.endswith((".ics", ".ifb"))):
        return False
    accepted = request.accept_mimetypes
    return accepted["text/html"] > accepted["application/json"]


def error_page(status: int, title: str, detail: str) -> Response:
    """A page that says what went wrong, in the language chosen for this request, and where to go from here.

    It reads no database: that may be what is wrong.
    """
    language = getattr(g, "reader_language", None) or choose_language().value
    response = render(
        "error.html",
        language,
        status=status,
        title=title,
        detail=translate(_NOT_FOUND, language) if status == 404 else detail,
        request_id=getattr(g, "request_id", None) if status >= 500 else None,
    )
    response.status_code = status
    return response


def choose_for_browsers() -> None:
    """Errors before a page's own code runs (an unknown address) speak the browser's language."""
    if wants_page(request):
        choose_language()


def as_page(response: Response) -> Response:
    """Turn a problem document into a page where a browser asked; every other answer stays as it is."""
    if response.mimetype != "application/problem+json" or not wants_page(request):
        return response
    problem = json.loads(response.get_data())
    page = error_page(response.status_code, problem["title"], problem["detail"])
    for name, value in response.headers:
        if name not in page.headers and name != "WWW-Authenticate":
            page.headers[name] = value
    return page
