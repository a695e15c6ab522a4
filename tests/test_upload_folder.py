"""Where uploads lie: in a folder that goes with its process, however that one ends."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock
from forked import Forked
from holding import holding

from qa import upload_folder
from qa.upload_folder import own_uploads

# Has uploads until its standard input closes.
UPLOADING = """
import os, pathlib, sys, tempfile
tempfile.tempdir = sys.argv[1]
from qa.upload_folder import own_uploads
with own_uploads():
    (pathlib.Path(os.environ["GRADIO_TEMP_DIR"]) / "a.txt").write_text("uploaded")
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a place for all that is kept for a short time."""
    (tmp_path / "place").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "place"))
    return tmp_path / "place"


@contextmanager
def uploading(place: Path) -> Iterator[tuple[Forked, Path]]:
    """Run a process that has uploads; gives the folder that it has for them."""
    before = set(place.iterdir())
    with holding(place, code=UPLOADING) as process:
        (folder,) = set(place.iterdir()) - before
        assert [path.read_text() for path in folder.rglob("a.txt")] == ["uploaded"]
        yield process, folder


def left_by_a_killed_process(place: Path) -> Path:
    """Have a process killed; gives the folder that it leaves."""
    with uploading(place) as (process, folder):
        process.kill()
        process.wait()
    assert folder.exists()
    return folder


def start_another(place: Path) -> None:
    """Have uploads in this process, which is over at once."""
    before = set(place.iterdir())
    with own_uploads():
        assert set(place.iterdir()) - before
    assert not set(place.iterdir()) - before


def test_uploads_lie_in_a_folder_of_their_own_that_goes(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", "as before")
    with own_uploads():
        folder = Path(os.environ["GRADIO_TEMP_DIR"])
        assert folder.stat().st_mode & 0o777 == folder.parent.stat().st_mode & 0o777 == 0o700
        assert folder.is_relative_to(place)
        (folder / "a.txt").write_text("uploaded")
    assert [*place.iterdir()] == []
    assert os.environ["GRADIO_TEMP_DIR"] == "as before"


def test_what_a_killed_process_has_left_goes_as_the_next_begins(place: Path) -> None:
    left = left_by_a_killed_process(place)
    start_another(place)
    assert not left.exists()


def test_a_living_process_keeps_its_uploads(place: Path) -> None:
    with uploading(place) as (_, folder), own_uploads(), own_uploads():
        assert [path.read_text() for path in folder.rglob("a.txt")] == ["uploaded"]


def test_a_link_is_not_followed_to_what_lies_elsewhere(place: Path, tmp_path: Path) -> None:
    left = left_by_a_killed_process(place)
    elsewhere = left.rename(tmp_path / "elsewhere")
    (place / "khabar-uploads-link").symlink_to(elsewhere)
    folder = place / "khabar-uploads-lock"
    folder.mkdir(mode=0o700)
    (folder / "lock").symlink_to(elsewhere / "lock")
    start_another(place)
    assert [path.read_text() for path in elsewhere.rglob("a.txt")] == ["uploaded"]
    assert folder.exists()


def test_a_link_among_the_uploads_goes_and_not_what_it_leads_to(
    place: Path, tmp_path: Path
) -> None:
    left = left_by_a_killed_process(place)
    (tmp_path / "own.txt").write_text("own")
    (left / "files" / "link").symlink_to(tmp_path)
    start_another(place)
    assert not left.exists()
    assert (tmp_path / "own.txt").read_text() == "own"


def test_what_others_may_have_put_there_stays(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_to_all = left_by_a_killed_process(place)
    open_to_all.chmod(0o777)
    without_lock = place / "khabar-uploads-mine"
    without_lock.mkdir(mode=0o700)
    start_another(place)
    open_to_all.chmod(0o700)
    monkeypatch.setattr(os, "getuid", lambda: -1)
    start_another(place)
    assert open_to_all.exists()
    assert without_lock.exists()


def test_a_folder_taken_for_a_dead_ones_while_it_was_made_is_made_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = upload_folder._lock
    made: list[Path] = []
    looking: list[FileLock] = []

    def lock(folder: Path) -> FileLock:
        made.append(folder)
        if len(made) == 1:  # another looks at it
            looking.append(real(folder))
            looking[0].acquire()
        if len(made) == 2:  # another has removed it
            shutil.rmtree(folder)
        return real(folder)

    monkeypatch.setattr(upload_folder, "_lock", lock)
    with own_uploads():
        folder = Path(os.environ["GRADIO_TEMP_DIR"])
        assert folder.is_dir()
        assert folder.parent == made[2]
    looking[0].release()
