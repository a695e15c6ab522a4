"""qa models: what is listed, what would be used, and what pull, add and remove say."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from local_hub import FILE, GGUF, LISTED, LocalHub, only_here

from index import installed, models
from qa import cli

Run = Callable[..., tuple[int, str, str]]
EMBEDDER = {"modules.json": "[]", "config.json": "{}", "model.safetensors": "weights"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = only_here(monkeypatch, tmp_path)
    folder.mkdir()
    (folder / "models.txt").write_text(LISTED, encoding="utf-8")
    return folder


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    with LocalHub() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        yield server


@pytest.fixture
def qa(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; gives its exit code, stdout and stderr."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        try:
            code = cli.main(["models", *map(str, arguments)])
        except SystemExit as stop:
            code = int(str(stop.code))
        return code, *capsys.readouterr()

    return run


def embedder(folder: Path) -> Path:
    folder.mkdir()
    for name, text in EMBEDDER.items():
        (folder / name).write_text(text)
    return folder


def gguf(path: Path) -> Path:
    path.write_bytes(GGUF[:1000] + path.name.encode())
    return path


def used(qa: Run) -> dict[str, Any]:
    code, out, _ = qa("--json")
    assert code == 0
    found: dict[str, Any] = json.loads(out)["used"]
    return found


def test_the_list_says_of_each_model_what_it_is_and_whether_it_is_here(
    qa: Run, tmp_path: Path, folder: Path
) -> None:
    qa("add", gguf(tmp_path / "Mine.gguf"))
    code, out, err = qa()
    assert (code, err) == (0, "")
    table, _, below = out.partition("\n\n")
    rows = [re.split(r"  +", line) for line in table.splitlines()]
    assert rows[0] == ["role", "name", "size", "licence", "here"]
    assert ["embedder", "multilingual-e5-small", "471 MB", "MIT", "no"] in rows
    assert ["embedder", "embeddinggemma-300m", "–", "Gemma terms", "no"] in rows
    assert ["llm", "gemma-4-e2b", "3.3 GB", "Apache-2.0", "no"] in rows
    assert rows[-2:] == [
        ["llm", "tiny", "307 kB", "MIT", "no"],
        ["llm", "mine", "1.0 kB", "–", "yes"],
    ]
    assert len({line.rindex("  ") for line in table.splitlines()}) == 1, "columns stand in line"
    assert f"kept in: {folder}" in below.splitlines()


def test_json_has_all_that_is_known(qa: Run, server: LocalHub, folder: Path) -> None:
    qa("pull", "tiny")
    code, out, err = qa("--json")
    assert (code, err) == (0, "")
    listed = json.loads(out)
    assert set(listed) == {"folder", "models", "used"}
    assert listed["folder"] == str(folder)
    tiny = listed["models"][-1]
    here = installed.find("tiny")
    assert here is not None
    assert tiny == {
        "role": "llm",
        "name": "tiny",
        "bytes": len(GGUF),
        "licence": "MIT",
        "repository": "someone/tiny",
        "revision": here.revision,
        "here": "yes",
        "path": str(here.path),
        "installed": here.when.isoformat(),
    }


def test_without_models_the_built_in_parts_are_used(qa: Run) -> None:
    assert used(qa) == {
        "embedder": {
            "name": "built-in",
            "why": "unless another is asked for with --embedder; an index keeps the one it was "
            "made with",
        },
        "reranker": {
            "name": "none",
            "why": "unless one is asked for with --reranker or in KHABAR_RERANKER",
        },
        "llm": {"name": "extract", "why": "no llm is here, so answers are quotes"},
    }


def test_installing_changes_what_answers_and_not_what_embeds(qa: Run, tmp_path: Path) -> None:
    before = used(qa)
    qa("add", embedder(tmp_path / "mine"))
    assert used(qa) == before
    qa("add", gguf(tmp_path / "first.gguf"))
    qa("add", gguf(tmp_path / "last.gguf"))
    assert used(qa)["llm"] == {"name": "last", "why": "the one installed last"}


@pytest.mark.parametrize(
    ("variable", "role", "value", "why"),
    [
        ("KHABAR_MODEL", "llm", "first", "KHABAR_MODEL names it"),
        ("KHABAR_MODEL", "llm", "extract", "KHABAR_MODEL names it"),
        (
            "KHABAR_MODEL",
            "llm",
            "/gone.gguf",
            "KHABAR_MODEL names it, but there is no such file or model",
        ),
        ("KHABAR_EMBEDDER", "embedder", "built-in", "KHABAR_EMBEDDER names it"),
        (
            "KHABAR_EMBEDDER",
            "embedder",
            "bge-m3",
            "KHABAR_EMBEDDER names it, but: The embedder bge-m3 is not on this machine; fetch it "
            "with: qa models pull bge-m3",
        ),
        ("KHABAR_RERANKER", "reranker", "none", "KHABAR_RERANKER names it"),
        (
            "KHABAR_RERANKER",
            "reranker",
            "first",
            "KHABAR_RERANKER names it, but: first is an llm, and a reranker is wanted here.",
        ),
    ],
)
def test_what_the_environment_names_is_used_and_what_is_wrong_with_it_is_said(
    qa: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    role: str,
    value: str,
    why: str,
) -> None:
    qa("add", gguf(tmp_path / "first.gguf"))
    qa("add", gguf(tmp_path / "last.gguf"))
    monkeypatch.setenv(variable, value)
    assert used(qa)[role] == {"name": value, "why": why}


def test_a_server_that_is_not_there_is_said_in_the_list(
    qa: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHABAR_MODEL", "http://127.0.0.1:1/v1")
    why = used(qa)["llm"]["why"]
    assert why.startswith("KHABAR_MODEL names it, but: ")
    assert "127.0.0.1:1" in why


def test_the_variables_are_those_that_the_readme_names() -> None:
    assert models.EMBEDDER_VARIABLE == "KHABAR_EMBEDDER"
    assert models.RERANKER_VARIABLE == "KHABAR_RERANKER"


def test_a_damaged_model_is_listed_as_such_and_told_of_once(qa: Run, tmp_path: Path) -> None:
    qa("add", gguf(tmp_path / "a.gguf"))
    qa("add", gguf(tmp_path / "c.gguf"), "--name", "b")
    here = installed.find("a")
    assert here is not None
    here.path.unlink()
    code, out, err = qa()
    assert code == 0
    assert re.search(r"^\?  +a  +–  –  +damaged$", out, re.MULTILINE)
    assert re.search(r"^llm  +b .* yes$", out, re.MULTILINE)
    (line,) = err.splitlines()
    assert line.endswith("is damaged (a.gguf is missing); remove it with: qa models remove a")
    assert qa("remove", "a") == (0, "removed: a\n", "")


def test_pull_fetches_and_says_where_it_is(qa: Run, server: LocalHub, folder: Path) -> None:
    code, out, err = qa("pull", "tiny")
    assert code == 0
    assert out == f"tiny is here: {folder / 'tiny' / FILE}\n"
    assert err == "It writes the answers from now on.\n"
    server.log.clear()
    assert qa("pull", "Tiny")[:2] == (0, out)
    assert server.log == []


def test_pull_of_an_embedder_says_how_to_use_it(qa: Run, server: LocalHub, folder: Path) -> None:
    with (folder / "models.txt").open("a") as file:
        file.write("[embedder] small\nrepository someone/small\nlicence MIT\n")
    code, out, err = qa("pull", "small")
    assert (code, out) == (0, f"small is here: {folder / 'small'}\n")
    assert err == (
        "A new index is made with it by: qa index FOLDER --db DIR --embedder small; those that "
        "are there keep the embedder they were made with.\n"
    )


def test_a_model_that_does_not_answer_by_itself_says_so(
    qa: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHABAR_MODEL", "extract")
    _, _, err = qa("add", gguf(tmp_path / "mine.gguf"))
    assert err == "It writes the answer where it is asked for: --model mine\n"


def test_add_takes_a_file_under_its_name_or_another(qa: Run, tmp_path: Path, folder: Path) -> None:
    path = gguf(tmp_path / "A Model.gguf")
    code, out, _ = qa("add", path)
    assert (code, out) == (0, f"a-model is here: {folder / 'a-model' / 'a-model.gguf'}\n")
    code, out, _ = qa("add", path, "--name", "other")
    assert (code, out) == (0, f"other is here: {folder / 'other' / 'other.gguf'}\n")
    path.write_bytes(GGUF)
    code, out, _ = qa("add", path)
    assert (code, out) == (0, f"tiny is here: {folder / 'tiny' / FILE}\n"), "it is on the list"


def test_remove_deletes_and_says_what_that_means(qa: Run, tmp_path: Path) -> None:
    qa("add", embedder(tmp_path / "mine"))
    assert qa("remove", "mine") == (
        0,
        "removed: mine\n",
        "An index made with it cannot be searched until it is back.\n",
    )
    assert installed.installed() == []


def test_remove_deletes_what_was_fetched_of_a_model(
    qa: Run, server: LocalHub, folder: Path
) -> None:
    server.cut[FILE] = [1000, *[0] * 20]
    assert qa("pull", "tiny")[0] == 1
    assert list(folder.rglob("*.part"))
    assert qa("remove", "tiny") == (0, "removed: tiny\n", "")
    assert list(folder.rglob("*.part")) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pull", "gpt-9"], "qa: There is no model gpt-9 on the list; qa models shows it, and "),
        (["add", "/gone.gguf"], "qa: /gone.gguf cannot be read (No such file or directory)."),
        (["remove", "../../x"], "qa: '../../x' is not a short name (a-z, 0-9, . _ -)."),
        (["remove", "bge-m3"], "qa: There is no model bge-m3 here; qa models lists those that"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_on_stderr(
    qa: Run, arguments: list[str], said: str
) -> None:
    code, out, err = qa(*arguments)
    assert (code, out) == (1, "")
    (line,) = err.splitlines()
    assert line.startswith(said)


@pytest.mark.parametrize(
    "arguments", [["pull"], ["add"], ["remove"], ["fetch", "x"], ["pull", "a", "b"]]
)
def test_wrong_usage_is_exit_code_2(qa: Run, arguments: list[str]) -> None:
    code, out, err = qa(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("usage: qa")


def test_what_cannot_be_asked_for_is_named(qa: Run) -> None:
    assert "argument WHAT: invalid choice: 'frob'" in qa("frob")[2]
    code, out, err = qa("--json", "pull", "tiny")
    assert (code, out) == (2, "")
    assert "--json prints the list, and goes with nothing else" in err


@pytest.mark.parametrize("name", ["extract", "None", "built-in"])
def test_a_name_that_means_something_else_is_no_models(qa: Run, tmp_path: Path, name: str) -> None:
    code, out, err = qa("add", gguf(tmp_path / "mine.gguf"), "--name", name)
    assert (code, out) == (1, "")
    assert err.startswith(f"qa: {name.lower()} means something else in Khabar")


def test_a_mistake_in_ones_own_list_is_one_sentence(qa: Run, folder: Path) -> None:
    (folder / "models.txt").write_text("[poet] x\n")
    for arguments in ([], ["pull", "bge-m3"]):
        code, out, err = qa(*arguments)
        assert (code, out) == (1, "")
        assert err.startswith(f"qa: {folder / 'models.txt'}, line 1: '[poet] x' is not [embedder]")
