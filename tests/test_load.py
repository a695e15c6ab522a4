"""From a folder to raw texts: what is read, what is passed over, and why."""

import os
from pathlib import Path

import pytest

from index import load
from index.errors import FileError, FolderError
from index.load import SUFFIXES, check_folder, content_hash, decode, parse, read_bytes, scan

HINDI = "रूस के विदेश मंत्री ने कहा कि वे पाकिस्तान जाएंगे।\r\nबैठक “गोवा” में हुई।\n"
ENGLISH = "The minister said “yes” in Goa — twice.\n"


def look(folder: Path) -> tuple[list[str], dict[str, str], dict[str, str]]:
    skipped: dict[str, str] = {}
    failed: dict[str, str] = {}
    found = scan(folder, skipped, failed)
    return [candidate.source for candidate in found], skipped, failed


def is_one_clear_sentence(message: str) -> bool:
    return message.endswith(".") and "\n" not in message and "Error" not in message


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".TXT", ".Html"])
def test_every_promised_format_is_taken_up(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"a{suffix}").write_text(HINDI, "utf-8")
    assert look(tmp_path) == ([f"a{suffix}"], {}, {})


def test_sources_are_relative_sorted_and_use_forward_slashes(tmp_path: Path) -> None:
    for name in ("ख/ग/2.txt", "b.txt", "ख/1.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(HINDI, "utf-8")
    assert look(tmp_path)[0] == ["b.txt", "ख/1.md", "ख/ग/2.txt"]


def test_hidden_and_other_files_are_passed_over_with_a_reason(tmp_path: Path) -> None:
    for name in (".hidden.txt", ".git/a.txt", "photo.jpg", "README"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", "utf-8")
    found, skipped, failed = look(tmp_path)
    assert (found, failed) == ([], {})
    assert sorted(skipped) == [".git", ".hidden.txt", "README", "photo.jpg"]
    assert skipped[".git"] == skipped[".hidden.txt"] == "hidden"
    assert ".jpg" in skipped["photo.jpg"]
    assert ".txt" in skipped["photo.jpg"]
    assert "no suffix" in skipped["README"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text(HINDI, "utf-8")
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "link.txt").symlink_to(outside)
    (folder / "broken.txt").symlink_to(tmp_path / "nowhere.txt")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "up").symlink_to(folder, target_is_directory=True)
    found, skipped, failed = look(folder)
    assert (found, failed) == ([], {})
    assert set(skipped) == {"link.txt", "broken.txt", "loop.txt", "up"}
    assert all("link" in reason for reason in skipped.values())


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert look(tmp_path) == ([], {"pipe.txt": "not a regular file"}, {})


def test_a_folder_named_like_a_file_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "x.txt").mkdir()
    (tmp_path / "x.txt" / "a.txt").write_text(HINDI, "utf-8")
    assert look(tmp_path)[0] == ["x.txt/a.txt"]


@pytest.mark.parametrize("name", ["दो\nपंक्तियाँ.txt", "😀.txt", " a b .txt", "-rf.txt", "चाँद.txt"])
def test_odd_names_are_read_like_any_other(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(HINDI, "utf-8")
    assert look(tmp_path) == ([name], {}, {})


@pytest.mark.parametrize("name", [b"caf\xe9.txt", b"caf\xe9.jpg", b".caf\xe9", b"f\xe9/a.txt"])
def test_a_name_that_is_not_utf8_is_reported_in_a_form_one_can_print(
    tmp_path: Path, name: bytes
) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)  # noqa: PTH118
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
    Path(os.fsdecode(path)).write_text(HINDI, "utf-8")
    found, skipped, failed = look(tmp_path)
    assert found == []
    for source, reason in (skipped | failed).items():
        f"{source}: {reason}".encode()
    if name.endswith(b".txt"):
        assert [("UTF-8" in reason) for reason in failed.values()] == [True]


def test_a_folder_that_cannot_be_listed_is_reported_not_taken_for_empty(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    _, _, failed = look(folder)
    assert failed == {".": "cannot be listed: no such file or directory."}


def test_a_missing_folder_and_a_file_in_its_place_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="no such folder"):
        check_folder(tmp_path / "nowhere")
    (tmp_path / "a.txt").write_text("x", "utf-8")
    with pytest.raises(FolderError, match="is a file"):
        check_folder(tmp_path / "a.txt")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(FolderError, match="no such folder"):
        check_folder(tmp_path / "loop")
    assert check_folder(tmp_path) == tmp_path.resolve()


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n"])
def test_an_empty_file_says_so(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(FileError) as caught:
        read_bytes(tmp_path / "a.txt")
    assert str(caught.value) == "the file is empty."


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.touch()
    os.truncate(path, load.MAX_BYTES + 1)
    with pytest.raises(FileError, match="20 MB; an article may have 20 MB, split the file"):
        read_bytes(path)


@pytest.mark.parametrize(("suffix", "most"), [(".pdf", 100), (".EPUB", 100), (".csv", 50)])
def test_documents_with_pictures_and_tables_may_be_larger(
    tmp_path: Path, suffix: str, most: int
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"x")
    os.truncate(path, load.MAX_BYTES + 1)
    assert len(read_bytes(path)) == load.MAX_BYTES + 1
    os.truncate(path, most * 1_000_000 + 1)
    said = f"a {suffix.lower()} file may have {most} MB, split the file"
    with pytest.raises(FileError, match=said):
        read_bytes(path)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "broken.txt").symlink_to(tmp_path / "nowhere.txt")
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    (tmp_path / "folder.txt").mkdir()
    for name, reason in [
        ("broken.txt", "a link"),
        ("loop.txt", "a link"),
        ("folder.txt", "directory"),
        ("gone.txt", "no such file"),
    ]:
        with pytest.raises(FileError, match=reason) as caught:
            read_bytes(tmp_path / name)
        assert is_one_clear_sentence(str(caught.value))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [HINDI, ENGLISH])
