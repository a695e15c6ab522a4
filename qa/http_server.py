"""An HTTP application served from a thread, for as long as a command runs."""

import socket
import threading
from typing import TYPE_CHECKING

import uvicorn

from qa.connections import Connection
from qa.limits import HEAD

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_GRACE = 5
"""Seconds that requests may still take once it is to end; then they are cancelled."""


class HttpServer:
    """Serves an application from when it is made until `close`."""

    def __init__(self, app: "ASGIApp", host: str, port: int) -> None:
        """Listen at an address; port 0 takes one that is free. Raises OSError if it cannot be had.

        What goes wrong in the application, it is to write down itself.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=128)
        # Of what is accepted, too: the body of a reply would else wait 40 ms for its head to be
        # acknowledged. asyncio sets it only on sockets that name their protocol.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port: int = listener.getsockname()[1]
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        config = uvicorn.Config(
            app,
            lifespan="auto",
            ws="none",
            http=Connection,
            h11_max_incomplete_event_size=HEAD,
            loop="asyncio",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=[[listener]], name="http", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Take no more requests, and wait a little for those that are being answered."""
        self._server.should_exit = True
        self._thread.join()

    def wait(self, seconds: float) -> None:
        """Wait so long, or until it ends."""
        self._thread.join(seconds)

    @property
    def is_running(self) -> bool:
        """Whether it still serves."""
        return self._thread.is_alive()
