"""qa doctor says what runs here, on what, and whether it answers."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import tiny_gguf

from index import Index, installed
from qa import cli, examples


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    for path in examples.articles().glob("*.txt"):
        shutil.copy(path, folder)
    return folder


@pytest.fixture
def quick(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask of the shipped articles that are plain text: no process has to read them."""
    monkeypatch.setattr(examples, "articles", lambda: plain)


def read(capsys: pytest.CaptureFixture[str], db: Path, code: int = 0) -> str:
    """Run it as somebody reads it."""
    assert cli.main(["doctor", "--db", str(db)]) == code
    return capsys.readouterr().out


def fields(capsys: pytest.CaptureFixture[str], db: Path, code: int = 0) -> dict[str, Any]:
    """Run it, and take what it found as JSON."""
    assert cli.main(["doctor", "--db", str(db), "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def problems(text: str) -> list[str]:
    return [line.split(maxsplit=1)[1] for line in text.splitlines() if line.startswith("problem")]


def test_on_a_new_machine_all_is_well_and_quotes_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, found = read(capsys, tmp_path / "none"), fields(capsys, tmp_path / "none")
    assert "all well" in text
    assert f"none at {tmp_path / 'none'}" in text
    assert found["index"] is None
    assert found["problems"] == []
    assert [asked["outcome"] for asked in found["asked"]] == ["right"] * 5
    assert all(0 < asked["first"] <= asked["whole"] for asked in found["asked"])
    assert found["models"]["llm"]["name"] == "extract"
    assert {"khabar", "Python", "chromadb", "llama-cpp-python"} <= found["versions"].keys()
    assert found["free_memory"] > 0
    assert not (tmp_path / "none").exists()


@pytest.mark.usefixtures("quick")
def test_what_the_index_holds_is_counted_and_nothing_of_it_changed(
    tmp_path: Path, articles: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        held = index.inventory()
    text, found = read(capsys, tmp_path / "db"), fields(capsys, tmp_path / "db")
    assert f"{held.articles} articles, {held.passages} passages" in text
    assert found["index"]["articles"] == held.articles == 5
    assert found["index"]["vectors"] == held.passages


@pytest.mark.usefixtures("quick")
def test_an_index_whose_parts_differ_is_a_problem(
    tmp_path: Path, articles: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        index._store.current.vectors.delete([1])
    (problem,) = problems(read(capsys, tmp_path / "db", code=1))
    assert "index the articles again" in problem


@pytest.mark.usefixtures("quick")
def test_a_model_and_how_it_is_run_are_told_and_that_it_says_nothing_of_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tiny_gguf.write(tmp_path / "mine.gguf", says="1234 5678 9012. [1]")
    monkeypatch.setenv("KHABAR_MODEL", str(path))
    monkeypatch.setenv("KHABAR_LLAMA", "context=4096 threads=1")
    text = read(capsys, tmp_path / "none", code=1)
    assert "context=4096 threads=1" in text
    assert text.count("quotes instead") == 5
    assert problems(text) == ["5 of 5 questions were not answered as they should be."]


@pytest.mark.usefixtures("quick")
def test_a_model_that_cannot_be_used_is_a_problem_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF and no more")
    monkeypatch.setenv("KHABAR_MODEL", str(path))
    found = fields(capsys, tmp_path / "none", code=1)
    (problem,) = found["problems"]
    assert "cannot load" in problem
    assert [asked["outcome"] for asked in found["asked"]] == ["right"] * 5


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("folder", "said"),
    [("~nobody-here/x", "a user that is not here"), ("loop", "loop cannot be read")],
)
def test_a_folder_of_models_that_is_of_no_use_is_one_problem_and_the_rest_is_told(
    folder: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KHABAR_MODELS", folder)
    found = fields(capsys, tmp_path / "none", code=1)
    (problem,) = found["problems"]
    assert said in problem
    assert found["models"]["llm"]["name"] == "none"
    assert found["free_disk_of_index"] > 0
    assert [asked["outcome"] for asked in found["asked"]] == ["right"] * 5


@pytest.mark.usefixtures("quick")
def test_that_there_is_no_folder_of_models_is_read_among_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KHABAR_MODELS", "~nobody-here/x")
    text = read(capsys, tmp_path / "none", code=1)
    assert text.startswith("versions   khabar ")
    assert "\nmodels " not in text
    (problem,) = problems(text)
    assert "a user that is not here" in problem


@pytest.mark.usefixtures("quick")
def test_every_model_that_is_damaged_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KHABAR_MODELS", str(tmp_path / "models"))
    for name in ("a", "b"):
        here = installed.add(tiny_gguf.write(tmp_path / "mine.gguf", says="It rains."), name)
        here.path.unlink()
    found = fields(capsys, tmp_path / "none", code=1)
    first, second = found["problems"]
    assert first.startswith("The model a in ")
    assert second.endswith("remove it with: qa models remove b")


def test_the_questions_are_about_articles_that_ship() -> None:
    names = {path.name for path in examples.articles().iterdir()}
    assert {source for _, source in examples.QUESTIONS} <= names
