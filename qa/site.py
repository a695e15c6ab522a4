"""The site: the chat page and the API on one server."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from fastapi import FastAPI

from qa import api, chat, document, files, look
from qa.conversations import Conversations
from qa.reachable import close_off
from qa.service import Service
from qa.talk import Talk
from qa.upload_folder import own_uploads
from qa.uploading import Uploading

import gradio as gr  # isort: skip, after chat, which tells it to report nothing

_WAITING = 1_000
"""Events that stand in line; others are turned away."""
_ESTIMATED = 3_600
"""Seconds until Gradio tells those in line how long they will wait, which the page does not show.
It would tell all of them again whenever one is answered."""
_LOOKED = 0.01
"""Seconds from one look of Gradio's for something to do to the next: a thousandth by itself, which
keeps a machine from its rest."""
_VISITS = 1_000
"""Pages of which it is known what they show; beyond that, the one longest unused is forgotten."""


@contextmanager
def built(service: Service) -> Iterator[FastAPI]:
    """Make the application: the API's routes, files to download, and the page under all else.

    Conversations are kept in the index's folder. Raises IndexFolderError if they cannot be.
    """
    with (
        own_uploads(),
        Conversations(service.index.folder) as conversations,
        closing(Talk(service, conversations)) as talk,
    ):
        app = api.build(service)
        page = chat.build(service, conversations, talk).queue(_ESTIMATED, max_size=_WAITING)
        page._queue.sleep_when_free = _LOOKED
        page.state_session_capacity = _VISITS
        files.add(app, service, conversations)
        document.serve_assets(app)
        gr.mount_gradio_app(
            app,
            page,
            path="/",
            footer_links=[],
            run_history=False,
            show_error=False,
            ssr_mode=False,
            enable_monitoring=False,
            pwa=False,
            mcp_server=False,
            i18n=gr.I18n(**chat.words()),
            theme=chat.theme(),
            css=look.css(),
        )
        service.updates.resume()
        fields = {number: len(fn.inputs) for number, fn in page.fns.items()}
        close_off(app, fields, Uploading(page.upload_file_set))
        document.complete(app)
        yield app
