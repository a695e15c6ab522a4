"""qa chat and qa serve: the commands, and until when they serve. What they serve: `site`, `api`."""

import argparse
import os
import signal
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress

from index import Index, KhabarError
from qa import llm
from qa.listening import listening
from qa.opening import open_index
from qa.options import (
    command,
    embedder_option,
    listening_options,
    model_option,
    reranker_option,
    secret_to_show,
)
from qa.terminal import say


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add qa chat and qa serve to the command line."""
    chat = command(commands, "chat", _chat, "open the chat page in the browser")
    _options(chat, 7860)
    serve = command(commands, "serve", _serve, "answer other programs, over HTTP, without the page")
    _options(serve, 7861)


def _options(parser: argparse.ArgumentParser, port: int) -> None:
    listening_options(parser, port)
    embedder_option(parser)
    reranker_option(parser)
    model_option(parser)


def _chat(options: argparse.Namespace) -> int:
    return _run(options, page=True)


def _serve(options: argparse.Namespace) -> int:
    return _run(options, page=False)


def _run(options: argparse.Namespace, *, page: bool) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    # Imported here, no other command serves this; and before a thread imports the same libraries.
    from qa import api, examples, safety
    from qa.http_server import HttpServer
    from qa.service import Service

    secret = secret_to_show(options)
    models = options.embedder, options.reranker
    with open_index(options.db, *models) as index, ExitStack() as open_:
        service = open_.enter_context(closing(Service(index, llm.choose_or_quote(options.model))))
        if page:
            from qa import site

            app = open_.enter_context(site.built(service))
        else:
            app = api.build(service)
        try:
            server = HttpServer(safety.around(app, secret), options.host, options.port)
        except (OSError, OverflowError) as error:
            raise KhabarError(
                f"Nothing can listen at {options.host}:{options.port}; another program may have "
                "it. Give another --port, or another --host."
            ) from error
        warm = examples.questions if page else _search_once
        with (
            closing(server),
            _warming(warm, index),
            _until_told(),
            listening(index, lambda: service.engine),
        ):
            where = "/" if page else "/v1/ask and /v1/search, and says how at /docs"
            say(f"Khabar answers at {server.address}{where} (Ctrl-C stops it)")
            if page and _has_browser():
                webbrowser.open(server.address)
            while server.is_running:
                # With a timeout, for Windows: a join without one does not see Ctrl-C there.
                server.wait(1.0)
    return 0


@contextmanager
def _warming(warm: Callable[[Index], object], index: Index) -> Iterator[None]:
    """Ask once, so that the first who asks does not wait for libraries to be loaded."""

    def ask() -> None:
        # What goes wrong here will again at the first question, and be told to who asked it.
        with suppress(KhabarError):
            warm(index)

    thread = threading.Thread(target=ask, name="warm", daemon=True)
    thread.start()
    try:
        yield
    finally:
        # A library that is still being loaded takes the process with it.
        thread.join()


def _search_once(index: Index) -> None:
    index.search("Khabar ख़बर", limit=1)


def _has_browser() -> bool:
    """Whether somebody sits at a screen, and not a script or a shell far away."""
    screen = sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    return screen and sys.stderr.isatty()


@contextmanager
def _until_told() -> Iterator[None]:
    """Leave the block at Ctrl-C or SIGTERM."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)
