"""Nothing but this machine is ever asked for anything: not to index, to ask, to chat, to check."""

import json
import subprocess
import sys
from pathlib import Path

import tiny_embedder
import tiny_gguf
import tiny_reranker

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
QUESTION = "What did Lavrov plant in Islamabad?"

# Whatever Python code of ours or of a library looks up, connects or sends to is refused and noted.
GUARD = """
import json, sys

reached = []

def guard(event, arguments):
    if event == "socket.getaddrinfo" or event == "socket.gethostbyname":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if host is not None and host not in ("127.0.0.1", "::1", "localhost", "0.0.0.0", ""):
        reached.append([event, str(host)])
        raise OSError(f"no network here: {event} {host}")

sys.addaudithook(guard)
"""


def reached(code: str, *arguments: object, **environment: str) -> list[list[str]]:
    """Run code where only this machine can be reached; returns what it tried besides."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{GUARD}\n{code}\nprint(json.dumps(reached))",
            *map(str, arguments),
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": "", "PYTHONPATH": "tests", **environment},
    )
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


COMMANDS = """
from qa import cli
for command in json.loads(sys.argv[1]):
    code = cli.main(command)
    assert code == 0, (command, code)
"""


def commands(tmp_path: Path, *given: list[str]) -> list[list[str]]:
    lines = json.dumps(given)
    return reached(COMMANDS, lines, HOME=str(tmp_path), KHABAR_MODELS=str(tmp_path / "models"))


def test_the_guard_sees_who_is_reached_for(tmp_path: Path) -> None:
    code = """
import socket
for host in ("example.org", "192.0.2.1"):
    try:
        socket.create_connection((host, 80), timeout=1)
    except OSError:
        pass
"""
    hosts = [host for _, host in reached(code, HOME=str(tmp_path))]
    assert hosts == ["example.org", "192.0.2.1"]


def test_indexing_asking_searching_measuring_and_checking_reach_nobody(tmp_path: Path) -> None:
    db = ["--db", str(tmp_path / "db")]
    assert (
        commands(
            tmp_path,
            ["index", str(SEEDS), *db],
            ["ask", QUESTION, *db],
            ["search", QUESTION, *db],
            ["eval", "tests/data/seed_questions.jsonl", "--articles", str(SEEDS)],
            ["models"],
            ["doctor", *db],
        )
        == []
    )


def test_with_a_model_of_each_kind_nobody_is_reached(tmp_path: Path) -> None:
    embedder = tiny_embedder.write_model(tmp_path / "embedder")
    reranker = tiny_reranker.write_model(tmp_path / "reranker")
    llm = tiny_gguf.write(tmp_path / "tiny.gguf", says="Lavrov planted a pine sapling. [1]")
    db = ["--db", str(tmp_path / "db")]
    assert (
        commands(
            tmp_path,
            ["models", "add", str(llm), "--name", "mine"],
            ["index", str(SEEDS), *db, "--embedder", str(embedder)],
            ["ask", QUESTION, *db, "--reranker", str(reranker)],
        )
        == []
    )


def test_the_page_reaches_nobody(tmp_path: Path) -> None:
    code = """
from pathlib import Path
from contextlib import closing
from urllib.request import urlopen
from index import Index
from qa import safety, site
from qa.http_server import HttpServer
from qa.service import Service

with Index(sys.argv[2]) as index, closing(Service(index)) as service, site.built(service) as app:
    index.update(sys.argv[1])
    with closing(HttpServer(safety.around(app), "127.0.0.1", 0)) as server:
        assert "ख़बर".encode() in urlopen(server.address).read()
"""
    assert reached(code, SEEDS, tmp_path / "db", HOME=str(tmp_path)) == []
