"""Another embedder or reranker while questions are asked: they have the old one or the new one."""

import gc
import shutil
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import tiny_embedder
import tiny_reranker
from test_crash import start
from test_update import snapshot

from index import Hit, Index, installed
from index.embed import BUILT_IN, HashingEmbedder
from index.errors import EmbedderMismatchError, IndexBusyError, ModelError
from index.types import ModelsUsed

QUESTION = "लावरोव ने क्या वादा किया?"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_embedder.write_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_reranker.write_model(tmp_path_factory.mktemp("models") / "judge")


@pytest.fixture
def index(tmp_path: Path, articles: Path) -> Iterator[Index]:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        yield index


def generations(index: Index) -> list[str]:
    return sorted(path.name for path in index.folder.glob("generation-*"))


@contextmanager
def asking(index: Index, question: str) -> Iterator[list[list[Hit]]]:
    """Ask from three threads while the block runs; gives what each search found."""
    found: list[list[Hit]] = []
    raised: list[BaseException] = []
    done = threading.Event()

    def ask() -> None:
        try:
            while not done.is_set():
                found.append(index.search(question))
        except BaseException as error:
            raised.append(error)
            raise

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert raised == []


def test_questions_are_answered_by_the_old_embedder_until_the_new_one_has_all(
    index: Index, model: Path, tmp_path: Path, articles: Path
) -> None:
    with Index(tmp_path / "tiny", model) as other:
        other.update(articles)
        expected = snapshot(other)
    before = index.search(QUESTION)
    shown: list[tuple[int, int]] = []
    with asking(index, QUESTION) as found:
        for _ in range(2):
            assert index.use_embedder(model, lambda *counts: shown.append(counts)) == 5
            assert index.models_used() == ModelsUsed(str(model), "none")
            assert shown[-1] == (5, 5)
            after = index.search(QUESTION)
            assert index.use_embedder(BUILT_IN) == 5
            assert index.models_used() == ModelsUsed(BUILT_IN, "none")
    assert before != after
    assert len(found) > 10
    assert all(hits in (before, after) for hits in found)
    assert generations(index) == ["generation-5"]
    index.use_embedder(str(model))
    assert snapshot(index) == expected
    assert index.verify() == ()


def test_the_index_remembers_the_new_embedder_and_goes_on_with_it(
    index: Index, model: Path, articles: Path
) -> None:
    with Index(index.folder) as second:  # as the page and the API may have it
        index.use_embedder(model)
        assert second.models_used().embedder == str(model)
        assert second.search(QUESTION) == index.search(QUESTION)
    (articles / "snow.txt").write_text("Snow fell in Delhi on Monday.")
    assert index.update(articles).added == ("snow.txt",)
    assert index.verify() == ()
    before = snapshot(index)
    index.close()
    with Index(index.folder) as again:
        assert again.models_used().embedder == str(model)
        assert snapshot(again) == before
    with pytest.raises(EmbedderMismatchError, match=f"open it with --embedder {model}"):
        Index(index.folder, BUILT_IN)


def test_the_model_before_leaves_the_memory(index: Index, model: Path, judge: Path) -> None:
    index.use_reranker(judge)
    index.use_embedder(model)
    assert index.search(QUESTION)
    before = [weakref.ref(each) for each in (index._store.embedder, index._store.reranker)]
    index.use_embedder(BUILT_IN)
    index.use_reranker("none")
    gc.collect()
    assert [each() for each in before] == [None, None]


def test_the_embedder_in_use_makes_nothing_anew(index: Index) -> None:
    assert index.use_embedder(BUILT_IN) == 0
    assert generations(index) == ["generation-1"]


def test_an_empty_index_takes_another_embedder_too(
    tmp_path: Path, model: Path, articles: Path
) -> None:
    with Index(tmp_path / "db") as index:
        assert index.models_used().embedder == BUILT_IN
        assert index.use_embedder(model) == 0
    with Index(tmp_path / "db") as index:
        assert index.models_used().embedder == str(model)
        index.update(articles)
        assert index.verify() == ()


