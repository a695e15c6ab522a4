"""The index folder: one process at a time, ours or refused, and never harmed by a refusal."""

import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from forked import Forked
from holding import qa, running, said

from index import Index, KhabarError, errors
from index.errors import IndexBusyError, IndexFolderError

QUESTION = "लावरोव ने क्या वादा किया?"

# Opens an index, says so, and holds it until its standard input closes.
HOLDER = """
import sys
from index import Index
with Index(sys.argv[1]):
    print("open", flush=True)
    sys.stdin.read()
"""


def contents(folder: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def one_sentence(error: BaseException) -> str:
    text = str(error)
    assert "\n" not in text
    assert text.endswith(".")
    return text


def test_another_process_is_refused_and_the_lock_of_a_dead_one_is_free(
    tmp_path: Path, articles: Path
) -> None:
    database = tmp_path / "db"
    with Index(database) as index:
        index.update(articles)
    with running(HOLDER, database) as holder:
        assert said(holder) == "open\n"
        with pytest.raises(IndexBusyError, match="in use by `python") as refused:
            Index(database)
        one_sentence(refused.value)
        code, out, err = qa("ask", QUESTION, "--db", database)
        assert (code, out) == (1, "")
        assert len(err.strip().splitlines()) == 1
        assert "in use by `python" in err
        assert f"(process {holder.pid}, since " in err
        holder.kill()
    with Index(database) as index:
        assert len(index.articles()) == 5


def test_processes_that_begin_the_same_new_index_at_once_never_spoil_it(tmp_path: Path) -> None:
    code = """
import sys
from index import Index, KhabarError
print("ready", flush=True)
sys.stdin.readline()
for _ in range(20):
    try:
        Index(sys.argv[1]).close()
    except KhabarError as error:
        print(type(error).__name__, flush=True)
print("end", flush=True)
"""
    children = [Forked(code, tmp_path / "db") for _ in range(3)]
    for child in children:
        assert said(child) == "ready\n"
    ended = [child.communicate("go\n") for child in children]
    assert all(out.endswith("end\n") for out, _ in ended), ended
    assert set("".join(out for out, _ in ended).split()) <= {"IndexBusyError", "end"}
    with Index(tmp_path / "db") as index:
        assert index.articles() == []


def test_opening_twice_in_one_process_shows_both_the_same(tmp_path: Path, articles: Path) -> None:
    with Index(tmp_path / "db") as one, Index(tmp_path / "db") as other:
        assert other.search(QUESTION) == []
        one.update(articles)
        assert other.search(QUESTION) == one.search(QUESTION) != []


def test_closing_one_leaves_the_other_open_and_closing_the_last_frees_the_folder(
    tmp_path: Path, articles: Path
) -> None:
    one, other = Index(tmp_path / "db"), Index(tmp_path / "db")
    one.update(articles)
    one.close()
    one.close()
    assert other.search(QUESTION)
    other.update(articles)
    other.close()
    with running(HOLDER, tmp_path / "db") as child:
        assert child.communicate()[0] == "open\n"


def test_one_folder_by_two_names_is_one_index(
    tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "db")
    with Index("db") as one, Index(tmp_path / "db") as two, Index("link") as three:
        one.update(articles)
        monkeypatch.chdir(tmp_path.parent)
        assert one.search(QUESTION) == two.search(QUESTION) == three.search(QUESTION) != []


def test_what_is_closed_waits_for_a_search_on_its_way(tmp_path: Path, articles: Path) -> None:
    index = Index(tmp_path / "db")
    index.update(articles)
    with index._store.generation() as searched:
        closing = threading.Thread(target=index.close)
        closing.start()
        closing.join(0.2)
        assert closing.is_alive()
        assert searched.vectors.count() == searched.terms.count() > 0
    closing.join()
    with running(HOLDER, tmp_path / "db") as child:
        assert child.communicate()[0] == "open\n"


def test_a_closed_index_says_so(tmp_path: Path, articles: Path) -> None:
    index = Index(tmp_path / "db")
    index.update(articles)
    index.close()
    with pytest.raises(IndexFolderError, match="has been closed"):
        index.search(QUESTION)


def test_many_threads_ask_while_one_updates(tmp_path: Path, articles: Path) -> None:
    database = tmp_path / "db"
    with Index(database) as index:
        index.update(articles)
        before = index.search(QUESTION)
        done = threading.Event()

        def ask(_: int) -> set[str]:
            texts = set()
            while True:
                last = done.is_set()
                with Index(database) as mine:
                    hits = mine.search(QUESTION)
                assert hits
                texts |= {hit.passage.text for hit in hits if hit.passage.source == "lavrov-hi.txt"}
                if last:
                    return texts

        with ThreadPoolExecutor(4) as pool:
            asking = [pool.submit(ask, i) for i in range(3)]
            try:
                for round_ in range(4):
                    (articles / f"new-{round_}.txt").write_text(f"Snow fell in Delhi {round_}.")
                    (articles / "goa-vaccine-en.txt").write_text(f"Goa news, part {round_}.")
                    index.update(articles)
            finally:
                done.set()
            texts = [future.result() for future in asking]
        whole = {hit.passage.text for hit in before if hit.passage.source == "lavrov-hi.txt"}
        assert texts == [whole] * 3
        assert len(index.articles()) == 9


def test_threads_that_open_a_new_index_at_once_share_it(tmp_path: Path) -> None:
    start = threading.Barrier(6)

    def opened(_: int) -> list[str]:
        start.wait()
        with Index(tmp_path / "db") as index:
            return index.articles()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(opened, range(6))) == [[]] * 6