def test_a_byte_order_mark_is_obeyed_and_not_part_of_the_text(encoding: str, text: str) -> None:
    assert decode(f"\ufeff{text}".encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [HINDI, ENGLISH])
def test_without_a_byte_order_mark_the_letters_tell(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_a_legacy_encoding_is_told_by_its_letters() -> None:
    text = "Die Außenminister trafen sich. Später gab es ein Abendessen für alle Gäste. " * 5
    assert decode(text.encode("cp1252")) == text
    russian = "Министр иностранных дел России встретился с коллегой из Пакистана. " * 5
    assert decode(russian.encode("cp1251")) == russian


def test_line_ends_stay_as_they_are() -> None:
    assert parse("एक\r\nदो\rतीन\n".encode(), ".txt").text == "एक\r\nदो\rतीन\n"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"text\0with\0nul bytes", "NUL"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "a picture .PNG., called .txt"),
        (b"PK\x05\x06" + bytes(range(1, 30)) * 20, "control characters"),
        (b"PK\x03\x04" + bytes(range(1, 30)) * 20, "a zipped file.*, called .txt; rename it"),
        (b"%PDF-1.7\n1 0 obj", "a PDF, called .txt; rename it to .pdf"),
        (b"{\\rtf1 Rain}", "a rich text"),
        (b"\n <!DOCTYPE HTML><p>Rain", "a web page, called .txt; rename it to .html"),
        (b"\xff\xfe" + HINDI.encode("utf-16-le")[:-1], "UTF-16-LE but breaks off"),
        (b"\xfe\xff" + HINDI.encode("utf-16-be")[:-1], "UTF-16-BE but breaks off"),
        (HINDI.encode("utf-16-le")[:-1], "UTF-16-LE but breaks off"),
        (b"\xef\xbb\xbf" + HINDI.encode()[:-5] + b"\xe0\xa4", "UTF-8 but breaks off"),
        (HINDI.encode()[:50], "UTF-8 but breaks off at byte"),
        (HINDI.encode()[:51] + b"\xff\x80" + HINDI.encode()[51:], "UTF-8 but breaks off at byte"),
        (b"\xff\xfe", "white space"),
        ("\u00a0\u2003\n".encode(), "white space"),
    ],
)  # fmt: skip
def test_what_is_no_text_is_refused_with_one_clear_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(FileError, match=reason) as caught:
        parse(data, ".txt")
    assert is_one_clear_sentence(str(caught.value))


def test_equal_contents_have_equal_hashes_and_others_do_not() -> None:
    assert content_hash(b"a") == content_hash(b"a")
    assert content_hash(b"a") != content_hash(b"b")


def test_a_link_or_a_pipe_in_the_place_of_a_listed_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("not in the folder")
    (tmp_path / "link.txt").symlink_to(tmp_path / "secret.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    for name in ("link.txt", "pipe.txt"):
        with pytest.raises(FileError, match="cannot be read"):
            read_bytes(tmp_path / name)


def test_folders_may_lie_as_deep_as_the_system_lets_them(tmp_path: Path) -> None:
    folders = [str(tmp_path)]
    for _ in range(1_100):
        folders.append(f"{folders[-1]}/a")
        os.mkdir(folders[-1])  # noqa: PTH102, pathlib itself goes no deeper than Python's stack
    file = Path(folders[-1], "b.txt")
    file.write_text("Snow fell.")
    [found] = scan(tmp_path, {}, {})
    assert found.source.endswith("/a/b.txt")
    file.unlink()
    for folder in reversed(folders[1:]):
        os.rmdir(folder)  # noqa: PTH106


def test_the_index_itself_is_no_part_of_the_folder(tmp_path: Path) -> None:
    for name in ("index/inside.txt", "news.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Snow fell.")
    skipped: dict[str, str] = {}
    assert [c.source for c in scan(tmp_path, skipped, {}, tmp_path / "index")] == ["news.txt"]
    assert skipped == {}