def test_an_installed_model_goes_by_its_name(
    index: Index, model: Path, judge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHABAR_MODELS", str(tmp_path / "models"))
    installed.add(model, "tiny")
    installed.add(judge, "judge")
    index.use_embedder("tiny")
    index.use_reranker("judge")
    assert index.models_used() == ModelsUsed("tiny", "judge")
    index.close()
    with Index(index.folder, "tiny") as again:
        assert again.models_used() == ModelsUsed("tiny", "none")


def broken(model: Path, folder: Path) -> Path:
    shutil.copytree(model, folder)
    (folder / "model.safetensors").write_bytes(b"cut")
    return folder


def without_numbers(model: Path, folder: Path) -> Path:
    from safetensors.numpy import load_file, save_file

    shutil.copytree(model, folder)
    weights = load_file(folder / "model.safetensors")
    for each in weights.values():
        if each.dtype.kind == "f":
            each[:] = float("nan")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def test_an_embedder_that_cannot_be_used_leaves_all_as_it_was(
    index: Index, model: Path, judge: Path, tmp_path: Path
) -> None:
    before = snapshot(index)
    for choice, reason in (
        (tmp_path / "nowhere", "not a sentence-transformers model"),
        (tmp_path / "articles", "not a sentence-transformers model"),
        ("multilingual-e5-small", "qa models pull"),
        (broken(model, tmp_path / "broken"), "cannot be loaded"),
        (without_numbers(model, tmp_path / "mad"), "not numbers"),
    ):
        with pytest.raises(ModelError, match=reason):
            index.use_embedder(choice)
        assert index.models_used() == ModelsUsed(BUILT_IN, "none")
        assert generations(index) == ["generation-1"]
    assert snapshot(index) == before


def test_a_caller_who_stops_it_midway_leaves_all_as_it_was(
    index: Index, model: Path, articles: Path
) -> None:
    def stop(_done: int, _total: int) -> None:
        with pytest.raises(IndexBusyError, match="Another update"):
            index.update(articles)
        raise KeyboardInterrupt

    before = snapshot(index)
    with pytest.raises(KeyboardInterrupt):
        index.use_embedder(model, stop)
    assert (generations(index), snapshot(index)) == (["generation-1"], before)
    assert index.models_used().embedder == BUILT_IN
    assert index.use_embedder(model) == 5


def test_an_embedder_is_not_changed_under_a_running_update(
    index: Index, model: Path, articles: Path
) -> None:
    refused: list[str] = []

    def switch(_done: int, _total: int) -> None:
        with pytest.raises(IndexBusyError, match="Another update") as busy:
            index.use_embedder(model)
        refused.append(str(busy.value))

    index.update(articles, switch)
    assert refused


@pytest.fixture(scope="module")
def made(model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Make an index with the model, and tell what it finds with it and with the built-in one."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "in").mkdir()
    for number in range(12):
        text = (
            f"Report {number}\n\nSnow fell in Delhi and Goa on day {number}. लावरोव ने वादा किया।\n"
        )
        (folder / "in" / f"{number:02}.txt").write_text(text, encoding="utf-8")
    found = {}
    for embedder in (model, BUILT_IN):
        with Index(folder / Path(embedder).name, embedder) as index:
            index.update(folder / "in")
            found[str(embedder)] = snapshot(index)
    return folder, found


@pytest.mark.parametrize(
    ("where", "when", "count", "is_new"),
    [
        ("VectorIndex.add", "after", 1, False),
        ("TermIndex.replace", "before", 1, False),
        ("Library.remember", "before", 1, False),
        ("Library.remember", "after", 1, True),
    ],
)
def test_death_in_the_middle_leaves_one_embedder_or_the_other_with_its_vectors(
    made: tuple[Path, dict[str, Any]],
    model: Path,
    tmp_path: Path,
    where: str,
    when: str,
    count: int,
    is_new: bool,
) -> None:
    folder, found = made
    shutil.copytree(folder / model.name, tmp_path / "db")
    child = start(tmp_path / "db", folder / "in", where, when, count, act="embedder")
    assert child.communicate()[0] == ""
    embedder = BUILT_IN if is_new else str(model)
    with Index(tmp_path / "db") as index:
        assert index.models_used().embedder == embedder
        assert index.verify() == ()
        assert generations(index) == [f"generation-{2 if is_new else 1}"]
        assert snapshot(index) == found[embedder]
        assert len(index.update(folder / "in").unchanged) == 12
        assert index.use_embedder(BUILT_IN) == (0 if is_new else 12)
        assert snapshot(index) == found[BUILT_IN]


def test_a_reranker_is_changed_from_one_question_to_the_next(judge: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in zip("abcd", tiny_reranker.PASSAGES, strict=True):
        (folder / f"{name}.txt").write_text(f"{text}\n", encoding="utf-8")
    question = "Who bit the dog?"
    with Index(tmp_path / "db", reranker=judge) as index:
        index.update(folder)
        reranked = index.search(question)
        index.use_reranker("none")
        plain = index.search(question)
        assert plain != reranked
        with asking(index, question) as found:
            for _ in range(3):
                index.use_reranker(judge)
                assert index.models_used() == ModelsUsed(BUILT_IN, str(judge))
                assert index.search(question) == reranked
                index.use_reranker("none")
                assert index.models_used() == ModelsUsed(BUILT_IN, "none")
                assert index.search(question) == plain
        assert all(hits in (plain, reranked) for hits in found)


def test_a_reranker_that_cannot_be_used_leaves_the_one_before(
    index: Index, judge: Path, tmp_path: Path
) -> None:
    index.use_reranker(judge)
    before = index.search(QUESTION)
    for choice, reason in (
        (tmp_path, "is not a cross-encoder"),
        (broken(judge, tmp_path / "broken"), "cannot be loaded"),
        ("bge-reranker-v2-m3", "qa models pull"),
    ):
        with pytest.raises(ModelError, match=reason):
            index.use_reranker(choice)
    assert index.models_used() == ModelsUsed(BUILT_IN, str(judge))
    assert index.search(QUESTION) == before


def test_batches_of_the_switch_are_those_of_the_new_embedder(
    index: Index, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.use_embedder(model)
    monkeypatch.setattr(HashingEmbedder, "at_once", 2)
    shown: list[int] = []
    index.use_embedder(BUILT_IN, lambda done, _: shown.append(done))
    assert shown == [2, 4, 5]
