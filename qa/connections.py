"""Connections that do not hold up a server: how many there are, and how long each is waited for.

uvicorn itself waits for ever for the end of a request's headers, for a body that nobody reads, and
for a client that does not read its reply.
"""

import asyncio
import json
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 500
"""Connections open at a time; systems commonly let a process have 1,024 files open."""
_PATIENCE = 10.0
"""Seconds for a request's headers to come, from when the connection is free for it."""
_READING = 30.0
"""Seconds for a client to read on, where it has left much unread."""
_AHEAD = 65_536
"""Bytes that a client may send of its next requests while one is being answered."""


class Connection(H11Protocol):
    """One connection. It is broken off where a client is too slow, or others need the room."""

    _waiting: asyncio.TimerHandle | None = None
    """Runs while there is no request being answered."""
    _unread: asyncio.TimerHandle | None = None
    """Runs while the client reads too little."""
    _heard = 0.0
    """When something came last, by the loop's clock."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request; where there are too many connections, an idle one goes."""
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > MOST:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """End what runs for it."""
        super().connection_lost(exc)
        for timer in (self._waiting, self._unread):
            if timer:
                timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Take in a part of a request."""
        self._heard = self.loop.time()
        super().data_received(data)
        if self._is_answering() and self.conn.their_state is h11.DONE:
            ahead, _ = self.conn.trailing_data
            if len(ahead) > _AHEAD:
                self.transport.abort()
                return
            # uvicorn reads no more where there is a next request: nor that the client has left.
            self.flow.resume_reading()
        self._wait()

    def on_response_complete(self) -> None:
        """Wait for the next request, or answer that which is here already."""
        super().on_response_complete()
        self._wait()

    def pause_writing(self) -> None:
        """Wait for the client to read."""
        super().pause_writing()
        self._unread = self.loop.call_later(_READING, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on writing."""
        super().resume_writing()
        if self._unread:
            self._unread.cancel()

    def send_400_response(self, msg: str) -> None:
        """Say in JSON, as all else is said here, that this is no HTTP request."""
        body = json.dumps({"error": "This is no HTTP request that can be read."}).encode()
        headers = {
            "content-type": "application/json",
            "content-length": str(len(body)),
            "x-content-type-options": "nosniff",
            "connection": "close",
        }
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):  # nothing has been said yet
            reply = h11.Response(status_code=400, headers=list(headers.items()), reason=b"")
            for event in (reply, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        if self.cycle is not None:  # what answers it must not speak after this
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        if self._is_answering():
            if self._waiting:
                self._waiting.cancel()
            self._waiting = None
        elif self._waiting is None:
            self._waiting = self.loop.call_later(_PATIENCE, self.transport.abort)

    def _make_room(self) -> None:
        """Break off another: the request or body waited for longest, or the oldest long reply."""
        everyone: Any = self.connections
        others = [other for other in everyone if not other.transport.is_closing()]
        if len(others) <= MOST:
            return
        idle = [other for other in others if other._waiting and other is not self]
        sending = [other for other in others if other._is_answering() and other.cycle.more_body]
        answered = [other for other in others if other is not self]
        longest = min(
            idle or sending or answered,
            key=lambda other: other._waiting.when() if idle else other._heard,
        )
        longest.transport.abort()
