"""The site: the chat page and the API on one server."""

from fastapi import FastAPI

from qa import api, chat, document, files, look
from qa.conversations import Conversations
from qa.service import Service

import gradio as gr  # isort: skip, after chat, which tells it to report nothing


def build(service: Service, conversations: Conversations) -> FastAPI:
    """Make the application: the API's routes, files to download, and the page under all else."""
    app = api.build(service)
    files.add(app, service, conversations)
    document.serve_assets(app)
    demo = chat.build(service, conversations)
    gr.mount_gradio_app(
        app,
        demo,
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
    document.complete(app)
    return app
