"""Files made to harm cost one sentence at most, and the process that reads them opens nothing."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import documents
import hostile_files
import pytest
from readers import is_one_sentence, pid

from index import reader_process
from index.errors import FileError
from index.reading import Reader

SECONDS = 1.5
MEMORY = 400_000_000
WATCHED = """
# Ends the process, which the test sees, as soon as it wants a file or a socket for a file's sake.
import os, runpy, sys

watching = []

def see(event, arguments):
    if event == "resource.setrlimit":
        watching.append(event)
    elif watching and event.split(".")[0] in ("open", "socket", "subprocess", "os"):
        os._exit(99)

sys.addaudithook(see)
runpy.run_path({path!r}, run_name="__main__")
"""


Watched = tuple[dict[str, Reader], Path]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Start readers in an empty folder, whose processes end if they want a file or a socket.

    One for each kind of formats, so that a new process has not all of them to import.
    """
    script = tmp_path_factory.mktemp("script") / "watched.py"
    script.write_text(WATCHED.format(path=reader_process.__file__), "utf-8")
    folder = tmp_path_factory.mktemp("empty")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as open_ones:
        patch.setattr(reader_process, "__file__", str(script))
        patch.chdir(folder)
        kinds = {*reader_process.KINDS.values()}
        yield {kind: open_ones.enter_context(Reader(SECONDS, MEMORY)) for kind in kinds}, folder


@pytest.mark.parametrize("name", hostile_files.FILES)
def test_a_hostile_file_costs_one_sentence_at_most(watched: Watched, name: str) -> None:
    readers, folder = watched
    file = hostile_files.FILES[name]
    reader = readers[reader_process.KINDS[file.suffix]]
    try:
        found = reader.read(file.make(), file.suffix)
    except FileError as error:
        assert is_one_sentence(str(error))
        assert "ended the reader" not in str(error)
        assert "makes no sense" not in str(error)
        assert "(ImportError" not in str(error)
        assert "(OSError" not in str(error)
    else:
        assert found.articles
        assert all(article.text.strip() for article in found.articles)
        assert all(is_one_sentence(reason) for reason in found.problems.values())
        assert "root:" not in "".join(article.text for article in found.articles)
    after = reader.read(documents.good()[".csv"], ".csv")
    assert len(after.articles) == 5
    assert list(folder.iterdir()) == []
    assert not Path(hostile_files.LEFT).exists()


LEGACY = "text\nLe café était fermé à Noël déjà en été.\n".encode("cp1252")


@pytest.mark.parametrize("kind", sorted({*reader_process.KINDS.values()}))
@pytest.mark.usefixtures("watched")
def test_what_a_kind_of_formats_takes_is_there_before_its_first_file(kind: str) -> None:
    with Reader(SECONDS, MEMORY) as reader:
        processes = set()
        for suffix in documents.FORMATS:
            if reader_process.KINDS[suffix] == kind:
                assert reader.read(documents.good()[suffix], suffix).articles
                processes.add(pid(reader))
        if kind == "tables":
            assert reader.read(LEGACY, ".csv").articles
            processes.add(pid(reader))
        assert len(processes) == 1


def test_there_are_hostile_files_of_every_format() -> None:
    assert len(hostile_files.FILES) >= 60
    assert {file.suffix for file in hostile_files.FILES.values()} == set(documents.FORMATS)
