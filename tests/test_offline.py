"""Nothing but this machine is ever asked for anything: not to index, to ask, to chat, to check."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

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


def run(code: str, *arguments: object, **environment: str) -> Any:
    """Run code where only this machine can be reached; returns what it printed last, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", f"{GUARD}\n{code}", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": "", "PYTHONPATH": "tests", **environment},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


# In one process, because most of what it does is to load libraries.
STEPS = """
import shutil, tiny_embedder, tiny_gguf, tiny_reranker
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen
from qa import cli

seeds, question = sys.argv[1:3]
folder = Path(sys.argv[3])
db = ["--db", str(folder / "db")]
found = {}

def tell(step):
    found[step] = reached[:]
    reached.clear()

def run(*commands):
    for command in commands:
        code = cli.main([str(word) for word in command])
        assert code == 0, (command, code)

run(
    ["index", seeds, *db],
    ["ask", question, *db],
    ["search", question, *db],
    ["eval", "tests/data/seed_questions.jsonl", "--articles", seeds],
    ["models"],
    ["doctor", *db],
)
tell("commands")

stubs = []
sys.addaudithook(lambda event, given: event == "open" and stubs.append(str(given[0])))
from qa import safety, site
from qa.http_server import HttpServer
from qa.service import Service
from index import Index
found["stubs"] = [name for name in stubs if name.endswith(".pyi")]
with Index(db[1]) as index, closing(Service(index)) as service, site.built(service) as app:
    with closing(HttpServer(safety.around(app), "127.0.0.1", 0)) as server:
        assert "ख़बर".encode() in urlopen(server.address).read()
tell("page")

embedder = tiny_embedder.write_model(folder / "embedder")
reranker = tiny_reranker.write_model(folder / "reranker")
llm = tiny_gguf.write(folder / "tiny.gguf", says="Lavrov planted a pine sapling. [1]")
reached.clear()  # by who makes a model, and that is the test
few = folder / "few"
few.mkdir()
for path in Path(seeds).glob("lavrov-*.txt"):
    shutil.copy(path, few)
db = ["--db", str(folder / "other")]
run(
    ["models", "add", llm, "--name", "mine"],
    ["index", few, *db, "--embedder", embedder],
    ["ask", question, *db, "--reranker", reranker],
)
tell("models")
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """Tell for each step what it tried to reach besides this machine."""
    folder = tmp_path_factory.mktemp("offline")
    models = str(folder / "models")
    found: dict[str, list[Any]] = run(
        STEPS, SEEDS, QUESTION, folder, HOME=str(folder), KHABAR_MODELS=models
    )
    return found


def test_the_guard_sees_who_is_reached_for(tmp_path: Path) -> None:
    code = """
import socket
for host in ("example.org", "192.0.2.1"):
    try:
        socket.create_connection((host, 80), timeout=1)
    except OSError:
        pass
print(json.dumps(reached))
"""
    hosts = [host for _, host in run(code, HOME=str(tmp_path))]
    assert hosts == ["example.org", "192.0.2.1"]


def test_indexing_asking_searching_measuring_and_checking_reach_nobody(
    reached: dict[str, list[Any]],
) -> None:
    assert reached["commands"] == []


def test_with_a_model_of_each_kind_nobody_is_reached(reached: dict[str, list[Any]]) -> None:
    assert reached["models"] == []


def test_the_page_reaches_nobody(reached: dict[str, list[Any]]) -> None:
    assert reached["page"] == []


def test_the_page_is_loaded_and_nothing_written_beside_its_library(
    reached: dict[str, list[Any]],
) -> None:
    assert reached["stubs"] == []
