"""What is done to models in the background: one of a kind at a time, seen by all, and stopped."""

import threading
from pathlib import Path

import pytest
from local_hub import GGUF, TINY, LocalHub, only_here

from index import download, errors, installed
from qa.chores import Chore, Chores, Progress


def test_a_chore_is_seen_while_it_runs_and_when_it_is_done() -> None:
    chores, gate = Chores(), threading.Event()

    def work(show: Progress) -> None:
        show(5, 5)
        assert gate.wait(30)

    assert chores.last("fetch") is None
    assert chores.begin("fetch", "tiny", work)
    while chores.last("fetch") != Chore("fetch", "tiny", done=5, total=5):
        threading.Event().wait(0.01)
    assert not chores.begin("fetch", "other", work), "of a kind, one at a time"
    assert chores.begin("reranker", "ranks", lambda _: None), "another kind goes on beside it"
    gate.set()
    chores.wait()
    assert [each.state for each in chores.all()] == ["done", "done"]
    assert chores.begin("fetch", "other", lambda _: None)
    chores.wait()
    assert chores.last("fetch") == Chore("fetch", "other", "done")


def test_a_fetch_that_is_stopped_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_here(monkeypatch, tmp_path)
    with LocalHub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        chores = Chores()

        def stopped(show: Progress) -> None:
            def shown(done: int, total: int) -> None:
                chores.stop("fetch")
                show(done, total)

            download.pull(TINY, shown)

        chores.begin("fetch", "tiny", stopped)
        chores.wait()
        assert chores.last("fetch") == Chore("fetch", "tiny", "stopped")
        assert installed.find("tiny") is None
        chores.begin("fetch", "tiny", lambda show: download.pull(TINY, show))
        chores.wait()
    last = chores.last("fetch")
    assert last == Chore("fetch", "tiny", "done", len(GGUF), len(GGUF))
    assert installed.find("tiny") is not None


def test_what_fails_says_why_and_a_bug_is_traced(capsys: pytest.CaptureFixture[str]) -> None:
    def refused(_: Progress) -> None:
        raise errors.ModelError("There is no such model.")

    chores = Chores()
    chores.begin("llm", "one", refused)
    chores.begin("embedder", "two", lambda _: 1 // 0)
    chores.wait()
    assert chores.last("llm") == Chore("llm", "one", "failed", problem="There is no such model.")
    assert chores.last("embedder") == Chore("embedder", "two", "failed", problem="")
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_what_ends_waits_for_what_works_on_the_index() -> None:
    chores, begun = Chores(), threading.Event()

    def work(show: Progress) -> None:
        begun.set()
        while True:
            show(1, 2)

    chores.begin("embedder", "slow", work)
    assert begun.wait(30)
    chores.close()
    last = chores.last("embedder")
    assert last is not None
    assert last.state == "stopped"
