"""/docs: the description of the API, to be read and tried in a browser, with all it needs on board.

Its scripts are files of their own: the server lets a page run no others.
"""

from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Khabar: the HTTP API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/files/swagger-ui.css">
</head>
<body>
<main id="description"></main>
<script src="docs/files/swagger-ui-bundle.js"></script>
<script src="docs/show.js"></script>
</body>
</html>
"""
# Without validatorUrl, it would have an address elsewhere judge the description.
_SHOW = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#description",
  deepLinking: true,
  validatorUrl: null,
});
"""
_SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "The secret, where the server was started with `--auth`.",
    },
    "password": {
        "type": "http",
        "scheme": "basic",
        "description": "The same secret as the password of any user name.",
    },
}


class Described(FastAPI):
    """An application whose description says, too, how to show the secret."""

    def openapi(self) -> dict[str, Any]:
        """Describe it."""
        told = super().openapi()
        told["components"]["securitySchemes"] = _SCHEMES
        # The first: without --auth, there is none to show.
        told["security"] = [{}, *({name: []} for name in _SCHEMES)]
        return told


def add(app: FastAPI) -> None:
    """Serve the page at /docs, and its files below it."""
    # Swagger UI, packed by fastapi-offline; its own function would add a page for ReDoc.
    packed = str(files("fastapi_offline").joinpath("static"))

    @app.get("/docs", include_in_schema=False)
    async def page() -> HTMLResponse:
        return HTMLResponse(_PAGE)

    @app.get("/docs/show.js", include_in_schema=False)
    async def show() -> Response:
        return Response(_SHOW, media_type="text/javascript")

    app.mount("/docs/files", StaticFiles(directory=packed))
