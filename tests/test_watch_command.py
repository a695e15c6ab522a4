"""qa index --watch: a process that follows a folder, prints each report and ends when told to."""

import json
import signal
import time
from pathlib import Path

import pytest
from forked import Forked
from holding import QA
from test_update import write
from test_watch import PATIENCE, check, rice

from index import Index

# The command, with so many steps to an update that one can be stopped amid it.
IN_STEPS = f"""
from index import update
from index.embed import HashingEmbedder
HashingEmbedder.at_once, update._PASSAGE_BYTES = 4, 1
{QA}
"""


def start(tmp_path: Path, folder: Path, *more: str) -> Forked:
    return Forked(IN_STEPS, "index", folder, "--watch", "--db", tmp_path / "db", *more)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_each_report_and_ends_well_when_told_to(
    tmp_path: Path, articles: Path, how: signal.Signals
) -> None:
    with start(tmp_path, articles, "--json") as process:
        assert len(json.loads(process.stdout.readline())["added"]) == 5
        write(articles / "new.txt", rice(1))
        report = json.loads(process.stdout.readline())
        assert report["added"] == ["new.txt"]
        process.send_signal(how)
        assert process.wait(PATIENCE) == 0
        assert process.stdout.read() == ""
        lines = process.stderr.read().splitlines()
    assert len([time.strptime(line, "%Y-%m-%d %H:%M:%S") for line in lines]) == 2
    check(tmp_path, articles)


def test_an_update_that_runs_when_it_is_told_to_end_is_finished_by_the_next(
    tmp_path: Path, articles: Path
) -> None:
    with start(tmp_path, articles) as process:
        assert process.stdout.readline() == "5 added, 0 changed, 0 removed, 0 unchanged\n"
        for number in range(200):
            write(articles / "many" / f"{number}.txt", rice(number))
        database = tmp_path / "db" / "khabar.sqlite-wal"
        size = database.stat().st_size
        until = time.monotonic() + PATIENCE
        while database.stat().st_size == size:
            assert time.monotonic() < until
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert process.stdout.read() == ""
        assert len(process.stderr.read().splitlines()) == 1
    with Index(tmp_path / "db") as index:
        kept = len(index.articles())
        assert len(index.update(articles).added) == 205 - kept
        assert len(index.articles()) == 205
    check(tmp_path, articles)


def test_the_command_waits_for_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    with start(tmp_path, tmp_path / "later") as process:
        line = process.stderr.readline()
        assert line.endswith(
            f" {tmp_path}/later: no such folder; give the folder that holds the articles.\n"
        )
        write(tmp_path / "later" / "a.txt", rice(1))
        assert process.stdout.readline() == "1 added, 0 changed, 0 removed, 0 unchanged\n"
        process.terminate()
        assert process.wait(PATIENCE) == 0
