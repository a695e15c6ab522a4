"""qa serve: the command, and until when it serves. What it serves is in `api`."""

import argparse
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from index import KhabarError
from qa import extract, llm
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
from qa.service import Service
from qa.terminal import say


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add qa serve to the command line."""
    parser = command(commands, "serve", run, "answer other programs on this machine, over HTTP")
    listening_options(parser, 7861)
    embedder_option(parser)
    reranker_option(parser)
    model_option(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    # Imported here, no other command serves this; and before a thread imports the same libraries.
    from qa import api, safety
    from qa.http_server import HttpServer

    secret = secret_to_show(options)
    models = options.embedder, options.reranker
    with open_index(options.db, *models) as index:
        engine = llm.choose_or_quote(options.model)
        app = safety.around(api.build(Service(index, engine)), secret)
        try:
            server = HttpServer(app, options.host, options.port)
        except (OSError, OverflowError) as error:
            raise KhabarError(
                f"Nothing can listen at {options.host}:{options.port}; another program may have "
                "it. Give another --port."
            ) from error
        with closing(server), _until_told(), listening(index, engine or extract.NAME):
            say(f"Khabar answers at {server.address}/v1/ask and /v1/search (Ctrl-C stops it)")
            while server.is_running:
                # With a timeout, for Windows: a join without one does not see Ctrl-C there.
                server.wait(1.0)
    return 0


@contextmanager
def _until_told() -> Iterator[None]:
    """Leave the block at Ctrl-C or SIGTERM."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)
