"""Clients that are slow, idle or many: they are broken off, and others are answered meanwhile."""

import socket
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest
from attacked import (
    PATIENCE,
    Server,
    assert_answers,
    connected,
    question,
    replies,
    request,
    serving,
)
from talks import PLANTED, indexed

# The times that are waited for, shortened: 10 seconds each for headers and bodies, 30 for replies.
SHORT = """
from qa import connections, limits
connections._PATIENCE = limits._PATIENCE = 1.5
connections._READING = 1.5
connections.MOST = 100
"""


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(indexed(tmp_path_factory.mktemp("talks")), before=SHORT) as server:
        yield server


@pytest.fixture
def patient(unlocked: Server) -> Server:
    return unlocked


CHUNKED = question(b"", **{"Content-Length": None, "Transfer-Encoding": "chunked"})
UNREAD = request("POST", "/v1/none", **{"Content-Length": "50000"})
HEALTHZ = request("GET", "/healthz", Connection=None)
SLOW: dict[str, tuple[bytes, bytes, set[int]]] = {
    "silent": (b"", b"", set()),
    "empty lines": (b"", b"\r\n", {400}),
    "headers": (b"GET / HTTP/1.1\r\n", b"X-Slow: a\r\n", set()),
    "address": (b"GET /", b"a", set()),
    "end of a body": (question(PLANTED)[:-10], b"", {408}),
    "body": (question(PLANTED, **{"Content-Length": "9999"}), b" ", {408}),
    "chunks": (CHUNKED, b"1\r\n \r\n", {408}),
    "no chunk": (CHUNKED, b"", {408}),
    "second request": (HEALTHZ, b"G", {200}),
    "no second request": (HEALTHZ, b"", {200}),
    "body of a refused request": (UNREAD, b" ", {404}),
    "body that nobody reads": (request("GET", "/healthz", b" " * 9_999)[:-9_999], b" ", {200}),
}
"""What is sent, what drips after it, and what is replied before the server hangs up."""


def dripping(server: Server, begun: bytes, drop: bytes) -> set[int]:
    """Send drops until the server hangs up; returns which statuses it has replied."""
    with connected(server) as client:
        client.sendall(begun)
        client.settimeout(0.05)
        received = b""
        with suppress(ConnectionError):
            while True:
                try:
                    part = client.recv(65_536)
                except TimeoutError:
                    client.sendall(drop)
                else:
                    received += part
                    if not part:
                        break
    return {int(line[9:12]) for line in received.split(b"\r\n") if line.startswith(b"HTTP/")}


@pytest.fixture(scope="module")
def dripped(impatient: Server) -> dict[str, set[int]]:
    """Have all of them drip beside each other, and beside a reply that lasts."""
    with connected(impatient) as lasting, ThreadPoolExecutor(len(SLOW)) as pool:
        lasting.sendall(request("GET", "/gradio_api/heartbeat/lasting"))
        jobs = {
            name: pool.submit(dripping, impatient, begun, drop)
            for name, (begun, drop, _) in SLOW.items()
        }
        found = {name: job.result() for name, job in jobs.items()}
        lasting.settimeout(0.05)
        received = b""
        with pytest.raises(TimeoutError):  # it goes on, and has nothing to say just now
            while part := lasting.recv(65_536):
                received += part
        assert b"data: ALIVE" in received
    return found


@pytest.mark.parametrize("name", SLOW)
def test_who_sends_too_slowly_is_broken_off_and_a_long_reply_is_not(
    dripped: dict[str, set[int]], name: str
) -> None:
    assert dripped[name] == SLOW[name][2]


def test_who_does_not_read_is_broken_off(impatient: Server) -> None:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.settimeout(PATIENCE)
        client.connect(("127.0.0.1", impatient.port))
        client.sendall(request("GET", "/", Connection=None) * 60)
        # Nothing is read: what it is sent fills all there is between, and then it is cut.
        with pytest.raises(ConnectionError):
            while True:
                client.sendall(b"\r\n")
                time.sleep(0.01)


IDLE = b""
HALF = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BODY = question(PLANTED)[:-10]
LASTING = request("GET", "/gradio_api/heartbeat/lasting", Connection=None)
REFUSED = request("POST", "/gradio_api/upload", Host="example.org", **{"Content-Length": "9999"})


@pytest.mark.parametrize(
    "sent",
    [IDLE, HALF, BODY, REFUSED, LASTING],
    ids=["idle", "half", "body", "no", "lasting"],
)
def test_connections_by_the_hundred_do_not_keep_others_from_being_answered(
    patient: Server, sent: bytes
) -> None:
    with ExitStack() as stack:
        for _ in range(500):
            client = stack.enter_context(connected(patient))
            client.sendall(sent)
        for _ in range(3):
            assert_answers(patient)


def test_connections_that_are_reset_leave_nothing(patient: Server) -> None:
    for sent in (IDLE, HALF, BODY, question(PLANTED)) * 25:
        client = connected(patient)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.sendall(sent)
        client.close()
    assert_answers(patient)


def test_half_a_connection_is_no_harm(patient: Server) -> None:
    for sent in (IDLE, HALF, BODY):
        with connected(patient) as client:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            assert replies(client) == []
    assert_answers(patient)


def test_who_sends_ahead_without_end_is_broken_off(patient: Server) -> None:
    with connected(patient) as client, pytest.raises(ConnectionError):
        client.sendall(request("GET", "/gradio_api/heartbeat/ahead", Connection=None))
        assert client.recv(100).startswith(b"HTTP/1.1 200")
        for _ in range(3):  # a little at a time first, as it comes over a network
            client.sendall(request("GET", "/healthz"))
            time.sleep(0.05)
        for _ in range(10_000):
            client.sendall(request("GET", "/healthz") * 100)
