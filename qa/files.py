"""What the page gives to take along: the file of an article, and a conversation as Markdown."""

from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Request
from starlette.responses import FileResponse, Response

from index import errors
from qa import export, guard, look
from qa.conversations import Conversations
from qa.service import Service

_MARKDOWN = "text/markdown; charset=utf-8"
_BYTES = "application/octet-stream"
"""Whatever it is, the browser keeps it, and shows nothing of it as a page of ours."""


def add(app: FastAPI, service: Service, conversations: Conversations) -> None:
    """Add the two routes to an application; they are the page's, and no part of the API."""

    @app.get("/files", include_in_schema=False)
    def file(source: str) -> FileResponse:
        path = service.index.file(source)
        if path is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no file of that name here now.")
        return FileResponse(path, filename=path.name, media_type=_BYTES)

    @app.get("/conversations/{name}.md", include_in_schema=False)
    def conversation(name: str, request: Request) -> Response:
        owner = guard.owner(request.scope)
        try:
            title = conversations.heading(owner, name).title
            reader = look.language(request.headers, request.cookies)
            text = export.markdown(title, conversations.turns(owner, name), reader)
        except errors.ConversationError as error:
            raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from error
        named = f"attachment; filename*=utf-8''{quote(export.file_name(title))}"
        return Response(text, media_type=_MARKDOWN, headers={"Content-Disposition": named})
