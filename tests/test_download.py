"""Fetching models: with the hub's real client, from a server here that plays the hub."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local_hub import (
    COMMIT,
    EMBEDDER,
    FILE,
    GGUF,
    LISTED,
    NEEDED,
    NOT_NEEDED,
    TINY,
    LocalHub,
    Repository,
    files,
    only_here,
    pull_elsewhere,
)

from index import download, installed, models
from index.errors import ModelError
from index.models import Model

HALF = len(GGUF) // 2


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return only_here(monkeypatch, tmp_path)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    with LocalHub() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        yield server


def test_a_model_is_fetched_checked_and_installed(server: LocalHub, folder: Path) -> None:
    here = download.pull(TINY)
    assert here == installed.find("tiny")
    assert here.path == folder / "tiny" / FILE
    assert here.path.read_bytes() == GGUF
    assert here.files == TINY.files
    assert (here.role, here.repository, here.revision) == ("llm", "someone/tiny", COMMIT)
    assert files(folder / "tiny") == {FILE, ".khabar.json"}
    assert list((folder / ".work").iterdir()) == []


def test_the_hub_sends_on_to_where_its_files_lie(server: LocalHub) -> None:
    download.pull(TINY)
    assert [request.path for request in server.log] == [
        f"/api/models/someone/tiny/revision/{COMMIT}",
        f"/someone/tiny/resolve/{COMMIT}/{FILE}",
        f"/cdn/someone/tiny/blob/{FILE}",
    ]


def test_progress_counts_bytes_up_to_all_of_them(server: LocalHub) -> None:
    seen: list[tuple[int, int]] = []
    server.cut[FILE] = [HALF]
    download.pull(TINY, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(GGUF), len(GGUF))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert {total for _, total in seen} == {len(GGUF)}


def test_what_is_here_is_not_fetched_again(server: LocalHub) -> None:
    here = download.pull(TINY)
    server.log.clear()
    assert download.pull(TINY) == here
    assert server.log == []


def test_a_damaged_model_is_fetched_again(server: LocalHub) -> None:
    here = download.pull(TINY)
    here.path.write_bytes(GGUF[:-1])
    assert download.pull(TINY).path.read_bytes() == GGUF


def test_where_no_revision_is_pinned_the_newest_is_resolved_and_kept_to(server: LocalHub) -> None:
    here = download.pull(EMBEDDER)
    assert here.revision == COMMIT
    fetched = [request.path for request in server.log if "/resolve/" in request.path]
    assert all(path.startswith(f"/someone/small/resolve/{COMMIT}/") for path in fetched)
    server.log.clear()
    assert download.pull(EMBEDDER) == here
    assert [request.path for request in server.log] == ["/api/models/someone/small"]


def test_a_newer_revision_takes_the_place_of_the_one_before(server: LocalHub) -> None:
    here = download.pull(EMBEDDER)
    newer = {name: content for name, content in NEEDED.items() if name != "tokenizer.json"}
    newer |= {"model.safetensors": b"better", "vocab.txt": b"words"}
    server.repositories["someone/small"] = Repository(newer, "f" * 40)
    assert download.pull(EMBEDDER).revision == "f" * 40
    assert files(here.folder) == {*newer, ".khabar.json"}
    assert (here.folder / "model.safetensors").read_bytes() == b"better"


def test_of_an_embedder_comes_what_loading_it_takes_and_nothing_else(server: LocalHub) -> None:
    here = download.pull(EMBEDDER)
    assert here.path == here.folder
    assert files(here.folder) == {*NEEDED, ".khabar.json"}
    assert {file.name for file in here.files} == set(NEEDED)


def test_pickled_weights_come_only_where_there_are_no_others(server: LocalHub) -> None:
    there = NEEDED | NOT_NEEDED
    del there["model.safetensors"]
    server.repositories["someone/small"] = Repository(there)
    fetched = {file.name for file in download.pull(EMBEDDER).files}
    assert fetched == set(NEEDED) - {"model.safetensors"} | {"pytorch_model.bin"}


def test_a_reranker_needs_no_modules(server: LocalHub) -> None:
    there = {name: NEEDED[name] for name in ("tokenizer.json", "model.safetensors")}
    there["config.json"] = b'{"architectures": ["BertForSequenceClassification"]}'
    server.repositories["someone/small"] = Repository(there | NOT_NEEDED)
    here = download.pull(Model("reranker", "judge", "someone/small", None, (), "MIT"))
    assert files(here.folder) == {*there, ".khabar.json"}
    with pytest.raises(ModelError, match="someone/small holds no embedder that Khabar can use"):
        download.pull(EMBEDDER)


def test_a_broken_connection_is_taken_up_where_it_broke(server: LocalHub) -> None:
    server.cut[FILE] = [HALF, 1000]
    assert download.pull(TINY).path.read_bytes() == GGUF
    assert server.asked(FILE) == [None, f"bytes={HALF}-", f"bytes={HALF + 1000}-"]


def test_a_server_that_sends_all_again_does_not_double_the_file(server: LocalHub) -> None:
    server.cut[FILE] = [HALF]
    server.ignores_ranges = True
    seen: list[int] = []
    here = download.pull(TINY, lambda done, _: seen.append(done))
    assert here.path.read_bytes() == GGUF
    assert max(seen) == seen[-1] == len(GGUF)


def test_a_server_out_of_breath_is_asked_again(server: LocalHub) -> None:
    server.refused = {"": [(503, None)], FILE: [(429, None), (500, None)]}
    assert download.pull(TINY).path.read_bytes() == GGUF


def test_a_killed_pull_leaves_no_model_and_the_next_one_goes_on(
    server: LocalHub, folder: Path
) -> None:
    die = f"show = lambda done, _: done >= {HALF} and os.kill(os.getpid(), signal.SIGKILL)"
    assert pull_elsewhere(die, folder).returncode == -signal.SIGKILL
    assert installed.installed() == []
    (part,) = folder.rglob("*.part")
    had = part.stat().st_size
    assert HALF <= had < len(GGUF)
    assert download.pull(TINY).path.read_bytes() == GGUF
    assert server.asked(FILE) == [None, f"bytes={had}-"]


def test_a_pull_stopped_between_two_files_does_not_fetch_the_first_again(server: LocalHub) -> None:
    def show(done: int, total: int) -> None:
        if done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download.pull(EMBEDDER, show)
    download.pull(EMBEDDER)
    assert server.asked("config.json") == [None]
    assert server.asked("tokenizer.json") == [None]


def test_two_do_not_fetch_one_model_at_a_time(server: LocalHub) -> None:
    said: list[str] = []
    download.pull(TINY, lambda *_: said.append(busy()) if not said else None)
    assert said == [
        "The model tiny is being fetched or changed by another Khabar process; wait for that to "
        "end."
    ]
    assert server.asked(FILE) == [None]


def busy() -> str:
    with pytest.raises(ModelError) as caught:
        download.pull(TINY)
    return str(caught.value)


def test_only_the_endpoint_is_reached_and_told_little(
    server: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: set[tuple[str, int]] = set()
    connect = socket.socket.connect

    def watched(self: socket.socket, address: tuple[str, int]) -> None:
        reached.add(address)
        connect(self, address)

    def looked_up(host: str, port: int, *_: object, **__: object) -> list[Any]:
        reached.add((host, port))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]

    monkeypatch.setattr(socket.socket, "connect", watched)
    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setenv("AI_AGENT", "somebody")  # huggingface_hub looks up what that is
    download.pull(EMBEDDER)
    host, port = server.address.removeprefix("http://").split(":")
    assert reached == {(host, int(port))}
    for request in server.log:
        assert request.token is None
        assert request.agent.startswith("khabar/")
        assert not {"torch", "agent"} & {part.split("/")[0] for part in request.agent.split("; ")}
    assert all("/api/models/" in r.path or "someone/small" in r.path for r in server.log)


def test_a_model_of_ones_own_is_fetched_by_its_line(server: LocalHub, folder: Path) -> None:
    folder.mkdir()
    (folder / "models.txt").write_text(LISTED, encoding="utf-8")
    model = models.find("tiny")
    assert model == TINY
    assert download.pull(model).path.read_bytes() == GGUF
