"""Files into the folder of articles and out of it: under plain names, and nothing is ever lost."""

import errno
import itertools
import os
import shutil
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Index
from index.errors import IndexFolderError
from qa import shelf
from qa.shelf import Dropped, Shelf, plain_name

STORY = "The bridge of Wardha was opened on 5 May 2023. It is 300 metres long.\n"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    (tmp_path / "articles" / "old").mkdir(parents=True)
    (tmp_path / "articles" / "old" / "bridge.txt").write_text(STORY)
    return tmp_path / "articles"


@pytest.fixture
def index(tmp_path: Path, articles: Path) -> Iterator[Index]:
    with Index(tmp_path / "db") as opened:
        opened.update(articles)
        yield opened


class Uploads:
    """A folder where uploads arrive, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, name: str, text: str = STORY) -> Dropped:
        """Have a file arrive."""
        place = self.folder / str(len([*self.folder.glob("*")]))
        place.mkdir(parents=True)
        (place / "upload").write_text(text)
        return Dropped(name, place / "upload", len(text))


@pytest.fixture
def upload(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("ख़बर: गोवा.txt", "ख़बर गोवा.txt"),
        ("क्\u200dया हुआ.txt", "क्\u200dया हुआ.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        (r"C:\Users\asha\news.txt", "news.txt"),
        (".hidden.txt", "hidden.txt"),
        ("...", "article"),
        ("", "article"),
        ("a\0b\nc\u202etxt.exe.txt", "abctxt.exe.txt"),
        ('<img src="x">?*|.txt', "img src= x.txt"),
        ("CON.txt", "article CON.txt"),
        ("aux.old.txt", "article aux.old.txt"),
        ("name .  .txt", "name.txt"),
        ("news.txt. ", "news.txt"),
        ("lone \ud800 half.txt", "lone half.txt"),
        ("news.csv#12.txt", "news.csv#12.txt"),
    ],
)
def test_a_name_becomes_plain_and_hindi_letters_stay(name: str, plain: str) -> None:
    assert plain_name(name) == unicodedata.normalize("NFC", plain)


@given(st.text(st.characters(), max_size=400))
def test_no_name_leads_elsewhere_hides_or_is_too_long(name: str) -> None:
    plain = plain_name(name)
    assert Path(plain).name == plain
    assert not plain.startswith(".")
    assert not plain.endswith((" ", "."))
    assert plain.isprintable() or any(char in "\u200c\u200d\u00a0" for char in plain)
    assert len(plain.encode()) <= 2 * 150 + 1
    assert not set(plain) & set('<>:"/\\|?*')


def test_a_dropped_file_lies_in_the_folder_and_its_upload_is_gone(
    index: Index, articles: Path, upload: Uploads
) -> None:
    dropped = upload("गोवा की ख़बर.txt")
    (placed,) = Shelf(index).put([dropped])
    assert placed.is_new
    assert placed.source == "गोवा की ख़बर.txt"
    assert (articles / placed.source).read_text() == STORY
    assert not [*upload.folder.iterdir()]


def test_the_same_is_here_already_and_another_content_gets_a_number(
    index: Index, articles: Path, upload: Uploads
) -> None:
    files = [upload("a.txt"), upload("a.txt"), upload("a.txt", "Other"), upload("a.txt", "Third")]
    placed = Shelf(index).put([*files, files[0], upload("b/a.txt", "Other")])
    assert [each.source for each in placed] == [
        "a.txt",
        "a.txt",
        "a (2).txt",
        "a (3).txt",
        "a.txt",
        "a (2).txt",
    ]
    assert [each.is_new for each in placed] == [True, False, True, True, False, False]
    assert (articles / "a.txt").read_text() == STORY


def test_what_is_not_taken_has_its_reason_and_its_upload_is_gone_too(
    index: Index, upload: Uploads, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "MOST_FILES", 6)
    monkeypatch.setattr(shelf, "MOST_BYTES", 100)
    files = [
        upload("photo.png"),
        upload("large.txt", "x" * 101),
        upload("empty.txt", ""),
        Dropped("lost.txt", None, 5),
        Dropped("never sent.txt", None, 101),
        upload("fine.txt"),
        upload("seventh.txt"),
    ]
    refusals = [each.refusal for each in Shelf(index).put(files)]
    assert refusals == ["kind", "large", "empty", "gone", "large", None, "many"]
    assert sorted(path.name for path in articles.iterdir()) == ["fine.txt", "old"]
    assert not [*upload.folder.iterdir()]


def test_a_full_disk_takes_nothing_and_says_so(
    index: Index, upload: Uploads, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(articles)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10))
    (placed,) = Shelf(index).put([upload("a.txt")])
    assert placed.refusal == "full"
    assert not (articles / "a.txt").exists()


@pytest.mark.parametrize(("number", "refusal"), [(errno.ENOSPC, "full"), (errno.EIO, "unwritten")])
def test_a_file_that_cannot_be_written_costs_the_others_nothing(
    index: Index,
    upload: Uploads,
    articles: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    refusal: str,
) -> None:
    real, times = os.fsync, itertools.count()

    def fsync(file: int) -> None:
        if next(times) == 1:
            raise OSError(number, "It failed.")
        real(file)

    monkeypatch.setattr(os, "fsync", fsync)
    placed = Shelf(index).put([upload("a.txt"), upload("b.txt"), upload("c.txt")])
    assert [each.refusal for each in placed] == [None, refusal, None]
    assert sorted(path.name for path in articles.iterdir()) == ["a.txt", "c.txt", "old"]


def test_a_link_in_the_folder_is_neither_followed_nor_replaced(
    index: Index, articles: Path, upload: Uploads, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    (articles / "a.txt").symlink_to(outside)
    (articles / "b.txt").symlink_to(tmp_path / "articles" / "old" / "bridge.txt")
    placed = Shelf(index).put([upload("a.txt"), upload("b.txt")])
    assert [each.source for each in placed] == ["a (2).txt", "b (2).txt"]
    assert not outside.exists()
    assert (articles / "a.txt").is_symlink()


def test_an_index_that_follows_no_folder_yet_gets_one_of_its_own(
    tmp_path: Path, upload: Uploads
) -> None:
    with Index(tmp_path / "new") as index:
        (placed,) = Shelf(index).put([upload("a.txt")])
        assert index.update(Shelf(index).folder).added == (placed.source,)
        assert Shelf(index).folder == tmp_path / "new" / "articles"
    with Index(tmp_path / "new") as index:  # what is in its folder does not keep it from opening
        assert index.articles() == ["a.txt"]
        assert index.update(Shelf(index).folder).unchanged == ("a.txt",)


def test_an_index_that_has_to_begin_anew_keeps_what_was_dropped_and_taken_out(
    tmp_path: Path, upload: Uploads
) -> None:
    db = tmp_path / "new"
    with Index(db) as index:
        here = Shelf(index)
        here.put([upload("a.txt", "First"), upload("b.txt", "Second")])
        index.update(here.folder)
        taken = here.take_out("b.txt")
        assert taken is not None
    (db / "khabar.sqlite").write_bytes(b"damaged" * 1000)
    with pytest.raises(IndexFolderError, match="delete all in it but") as refused:
        Index(db)
    for path in db.iterdir():  # as the sentence says
        if path.name not in str(refused.value):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    with Index(db) as index:
        here = Shelf(index)
        assert index.update(here.folder).added == ("a.txt",)
        assert here.put_back(taken.key) == "b.txt"


@pytest.mark.parametrize("is_copy", [True, False])
def test_an_index_in_another_place_has_its_own_folder_with_it(
    is_copy: bool, tmp_path: Path, upload: Uploads
) -> None:
    with Index(tmp_path / "old") as index:
        Shelf(index).put([upload("a.txt")])
        index.update(Shelf(index).folder)
    (shutil.copytree if is_copy else os.rename)(tmp_path / "old", tmp_path / "new")
    with Index(tmp_path / "new") as index:
        here = Shelf(index)
        assert here.folder == tmp_path / "new" / "articles"
        assert index.update(here.folder).unchanged == ("a.txt",)
        assert here.take_out("a.txt") is not None
    assert (tmp_path / "old" / "articles" / "a.txt").exists() == is_copy


def test_a_folder_that_is_gone_is_not_made_anew(
    index: Index, articles: Path, upload: Uploads
) -> None:
    assert not Shelf(index).is_gone
    articles.rename(articles.with_name("elsewhere"))
    assert Shelf(index).is_gone
    with pytest.raises(FileNotFoundError):
        Shelf(index).put([upload("a.txt")])
    assert not articles.exists()


def test_many_who_drop_the_same_name_at_once_all_find_their_file(
    index: Index, articles: Path, upload: Uploads
) -> None:
    here = Shelf(index)
    files = [upload("a.txt", f"Story {number}") for number in range(24)]
    threads = [threading.Thread(target=here.put, args=(files[i::6],)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    texts = {path.read_text() for path in articles.glob("a*.txt")}
    assert texts == {f"Story {number}" for number in range(24)}


def test_a_file_taken_out_can_be_put_back_where_it_was(index: Index, articles: Path) -> None:
    here = Shelf(index)
    taken = here.take_out("old/bridge.txt")
    assert taken is not None
    assert not (articles / "old" / "bridge.txt").exists()
    assert here.removed() == [taken]
    (kept,) = (index.folder / "removed").rglob("bridge.txt")
    assert kept.read_text() == STORY
    assert here.put_back(taken.key) == "old/bridge.txt"
    assert (articles / "old" / "bridge.txt").read_text() == STORY
    assert here.removed() == []
    assert here.put_back(taken.key) is None


def test_what_a_crash_leaves_of_a_move_is_not_taken_for_the_file(index: Index) -> None:
    home = index.folder / "removed" / "2023-05-05 10.00.00.000000" / "old"
    home.mkdir(parents=True)
    (home / ".0123456789abcdef.part").write_text("The bridge")
    assert Shelf(index).removed() == []
    (home / "bridge.txt").write_text(STORY)  # and of one that was over, but for cleaning up
    assert [each.source for each in Shelf(index).removed()] == ["old/bridge.txt"]


def test_of_two_files_of_one_name_both_are_kept(
    index: Index, articles: Path, upload: Uploads
) -> None:
    here = Shelf(index)
    keys = []
    for text in ("First", "Second"):
        here.put([upload("a.txt", text)])
        index.update(articles)
        taken = here.take_out("a.txt")
        assert taken is not None
        keys.append(taken.key)
    assert [each.key for each in here.removed()] == keys[::-1]
    assert [here.put_back(key) for key in keys] == ["a.txt", "a (2).txt"]
    assert (articles / "a.txt").read_text() == "First"
    assert (articles / "a (2).txt").read_text() == "Second"


@pytest.mark.parametrize(
    "source", ["old/none.txt", "../db/khabar.sqlite", "", "old", "/etc/passwd", "nul\0"]
)
def test_only_what_the_index_knows_can_be_taken_out(index: Index, source: str) -> None:
    assert Shelf(index).take_out(source) is None
    assert Shelf(index).removed() == []


def test_a_link_that_took_a_files_place_is_not_taken_out(
    index: Index, articles: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "bridge.txt").write_text("secret")
    shutil.rmtree(articles / "old")
    (articles / "old").symlink_to(tmp_path / "secret")
    assert Shelf(index).take_out("old/bridge.txt") is None
    assert (tmp_path / "secret" / "bridge.txt").exists()


def test_what_is_put_back_does_not_go_through_a_link(
    index: Index, articles: Path, tmp_path: Path
) -> None:
    here = Shelf(index)
    (articles / "old" / "deep").mkdir()
    (articles / "old" / "bridge.txt").rename(articles / "old" / "deep" / "bridge.txt")
    index.update(articles)
    taken = here.take_out("old/deep/bridge.txt")
    assert taken is not None
    shutil.rmtree(articles / "old")
    (tmp_path / "secret").mkdir()
    (articles / "old").symlink_to(tmp_path / "secret")
    assert here.put_back(taken.key) == "bridge.txt"
    assert not [*(tmp_path / "secret").iterdir()]


@pytest.mark.parametrize("key", ["..", "../articles", "", ".", "2023-05-05 10.00.00.000000"])
def test_only_what_was_taken_out_can_be_put_back(index: Index, key: str, articles: Path) -> None:
    assert Shelf(index).put_back(key) is None
    assert [path.name for path in articles.rglob("*.txt")] == ["bridge.txt"]
