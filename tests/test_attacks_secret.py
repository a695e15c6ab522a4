"""The secret of a server: what lets in, what does not, and how often somebody may guess."""

import argparse
import base64

import pytest
from attacked import SECRET, Server, assert_answers, exchange, only, question, request
from holding import here

from qa import guesses, secret
from qa.guesses import Guesses
from qa.secret import Secret, Shown

RIGHT = f"Bearer {SECRET}"


def basic(user: str, password: str) -> str:
    """Write what a browser shows."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


@pytest.fixture
def server(locked: tuple[Server, str]) -> Server:
    return locked[0]


@pytest.mark.parametrize(
    "shown",
    [
        RIGHT,
        f"bearer   {SECRET}",
        basic("", SECRET),
        basic("Ravi", SECRET),
        basic("रवि", SECRET).replace("Basic", "BASIC"),
    ],
)
def test_the_secret_lets_in_from_wherever_it_is_shown(server: Server, shown: str) -> None:
    assert_answers(server, Authorization=shown)
    assert_answers(server, Authorization=shown, Host="khabar.example.org:8443")
    own = {"Host": "khabar.example.org", "Origin": "https://khabar.example.org"}
    assert_answers(server, Authorization=shown, **own)


def test_no_page_from_elsewhere_gets_in_with_it(server: Server) -> None:
    for origin in ("https://example.org", "null", "http://khabar.example.org:81"):
        told = {"Authorization": RIGHT, "Host": "khabar.example.org", "Origin": origin}
        assert only(exchange(server, question(**told))).status == 403
    for host in ("", "a b", "<script>", "x" * 300, "user@host"):
        raw = request("GET", "/", Authorization=RIGHT, Host=host)
        assert only(exchange(server, raw)).status == 403


def test_whether_it_is_there_it_says_to_everybody(server: Server) -> None:
    assert only(exchange(server, request("GET", "/healthz"))).status == 200
    assert only(exchange(server, request("GET", "/healthz/"))).status == 401
    assert only(exchange(server, request("GET", "//healthz"))).status == 401
    assert only(exchange(server, request("GET", "/healthz/../"))).status == 401


@pytest.mark.parametrize("target", ["/", "/v1/ask", "/config", "/assets/x.js", "/docs", "/none"])
def test_without_it_a_browser_is_asked_for_it_and_that_is_no_guess(
    server: Server, target: str
) -> None:
    for _ in range(12):
        reply = only(exchange(server, request("GET", target)))
        assert reply.status == 401
        assert reply.named("www-authenticate") == list(secret.CHALLENGES)
        assert b"Khabar" not in reply.body


WRONG = [
    "",
    "Bearer",
    "Bearer ",
    f"Bearer {SECRET[:-1]}",
    f"Bearer {SECRET}x",
    f"Bearer {SECRET} {SECRET}",
    f"Bearer {SECRET.upper()}",
    f"Bearer {SECRET.replace('ँ', 'ं')}",
    f"Bearer {SECRET}\u200b",
    f"Bearer {SECRET.replace('o', 'о')}",
    f"Bearer {base64.b64encode(SECRET.encode()).decode()}",
    f"Bearer {SECRET},{SECRET}",
    f'Bearer "{SECRET}"',
    f"Bearer\t{SECRET}",
    f"Token {SECRET}",
    f"Digest {SECRET}",
    SECRET,
    "Bearer null",
    "Bearer true",
    "Bearer *",
    "Bearer ' OR '1'='1",
    "Bearer " + "x" * 10_000,
    f"Basic {SECRET}",
    f"Basic {base64.b64encode(SECRET.encode()).decode()}",
    "Basic ====",
    "Basic " + base64.b64encode(b"\xff\xfe:" + SECRET.encode()).decode(),
    basic(SECRET, ""),
    basic("admin", "admin"),
    basic("admin", f" {SECRET}"),
    basic("a\x00b", SECRET),
    basic("x" * 101, SECRET),
]


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_what_is_like_it_does_not_let_in(server: Server, number: int) -> None:
    raw = question(Authorization=WRONG[number])
    reply = only(exchange(server, raw, source=f"127.0.1.{number + 1}"))
    assert reply.status == 401
    assert b"pine" not in reply.body


@pytest.mark.parametrize(
    "raw",
    [
        request("POST", f"/v1/ask?token={'x' * 20}"),
        request("POST", "/v1/ask", Cookie="authorization=Bearer x; khabar=x"),
        question(**{"X-Api-Key": "x", "Proxy-Authorization": "Bearer x"}),
        question(**{"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"}),
        question(**{"X-Original-URL": "/healthz", "Host": "127.0.0.1"}),
        request("GET", "http://127.0.0.1/healthz/../v1/ask"),
        request("GET", "/v1/ask#/healthz"),
        request("GET", "/%68ealthz/../config"),
        request("OPTIONS", "/v1/ask"),
    ],
    ids=range(9),
)
def test_there_is_no_way_around_it(server: Server, raw: bytes) -> None:
    assert only(exchange(server, raw)).status in (400, 401)


def test_it_is_shown_once(server: Server) -> None:
    line = f"Authorization: {RIGHT}\r\n".encode()
    for twice in (line + line, line + b"Authorization: Bearer x\r\n"):
        raw = request("GET", "/config").replace(b"Host:", twice + b"Host:")
        assert only(exchange(server, raw, source="127.0.2.1")).status == 401


def test_who_guesses_is_soon_not_heard_and_others_are(server: Server) -> None:
    right = question(Authorization=RIGHT)
    guessed = [
        only(exchange(server, question(Authorization=f"Bearer guess-{n}"), source="127.0.3.1"))
        for n in range(30)
    ]
    assert {reply.status for reply in guessed} == {401, 429}
    assert sum(reply.status == 401 for reply in guessed) <= 10
    (wait,) = guessed[-1].named("retry-after")
    assert 0 < int(wait) <= 60
    assert only(exchange(server, right, source="127.0.3.1")).status == 429
    forwarded = question(**{"Authorization": RIGHT, "X-Forwarded-For": "127.0.3.99"})
    assert only(exchange(server, forwarded, source="127.0.3.1")).status == 429
    assert only(exchange(server, right, source="127.0.3.2")).status == 200
    # From many addresses, until there are too many in all.
    for n in range(1, 150):
        exchange(server, question(Authorization="Bearer guess"), source=f"127.0.4.{n}")
    again = [
        only(exchange(server, question(Authorization="Bearer guess"), source="127.0.5.1")).status
        for _ in range(3)
    ]
    assert again == [401, 429, 429]
    assert only(exchange(server, right, source="127.0.5.2")).status == 200


def test_a_minute_later_somebody_is_heard_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_700_000_000.0
    monkeypatch.setattr("time.time", lambda: now)
    counted = Guesses()
    for _ in range(10):
        assert counted.wait("2001:db8::1") == 0
        counted.wrong("2001:db8::1")
    assert 0 < counted.wait("2001:db8::1") <= 60
    assert counted.wait("2001:db8::ffff") > 0, "it is of the same network"
    assert counted.wait("2001:db8:0:1::1") == 0
    now += 61
    assert counted.wait("2001:db8::1") == 0


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_a_network_is_one_client(address: str, client: str) -> None:
    assert guesses._client(address) == client


def test_secrets_are_compared_as_bytes() -> None:
    assert Secret("पासवर्ड-१").admits(Shown("", "पासवर्ड-१".encode()))
    assert not Secret("पासवर्ड-१").admits(Shown("", b""))


@pytest.mark.parametrize("command", ["chat", "serve"])
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])  # noqa: S104
def test_another_address_than_this_machines_demands_a_secret(
    command: str, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wrong_usage(capsys, command, "--host", host) == (
        f"{host!r} can be reached from other machines, and whoever asks from there has to show a "
        "secret; give one as --auth, or in KHABAR_AUTH, or leave --host out"
    )


@pytest.mark.parametrize("command", ["chat", "serve"])
@pytest.mark.parametrize("short", ["", "1234567", "काँच"])
def test_a_secret_is_long(
    command: str, short: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = (
        f"The secret has {len(short)} characters and should have 8 or more; give a longer one as "
        "--auth, or in KHABAR_AUTH."
    )
    assert wrong_usage(capsys, command, "--auth", short) == sentence
    monkeypatch.setenv("KHABAR_AUTH", short)
    assert wrong_usage(capsys, command) == sentence


def wrong_usage(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run the command wrongly; returns what it says of that."""
    with pytest.raises(SystemExit) as refused:
        here(capsys, *arguments)
    assert refused.value.code == 2
    return capsys.readouterr().err.rpartition("error: ")[2].strip()


def test_the_option_stands_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    from qa.options import listening_options, secret_to_show

    parser = argparse.ArgumentParser()
    listening_options(parser, 7860)
    assert secret_to_show(parser.parse_args([])) is None
    monkeypatch.setenv("KHABAR_AUTH", "of-the-environment")
    assert secret_to_show(parser.parse_args(["--host", "::"])) == "of-the-environment"
    given = ["--host", "10.0.0.7", "--auth", "of-the-option"]
    assert secret_to_show(parser.parse_args(given)) == "of-the-option"