def test_a_second_update_at_the_same_time_is_refused(tmp_path: Path, articles: Path) -> None:
    with Index(tmp_path / "db") as one, Index(tmp_path / "db") as other:
        refused = []

        def meanwhile(_done: int, _total: int) -> None:
            with pytest.raises(IndexBusyError, match="Another update") as error:
                other.update(articles)
            refused.append(one_sentence(error.value))

        one.update(articles, meanwhile)
        assert len(refused) == 5
        assert len(other.update(articles).unchanged) == 5


@pytest.mark.parametrize("name", ["notes.txt", "lock", ".hidden", "khabar.sqlite.bak"])
def test_a_folder_of_other_things_is_refused_untouched(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(IndexFolderError, match="not a Khabar index and not empty") as refused:
        Index(tmp_path)
    one_sentence(refused.value)
    assert contents(tmp_path) == {name: b"mine"}


def test_an_empty_folder_becomes_an_index(tmp_path: Path) -> None:
    with Index(tmp_path) as index:
        assert index.articles() == []
    with Index(tmp_path) as index:
        assert index.search("goa") == []


def test_random_bytes_for_a_library_are_refused_and_kept(tmp_path: Path, articles: Path) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
    file = tmp_path / "db" / "khabar.sqlite"
    junk = os.urandom(20_000)
    file.write_bytes(junk)
    before = contents(tmp_path / "db")
    with pytest.raises(IndexFolderError, match="damaged") as refused:
        Index(tmp_path / "db")
    one_sentence(refused.value)
    assert contents(tmp_path / "db") == before


def test_a_library_that_lost_its_content_is_not_begun_anew(tmp_path: Path, articles: Path) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
    (tmp_path / "db" / "khabar.sqlite").write_bytes(b"")
    with pytest.raises(IndexFolderError, match=r"damaged \(its library is empty\)"):
        Index(tmp_path / "db")


def test_another_format_is_refused_and_kept(tmp_path: Path) -> None:
    Index(tmp_path / "db").close()
    file = tmp_path / "db" / "khabar.sqlite"
    library = sqlite3.connect(file)
    with library:
        library.execute("UPDATE about SET value = '999' WHERE key = 'format'")
    library.close()
    before = file.read_bytes()
    with pytest.raises(
        IndexFolderError, match="another version of Khabar \\(format 999"
    ) as refused:
        Index(tmp_path / "db")
    one_sentence(refused.value)
    assert file.read_bytes() == before


def test_somebody_elses_database_is_refused_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "khabar.sqlite"
    other = sqlite3.connect(file)
    with other:
        other.execute("CREATE TABLE mine (x)")
    other.close()
    before = file.read_bytes()
    with pytest.raises(IndexFolderError, match="another version"):
        Index(tmp_path)
    assert file.read_bytes() == before


@pytest.mark.parametrize("below", ["", "db", "deep/er/db"])
def test_a_file_in_the_way_is_said(tmp_path: Path, below: str) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(IndexFolderError, match="cannot be used") as refused:
        Index(file / below)
    one_sentence(refused.value)
    assert contents(tmp_path) == {"file": b"mine"}


@pytest.mark.parametrize("part", ["khabar.lock", "khabar.sqlite"])
def test_something_else_in_place_of_a_part_is_said(
    tmp_path: Path, articles: Path, part: str
) -> None:
    database = tmp_path / "db"
    Index(database).close()
    path = database / part
    path.unlink(missing_ok=True)
    path.mkdir()
    with pytest.raises(IndexFolderError, match="cannot be used") as refused, Index(database) as ix:
        ix.update(articles)
    one_sentence(refused.value)


def test_a_full_disk_stops_the_update_with_a_sentence_and_loses_nothing(
    tmp_path: Path, articles: Path
) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        before = index.search(QUESTION)
    words = "बारिश से फसल को लाभ हुआ है। " * 2_000
    for i in range(6):
        (articles / f"long-{i}.txt").write_text(f"{i} {words}", encoding="utf-8")
    code = """
import resource, signal, sys
from index import Index, KhabarError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
try:
    with Index(sys.argv[1]) as index:
        index.update(sys.argv[2])
except KhabarError as error:
    print(type(error).__name__, error)
"""
    with running(code, tmp_path / "db", articles) as child:
        out, err = child.communicate()
    assert out.startswith("IndexFolderError"), (out, err)
    assert len(out.splitlines()) == 1
    with Index(tmp_path / "db") as index:
        assert index.search(QUESTION) == before
        assert len(index.update(articles).added) == 6


@pytest.mark.parametrize("path", ["nul\0byte", "x" * 5_000])
def test_an_impossible_path_is_said(tmp_path: Path, path: str) -> None:
    with pytest.raises(IndexFolderError, match="cannot be used"):
        Index(tmp_path / path)


def test_every_refusal_is_one_kind_of_error() -> None:
    assert issubclass(IndexBusyError, IndexFolderError)
    assert issubclass(errors.EmbedderMismatchError, IndexFolderError)
    assert issubclass(IndexFolderError, KhabarError)
