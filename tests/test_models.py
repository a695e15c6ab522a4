"""models.txt: what ships, and what the parser lets through."""

from pathlib import Path

import pytest

from index import models
from index.errors import ModelError

SHIPPED = Path(models.__file__).parent.parent / "models.txt"
OWN = "[llm] my-own\nrepository me/mine\nlicence mine\nfile my.gguf - -\n"
SHA = "a" * 64
WHOLE = f"""
# A comment.
[llm] tiny-1
repository  someone/tiny
revision    {"0" * 40}
file        tiny.gguf 1024 {SHA}
file        notes.txt - -
licence     Apache-2.0
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KHABAR_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def write(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / "models.txt").write_text(text, encoding="utf-8")


def test_a_model_is_read_as_written() -> None:
    assert models.parse(WHOLE) == [
        models.Model(
            role="llm",
            name="tiny-1",
            repository="someone/tiny",
            revision="0" * 40,
            files=(
                models.ModelFile("tiny.gguf", 1024, SHA),
                models.ModelFile("notes.txt", None, None),
            ),
            licence="Apache-2.0",
        )
    ]


def test_revision_and_files_may_be_unknown_and_an_empty_list_is_one() -> None:
    (model,) = models.parse("[embedder] e\nrepository a/b\nlicence MIT")
    assert (model.revision, model.files) == (None, ())
    assert models.parse("# nothing\n\n") == []


@pytest.mark.parametrize(
    ("line", "wrong", "said"),
    [
        (3, "[llms] tiny-1", r"line 3: '\[llms\] tiny-1' is not \[embedder\]"),
        (3, "[llm]", r"line 3: '\[llm\]' is not"),
        (3, "[llm] Tiny", "line 3: 'Tiny' is not a short name"),
        (3, "repository a/b", "line 3: a model begins with"),
        (4, "repository tiny", "line 4: 'tiny' is not owner/name"),
        (4, "repo a/b", "line 4: 'repo' is none of"),
        (5, "revision main", "line 5: 'main' is not 40 hex digits"),
        (5, "repository a/b", "line 5: tiny-1 has two lines for repository"),
        (6, f"file tiny.gguf 1,024 {SHA}", "line 6: '1,024' is not a number of bytes"),
        (6, "file tiny.gguf 1024 abc", "line 6: 'abc' is not a SHA-256"),
        (6, "file tiny.gguf 1024", "line 6: a file is its name, bytes and SHA-256"),
        (6, f"file ../tiny.gguf 1 {SHA}", "line 6: '../tiny.gguf' is not a file inside"),
        (6, f"file /tiny.gguf 1 {SHA}", "line 6: '/tiny.gguf' is not a file inside"),
        (6, f"file a/../../b.gguf 1 {SHA}", "line 6: 'a/../../b.gguf' is not a file inside"),
        (6, f"file .khabar.json 1 {SHA}", "line 6: '.khabar.json' is not a file inside"),
        (6, f"file a\\\\b.gguf 1 {SHA}", "line 6: .* is not a file inside"),
        (3, "[llm] models.txt", "line 3: 'models.txt' is not a short name"),
        (8, "licence", "line 8: '' is not a licence"),
        (8, "# no licence", "line 3: tiny-1 has no licence"),
        (8, "[llm] tiny-1", "line 8: there are two models named tiny-1"),
    ],
)
def test_one_error_names_the_line_that_is_wrong(line: int, wrong: str, said: str) -> None:
    lines = WHOLE.split("\n")
    lines[line - 1] = wrong
    with pytest.raises(ModelError, match=f"^models.txt, {said}"):
        models.parse("\n".join(lines))


@pytest.mark.parametrize(
    "name",
    ["", "..", "../a", "a/../b", "/a", "a//b", "./a", ".a", "a/.b", "a\\b", "c:a", "a\n", "\ud800"],
)
def test_a_name_that_leads_elsewhere_is_no_file_of_a_model(name: str) -> None:
    assert not models.is_inside(name)
    assert models.is_inside("1_Pooling/config.json")


def test_the_shipped_list_is_well_formed() -> None:
    listed = models.parse(SHIPPED.read_text(encoding="utf-8"))
    names = [model.name for model in listed]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() for name in names)
    assert {model.role for model in listed} == {"embedder", "reranker", "llm"}
    for model in listed:
        assert model.revision or not model.files, f"{model.name} pins files of no revision"
    for model in listed:
        if model.role == "llm":
            (file,) = model.files
            assert file.name.endswith(".gguf")
            assert file.bytes
            assert file.sha256


def test_the_first_model_of_each_role_is_its_default() -> None:
    first: dict[str, str] = {}
    for model in models.known():
        first.setdefault(model.role, model.name)
    assert first == {
        "embedder": "multilingual-e5-small",
        "reranker": "bge-reranker-v2-m3",
        "llm": "gemma-4-e2b",
    }


def test_a_model_is_found_by_its_name_in_any_case() -> None:
    found = models.find("Gemma-4-E4B")
    assert found is not None
    assert found.name == "gemma-4-e4b"
    assert models.find("gpt-9") is None


def test_a_list_of_ones_own_is_read_after_the_shipped_one(folder: Path) -> None:
    shipped = models.known()
    write(folder, OWN)
    *before, mine = models.known()
    assert tuple(before) == shipped
    assert (mine.name, mine.repository) == ("my-own", "me/mine")
    assert models.find("my-own") == mine


def test_ones_own_line_takes_the_place_of_a_shipped_model(folder: Path) -> None:
    names = [model.name for model in models.known()]
    write(folder, OWN.replace("my-own", "gemma-4-e2b"))
    assert [model.name for model in models.known()] == names
    model = models.find("gemma-4-e2b")
    assert model is not None
    assert model.repository == "me/mine"


def test_a_mistake_in_ones_own_list_names_the_file_and_the_line(folder: Path) -> None:
    write(folder, OWN + "color blue\n")
    with pytest.raises(ModelError) as caught:
        models.known()
    path = folder / "models.txt"
    assert str(caught.value) == (
        f"{path}, line 5: 'color' is none of repository, revision, file, licence."
    )


def test_a_list_that_is_no_text_is_one_sentence(folder: Path) -> None:
    write(folder, "")
    (folder / "models.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelError, match=r"^The list of models .* cannot be read: "):
        models.known()


def test_the_folder_is_the_users_own_or_the_one_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert models.folder() == tmp_path / "models"
    monkeypatch.setenv("KHABAR_MODELS", "~/models")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert models.folder() == tmp_path / "home" / "models"
    monkeypatch.setenv("KHABAR_MODELS", "~nobody-here/models")
    with pytest.raises(ModelError, match="names the home of a user that is not here"):
        models.folder()
    monkeypatch.delenv("KHABAR_MODELS")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert models.folder().parts[-2:] == ("khabar", "models")
    assert models.folder().is_relative_to(tmp_path / "home")


@pytest.mark.parametrize(
    ("size", "read"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (470_641_600, "471 MB"),
        (3_349_516_256, "3.3 GB"),
        (23_000_000_000, "23 GB"),
    ],
)
def test_sizes_are_read_in_the_units_of_a_disk(size: int, read: str) -> None:
    assert models.sized(size) == read
