"""What the system reports of a folder, and where it reports nothing: limits, mounts, networks."""

import subprocess
import sys
from pathlib import Path

import pytest

from index import changes

ROOT = Path(__file__).parent.parent
OF_ITS_OWN = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
"""Runs a command that may mount and set limits, for itself only."""
LIMIT = "echo 2 > /proc/sys/user/max_inotify_watches"
MOUNT = "mount -t tmpfs tmpfs"


def can(order: str) -> bool:
    return subprocess.run([*OF_ITS_OWN, order], capture_output=True, check=False).returncode == 0


def run(order: str, code: str, *arguments: Path) -> str:
    """Run Python after an order to the shell, and give what it prints."""
    done = subprocess.run(
        [*OF_ITS_OWN, f'{order} && exec "$0" "$@"', sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/a", None),
        ("/mnt/share/x/y", "nfs4"),
        ("/mnt/shared", None),
        ("/mnt/share/disk/x", None),
        ("/mnt/phone", "fuse.sshfs"),
    ],
)
def test_a_folder_that_other_machines_change_is_told_by_its_file_system(
    folder: str, kind: str | None
) -> None:
    mounts = [("/", "ext4"), ("/mnt/share", "nfs4"), ("/mnt/share/disk", "xfs")]
    mounts += [("/mnt/phone", "ext4"), ("/mnt/phone", "fuse.sshfs")]
    assert changes.remote_kind(Path(folder), mounts) == kind


@pytest.mark.skipif(not can(LIMIT), reason="this machine sets no limits for one process only")
def test_where_the_system_watches_no_more_folders_they_are_polled(
    tmp_path: Path, articles: Path
) -> None:
    code = """
import sys, threading
from pathlib import Path
from index import Index, changes
from index.errors import WatchError
changes.POLL = 0.2
folder, database = map(Path, sys.argv[1:])
stop = threading.Event()
with Index(database) as index:
    for outcome in index.follow(folder, stop):
        if isinstance(outcome, WatchError):
            print(outcome)
        elif "new.txt" in outcome.added:
            stop.set()
        else:
            (folder / "a" / "b").mkdir(parents=True)
            (folder / "new.txt").write_text("Rice grew well this year.")
"""
    assert run(LIMIT, code, articles, tmp_path / "db") == (
        f"The system does not report what changes in {articles} (OS file watch limit reached); "
        "the folder is looked through every 0 seconds instead, which takes longer.\n"
    )


@pytest.mark.skipif(
    not can(f"{MOUNT} /mnt"), reason="this machine mounts nothing for one process only"
)
def test_a_disk_that_is_unmounted_and_mounted_again_loses_nothing(tmp_path: Path) -> None:
    code = """
import shutil, subprocess, sys, threading
from pathlib import Path
from index import Index, KhabarError
stop, folder = threading.Event(), Path(sys.argv[2])
(folder / "a.txt").write_text("Rice grew well this year.")
(folder / "b.txt").write_text("Snow fell in Delhi in March.")
with Index(sys.argv[1]) as index:
    for number, outcome in enumerate(index.follow(folder, stop)):
        if isinstance(outcome, KhabarError):
            print(outcome)
            assert index.articles() == ["a.txt", "b.txt"]
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
            (folder / "a.txt").write_text("Rice grew well this year.")
            (folder / "c.txt").write_text("The monsoon came early.")
        else:
            print(*outcome.added, "added", *outcome.removed, "removed")
            if number == 0:
                subprocess.run(["umount", folder], check=True)
            else:
                stop.set()
"""
    disk = tmp_path / "disk"
    disk.mkdir()
    first, error, again = run(f"{MOUNT} {disk}", code, tmp_path / "db", disk).splitlines()
    assert first == "a.txt b.txt added removed"
    assert error.startswith(f"{disk} holds no article; ")
    assert again == "c.txt added b.txt removed"
