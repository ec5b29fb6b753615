"""Error pages: HTML in the browser's language where programs get a problem document."""

from flask import Request, Response, g, json, request

from models.errors import Busy
from models.i18n import N_, translate
from service.web.language import choose_language
from service.web.rendering import render

_NOT_FOUND = N_("There is nothing at this address. It may have been deleted, or the link is incomplete.")
_GO_BACK = N_("Go back with your browser: what you typed is still there.")
_FOR_PROGRAMS = ("/api/", "/healthz", "/readyz", "/metrics")


def wants_page(request: Request) -> bool:
    """Whether the client is a browser, not a program or a calendar fetching its feed."""
    path = request.path
    is_file = path.startswith("/api/") and "format" in request.args  # a link of a page to a list as a file
    if path.startswith(_FOR_PROGRAMS) and not is_file:
        return False
    if path.startswith("/feeds/") and path.endswith((".ics", ".ifb")):
        return False
    accepted = request.accept_mimetypes
    return accepted["text/html"] > accepted["application/json"]


def error_page(status: int, title: str, detail: str) -> Response:
    """A page that describes an error, in the language chosen for this request, with links to continue.

    It reads no database, which may be the cause of the error.
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
    """Use the browser's language for errors before a page's own code runs (an unknown path)."""
    if wants_page(request):
        choose_language()


def as_page(response: Response) -> Response:
    """Turn a problem document into a page if a browser made the request; return any other response unchanged."""
    if response.mimetype != "application/problem+json" or not wants_page(request):
        return response
    problem = json.loads(response.get_data())
    detail = problem["detail"]
    if problem["code"] == Busy.code and request.method == "POST":
        detail = f"{detail} {translate(_GO_BACK, response.headers['Content-Language'])}"
    page = error_page(response.status_code, problem["title"], detail)
    for name, value in response.headers:
        if name not in page.headers and name != "WWW-Authenticate":
            page.headers[name] = value
    return page
