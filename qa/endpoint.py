"""One OpenAI-compatible server, by its address: requests to it, and what goes wrong, in a sentence.

Nobody else is contacted: through no proxy, along no redirect, and with nothing out of the
environment but the key. Knows nothing of prompts.
"""

import json
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from index import errors

if TYPE_CHECKING:
    import httpx

KEY_VARIABLE = "KHABAR_API_KEY"
_CONNECTING = 10.0
"""Seconds for a connection, and for what a server knows without asking its model."""
_SILENCE = 600.0
"""Seconds without a byte, where no deadline ends it sooner: no prompt takes longer to read."""
_LARGEST = 4_000_000
"""Bytes of a reply; an answer has some 200,000, most of them JSON around each token."""
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE)


class Passing(errors.ModelError):
    """A failure that may be over in a moment."""


class Rejected(errors.ModelError):
    """A request that the server does not take as it is, for a reason in the server's words."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class Call:
    """Requests that end together: at a deadline, or when somebody says so, from any thread.

    The deadline holds for a server that sends a byte now and then too, which a read's does not.
    """

    def __init__(self, deadline: float | None = None) -> None:
        """Take a `time.monotonic()`, or None for no end but `end`."""
        self._deadline = deadline
        self._timer: threading.Timer | None = None
        self._socket: socket.socket | None = None
        self.over = threading.Event()
        self.late = False

    def __enter__(self) -> Self:
        seconds = None if self._deadline is None else self._deadline - time.monotonic()
        if seconds is not None and seconds <= 0:
            self.end(late=True)
        elif seconds is not None:
            self._timer = threading.Timer(seconds, self.end, [True])
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer:
            self._timer.cancel()

    def end(self, late: bool = False) -> None:
        """Break the connection off, in the midst of waiting too."""
        if not self.over.is_set():
            self.late = late
            self.over.set()
        if self._socket:
            with suppress(OSError):
                # Not SSLSocket's own, which would take the other thread's state away.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def patience(self) -> float:
        """Tell how many seconds a connection may take."""
        if self._deadline is None:
            return _CONNECTING
        return min(_CONNECTING, max(0.001, self._deadline - time.monotonic()))

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Learn from httpx which socket a request has."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self.over.is_set():
                self.end()


class Server:
    """A server, which is not contacted before the first request. Safe to use from many threads."""

    def __init__(self, address: str) -> None:
        """Take an address; raises ModelError if it cannot be one, or the key cannot be a key."""
        # Imported here: quotes and llama.cpp need no HTTP.
        import httpx

        parts = _parts(address)
        self.url = _shown(parts)
        self.wanted = unquote(parts.fragment)
        """The model named after the #, or nothing."""
        self._key = _key()
        headers = {
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": "khabar",
        }
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        self._client = httpx.Client(
            headers=headers,
            trust_env=False,
            # The certificates that this machine trusts, not those that httpx brings.
            verify=ssl.create_default_context(),
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def __str__(self) -> str:
        return f"The server at {self.url}"

    def fetch(self, url: str) -> dict[str, Any]:
        """Get a JSON object; raises ModelError, ModelTimeoutError after ten seconds."""
        with Call(time.monotonic() + _CONNECTING) as call:
            try:
                with self.reply(call, url) as response:
                    body = b"".join(bounded(response, self))
            except errors.ModelError:
                if call.late:
                    message = f"{self} has not answered within {_CONNECTING:.0f} seconds."
                    raise errors.ModelTimeoutError(message) from None
                raise
        found = parsed(body)
        if found is None:
            raise self.strange(body)
        return found

    @contextmanager
    def reply(
        self, call: Call, url: str, body: dict[str, Any] | None = None
    ) -> Iterator["httpx.Response"]:
        """Ask, and give what is still to be read of a reply that says 200; raises ModelError."""
        import httpx

        timeout = httpx.Timeout(_SILENCE, connect=call.patience())
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace") if body else None
        request = self._client.build_request(
            "POST" if body else "GET",
            url,
            content=content,
            timeout=timeout,
            extensions={"trace": call.trace},
        )
        try:
            with closing(self._client.send(request, stream=True)) as response:
                if response.status_code != HTTPStatus.OK:
                    raise self._refusal(response)
                yield response
        except httpx.ReadTimeout as error:
            message = f"{self} has sent nothing for {_SILENCE:.0f} seconds."
            raise errors.ModelTimeoutError(message) from error
        except httpx.TransportError as error:
            raise self._failure(error) from error

    def strange(self, body: bytes) -> errors.ModelError:
        """Say that a reply is not what a model's server sends."""
        found = "a web page" if _is_html(body) else "something"
        return errors.ModelError(
            f"{self} sends {found} that no model's server sends{self.quoted(said(body))}; an "
            "address usually ends in /v1."
        )

    def quoted(self, *parts: object) -> str:
        """Put what a server said in brackets: on one line, not all of a long text, and no key."""
        text = ": ".join(" ".join(str(part).split()) for part in parts if part)
        text = text.replace(self._key, "…") if self._key else text
        return f" ({text[:200].rstrip('.')})" if text else ""

    def _failure(self, error: "httpx.TransportError") -> errors.ModelError:
        """Say what a connection failed of."""
        import httpx

        cause = _cause(error)
        if not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            text = self.quoted(cause.strerror if cause else error)
            return Passing(f"{self} broke off{text}; ask again, or look at what it logs.")
        if isinstance(cause, socket.gaierror):
            text = self.quoted(cause.strerror)
            return errors.ModelError(f"The host in {self.url} is not known{text}.")
        if isinstance(cause, ssl.SSLError):
            text = self.quoted(getattr(cause, "verify_message", None) or cause.reason)
            return errors.ModelError(
                f"There is no safe connection to {self.url}{text}; name the server's certificate "
                "in SSL_CERT_FILE, or write http:// if it has none."
            )
        text = self.quoted(cause.strerror if cause else error)
        return Passing(
            f"Nothing answers at {self.url}{text}; start the server, or check the address."
        )

    def _refusal(self, response: "httpx.Response") -> errors.ModelError:
        """Say what a status other than 200 means."""
        status = response.status_code
        reason = said(b"".join(bounded(response, self)))
        text = self.quoted(status, reason)
        if 300 <= status < 400:
            there = urlsplit(urljoin(str(response.url), response.headers.get("location", "")))
            return errors.ModelError(
                f"{self} redirects to {_shown(there)}, and Khabar does not follow; give the "
                "address where the model is."
            )
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            # Without the server's words: some repeat a part of the key.
            wrong = "refuses the key in" if self._key else "wants a key; put it in"
            return errors.ModelError(f"{self} {wrong} {KEY_VARIABLE} ({status}).")
        if status in _BUSY:
            return Passing(f"{self} is busy, or not ready yet{text}; ask again later.")
        if status == HTTPStatus.NOT_FOUND and "model" not in reason.casefold():
            return errors.ModelError(
                f"{self} has nothing at {response.url.path}{text}; an address usually ends in /v1."
            )
        if "context" in reason.casefold():
            return errors.ModelError(
                f"The question with what was found is too long for the model at {self.url}{text}; "
                "start the server with a longer context."
            )
        message = f"{self} does not do what it is asked{text}; look at what it logs."
        if status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
            return Rejected(message, reason)
        return errors.ModelError(message)


def bounded(response: "httpx.Response", server: Server) -> Iterator[bytes]:
    """Give a reply's bytes as they come; raises ModelError if there is no end of them."""
    size = 0
    for chunk in response.iter_raw():
        size += len(chunk)
        if size > _LARGEST:
            raise errors.ModelError(f"{server} sends without end; look at what it logs.")
        yield chunk


def parsed(body: bytes) -> dict[str, Any] | None:
    """Read a JSON object; None for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def said(body: bytes) -> str:
    """Find what a server has to say in an error: OpenAI's way, FastAPI's, or as plain text."""
    found = parsed(body)
    if found is None:
        return "" if _is_html(body) else body[:1_000].decode("utf-8", "replace")
    error = found.get("error", found)
    if isinstance(error, dict):
        error = error.get("message") or error.get("detail") or error
    return error if isinstance(error, str) else json.dumps(error)


def _is_html(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _cause(error: BaseException | None) -> OSError | None:
    """Find what the socket said, under what httpx and httpcore made of it."""
    while error is not None and not isinstance(error, OSError):
        error = error.__cause__ or error.__context__
    return error


def _parts(address: str) -> SplitResult:
    """Take an address apart. No message repeats it, for it may hold a password."""
    import httpx

    try:
        parts = urlsplit(address)
        if parts.username is not None or parts.password is not None or parts.query:
            raise errors.ModelError(
                f"An address holds no password and no key; put the key in {KEY_VARIABLE}."
            )
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        httpx.URL(_shown(parts)).host.encode("idna")  # a socket does so, and says less well why not
    except (ValueError, httpx.InvalidURL):
        is_one = False
    if not is_one or any(char.isspace() for char in address):
        raise errors.ModelError(
            "That is no server's address; one looks like http://127.0.0.1:8080/v1, and with the "
            "name of a model like http://127.0.0.1:11434/v1#gemma3:4b."
        )
    return parts._replace(path=parts.path.rstrip("/"))


def _shown(parts: SplitResult) -> str:
    """Write an address without what may be secret in it."""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _key() -> str:
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise errors.ModelError(f"{KEY_VARIABLE} holds characters that are in no key.")
    return key
