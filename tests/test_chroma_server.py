"""Vectors on a Chroma server: the same index, whatever becomes of the server meanwhile."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny_embedder
from chroma_server import ChromaServer
from test_update import fresh, snapshot, some_article, write

from index import Index
from index.embed import HashingEmbedder
from index.errors import IndexFolderError
from qa import cli

QUESTION = "लावरोव ने क्या वादा किया?"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChromaServer]:
    with ChromaServer(tmp_path / "server") as server:
        yield server


def test_an_index_with_its_vectors_on_a_server_is_the_same(
    tmp_path: Path, articles: Path, server: ChromaServer
) -> None:
    with Index(tmp_path / "db", chroma=server.address) as index:
        assert len(index.update(articles).added) == 5
        assert snapshot(index) == fresh(articles, tmp_path / "fresh")
        assert not [*(tmp_path / "db").rglob("chroma*")]
        assert index.verify() == ()
    # Where the vectors are is remembered.
    with Index(tmp_path / "db") as index:
        assert index.search(QUESTION)[0].passage.source == "lavrov-hi.txt"
        (articles / "lavrov-hi.txt").unlink()
        write(articles / "new.txt", "Snow fell in Delhi.")
        index.update(articles)
        index.rebuild()
        assert snapshot(index) == fresh(articles, tmp_path / "fresh")


def test_vectors_move_to_a_server_and_back(
    tmp_path: Path, articles: Path, server: ChromaServer
) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        before = snapshot(index)
    with Index(tmp_path / "db", chroma=server.address) as index:
        assert index.search(QUESTION)  # from where they are, until the next update
        assert len(index.update(articles).unchanged) == 5
        assert snapshot(index) == before
    assert not [*(tmp_path / "db").rglob("chroma*")]
    with Index(tmp_path / "db", chroma="local") as index:
        index.update(articles)
        assert snapshot(index) == before
    server.kill()
    with Index(tmp_path / "db") as index:
        assert index.search(QUESTION)


def test_two_indexes_on_one_server_are_two(
    tmp_path: Path, articles: Path, server: ChromaServer
) -> None:
    write(tmp_path / "other" / "snow.txt", "Snow fell in Delhi on Monday.")
    with (
        Index(tmp_path / "one", chroma=server.address) as one,
        Index(tmp_path / "two", chroma=server.address) as two,
    ):
        one.update(articles)
        two.update(tmp_path / "other")
        one.rebuild()
        assert two.verify() == one.verify() == ()
        assert snapshot(two) == fresh(tmp_path / "other", tmp_path / "fresh")


def test_another_embedder_has_a_collection_of_its_own_and_the_old_one_goes(
    tmp_path: Path, articles: Path, server: ChromaServer
) -> None:
    model = tiny_embedder.write_model(tmp_path / "tiny")
    with Index(tmp_path / "db", chroma=server.address) as index:
        index.update(articles)
        index.use_embedder(model)
        index.update(articles)
        assert index.verify() == ()
        vectors = index._store.current.vectors
        assert [each.name for each in vectors._client.list_collections()] == [vectors._name]
    with Index(tmp_path / "db") as index:
        assert index.models_used().embedder == str(model)
        assert index.search(QUESTION)


def test_a_server_that_is_killed_midway_costs_a_sentence_and_no_article(
    tmp_path: Path, server: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(11)  # noqa: S311, the same on every run
    folder = tmp_path / "in"
    for number in range(24):
        write(folder / f"{number:02}.txt", some_article(chance))
    monkeypatch.setattr(HashingEmbedder, "at_once", 8)
    monkeypatch.setattr("index.update._PASSAGE_BYTES", 1)

    def kill(done: int, _total: int) -> None:
        if done == 8:
            server.kill()

    with Index(tmp_path / "db", chroma=server.address) as index:
        with pytest.raises(IndexFolderError, match="Chroma server at http") as refused:
            index.update(folder, kill)
        assert "\n" not in str(refused.value)
        kept = len(index.articles())
        assert 8 <= kept < 24
        server.start()
        assert index.search("Goa")
        assert len(index.update(folder).added) == 24 - kept
        assert snapshot(index) == fresh(folder, tmp_path / "fresh")


def test_a_server_that_restarts_between_two_questions_is_asked_again(
    tmp_path: Path, articles: Path, server: ChromaServer
) -> None:
    with Index(tmp_path / "db", chroma=server.address) as index:
        index.update(articles)
        before = index.search(QUESTION)
        server.kill()
        server.start()
        assert index.search(QUESTION) == before


def test_a_server_that_has_another_address_is_found_again_and_nothing_made_anew(
    tmp_path: Path, articles: Path
) -> None:
    with (
        ChromaServer(tmp_path / "server") as server,
        Index(tmp_path / "db", chroma=server.address) as index,
    ):
        index.update(articles)
        before = snapshot(index)
    with ChromaServer(tmp_path / "server") as server:
        with Index(tmp_path / "db") as index, pytest.raises(IndexFolderError, match="--chroma"):
            index.search(QUESTION)
        with Index(tmp_path / "db", chroma=server.address) as index:
            assert len(index.update(articles).unchanged) == 5
            assert index._store.current.address.number == 2
            assert snapshot(index) == before


def test_a_server_that_lost_its_data_is_filled_again_from_the_library(
    tmp_path: Path, articles: Path, server: ChromaServer
) -> None:
    with Index(tmp_path / "db", chroma=server.address) as index:
        index.update(articles)
        before = snapshot(index)
    with ChromaServer(tmp_path / "empty") as other:
        library = index._store.folder  # closed; it only names the folder
        with Index(library, chroma=other.address) as index:
            index.update(articles)
            assert snapshot(index) == before


def test_a_server_that_is_not_there_is_said(tmp_path: Path, articles: Path) -> None:
    with (
        Index(tmp_path / "db", chroma="http://127.0.0.1:9") as index,
        pytest.raises(IndexFolderError, match=r"Chroma server at http://127\.0\.0\.1:9 cannot"),
    ):
        index.update(articles)
    with Index(tmp_path / "db") as index:
        assert len(index.update(articles).added) == 5


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8000", "ftp://a:1", "http://", "http://a:b", "http://a:1/x", "remote"]
)
def test_what_is_no_address_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(IndexFolderError, match="not the address of a Chroma server"):
        Index(tmp_path / "db", chroma=address)


def test_the_command_line_takes_a_server(
    tmp_path: Path, articles: Path, server: ChromaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["index", str(articles), "--db", str(tmp_path / "db")]
    assert cli.main([*arguments, "--chroma", server.address]) == 0
    assert cli.main([*arguments, "--verify"]) == 0
    assert cli.main(["ask", QUESTION, "--db", str(tmp_path / "db")]) == 0
    assert "lavrov-hi.txt" in capsys.readouterr().out


def test_vectors_come_back_from_a_server_that_is_gone(
    tmp_path: Path, articles: Path, server: ChromaServer
) -> None:
    with Index(tmp_path / "db", chroma=server.address) as index:
        index.update(articles)
        before = snapshot(index)
    server.kill()
    with Index(tmp_path / "db", chroma="local") as index:
        index.update(articles)
        assert snapshot(index) == before


def test_a_copy_of_an_index_leaves_the_first_ones_vectors_alone(
    tmp_path: Path, articles: Path, server: ChromaServer
) -> None:
    with Index(tmp_path / "db", chroma=server.address) as index:
        index.update(articles)
        before = snapshot(index)
    shutil.copytree(tmp_path / "db", tmp_path / "copy")
    write(articles / "new.txt", "Snow fell in Delhi.")
    with Index(tmp_path / "copy") as copy:
        assert copy.search(QUESTION)
        copy.update(articles)
        copy.rebuild()
        assert copy.verify() == ()
    with Index(tmp_path / "db") as index:
        assert snapshot(index) == before
    # A folder that was moved is the same index.
    (tmp_path / "db").rename(tmp_path / "moved")
    with Index(tmp_path / "moved") as index:
        assert snapshot(index) == before


def test_a_server_that_restarts_without_its_data_is_filled_by_the_next_update(
    tmp_path: Path, articles: Path, server: ChromaServer
) -> None:
    with Index(tmp_path / "db", chroma=server.address) as index:
        index.update(articles)
        before = snapshot(index)
        server.kill()
        shutil.rmtree(tmp_path / "server")
        server.start()
        assert index.search(QUESTION)
        index.update(articles)
        assert snapshot(index) == before


def test_a_server_that_stands_still_is_said(
    tmp_path: Path, articles: Path, server: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.vectors._GREETING", 1.0)
    monkeypatch.setattr("index.vectors._SILENCE", 1.0)
    with Index(tmp_path / "db", chroma=server.address) as index:
        index.update(articles)
        with server.standing_still(), pytest.raises(IndexFolderError, match="Chroma server at"):
            index.search(QUESTION)
        with server.standing_still(), pytest.raises(IndexFolderError, match="Chroma server at"):
            Index(tmp_path / "other", chroma=server.address).update(articles)
        assert index.search(QUESTION)
