"""The API's documentation page: Swagger UI served locally, without a CDN."""

from importlib.resources import files

from flask import Blueprint, Response, abort, send_from_directory

blp = Blueprint("docs", __name__, url_prefix="/api/v1/docs")

_ASSETS = files("flask_swagger_ui") / "dist"
_FILES = {"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"}

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Protocol Desk API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/api/v1/docs/swagger-ui.css">
<link rel="icon" href="/api/v1/docs/favicon-32x32.png">
</head><body><div id="swagger-ui"></div>
<noscript>This page needs JavaScript; the document itself is <a href="/api/v1/openapi.json">here</a>.</noscript>
<script src="/api/v1/docs/swagger-ui-bundle.js"></script><script src="/api/v1/docs/start.js"></script>
</body></html>
"""
_START = 'window.ui = SwaggerUIBundle({url: "/api/v1/openapi.json", dom_id: "#swagger-ui", deepLinking: true});\n'


@blp.get("/")
def page() -> Response:
    """The documentation page. Swagger UI sets inline styles, so this page alone allows them."""
    response = Response(_PAGE, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        "script-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return response


@blp.get("/<name>")
def asset(name: str) -> Response:
    """Swagger UI's own files."""
    if name == "start.js":
        return Response(_START, mimetype="text/javascript")
    if name not in _FILES:
        abort(404)
    return send_from_directory(str(_ASSETS), name, max_age=86_400)
