"""qa serve: the command, and until when it serves. What it serves is in `api`."""

import argparse
import ipaddress
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from index import KhabarError
from qa import llm
from qa.listening import listening
from qa.opening import open_index
from qa.options import command, embedder_option, model_option, reranker_option, up_to
from qa.service import Service
from qa.terminal import say


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add qa serve to the command line."""
    parser = command(commands, "serve", run, "answer other programs on this machine, over HTTP")
    parser.add_argument(
        "--host", type=_loopback, default="127.0.0.1", help="address to listen on (127.0.0.1)"
    )
    parser.add_argument("--port", type=up_to(65_535), default=7861, help="port to listen on (7861)")
    embedder_option(parser)
    reranker_option(parser)
    model_option(parser)


def _loopback(host: str) -> str:
    with suppress(ValueError):
        if host == "localhost" or ipaddress.ip_address(host).is_loopback:
            return host
    raise argparse.ArgumentTypeError(
        f"{host!r} is not this machine alone, and there is no password yet; leave it out, or give "
        "127.0.0.1 or ::1"
    )


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    # Imported here, no other command serves this; and before a thread imports the same libraries.
    from qa import api
    from qa.http_server import HttpServer

    models = options.embedder, options.reranker
    with open_index(options.db, *models) as index:
        service = Service(index, llm.choose_or_quote(options.model))
        app = api.build(service)
        try:
            server = HttpServer(app, options.host, options.port)
        except (OSError, OverflowError) as error:
            raise KhabarError(
                f"Nothing can listen at {options.host}:{options.port}; another program may have "
                "it. Give another --port."
            ) from error
        with closing(server), _until_told(), listening(index, lambda: service.engine):
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
