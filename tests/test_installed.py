"""Models on this machine: what counts as one, and what it is called."""

import hashlib
import json
import os
from pathlib import Path

import pytest
import tiny_embedder
from filelock import FileLock

from index import Index, embed, installed, models, rerank
from index.errors import EmbedderMismatchError, ModelError, ModelLoadError
from index.model_folder import MANIFEST, Installed

GGUF = b"GGUF" + bytes(1000)
EMBEDDER = {
    "modules.json": "[]",
    "config.json": '{"architectures": ["BertModel"]}',
    "1_Pooling/config.json": "{}",
    "model.safetensors": "weights",
}
RERANKER = {
    "config.json": '{"architectures": ["XLMRobertaForSequenceClassification"]}',
    "model.safetensors": "weights",
    "modules.json": "[]",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KHABAR_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    path = tmp_path / "My Model_Q4.gguf"
    path.write_bytes(GGUF)
    return path


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def own_list(folder: Path, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "models.txt").write_text(text)


def added(path: Path, name: str | None = None) -> Installed:
    here = installed.add(path, name)
    assert installed.find(here.name) == here
    return here


def refused(path: Path, name: str | None = None) -> str:
    """Say why a file is not added: in one sentence, and nothing of it stays."""
    before = installed.installed()
    with pytest.raises(ModelError) as caught:
        installed.add(path, name)
    assert installed.installed() == before
    assert not list(models.folder().glob(".work/*"))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_nothing_is_installed_to_begin_with(folder: Path) -> None:
    assert installed.installed() == []
    assert installed.damaged() == {}
    assert installed.find("gemma-4-e2b") is None
    assert installed.default("llm") is None
    assert not folder.exists()


def test_a_gguf_file_becomes_an_llm_named_after_it(gguf: Path, folder: Path) -> None:
    here = added(gguf)
    assert (here.role, here.name, here.bytes) == ("llm", "my-model_q4", len(GGUF))
    assert here.path == folder / "my-model_q4" / "my-model_q4.gguf"
    assert here.added_from == str(gguf)
    assert here.files[0].sha256 == hashlib.sha256(GGUF).hexdigest()
    assert here.repository is None
    assert here.when.utcoffset() is not None
    assert installed.find("MY-Model_Q4") == here


def test_the_manifest_says_what_is_there_and_when_it_came(gguf: Path) -> None:
    here = added(gguf, "mine")
    stated = json.loads((here.folder / MANIFEST).read_text())
    assert stated["installed"].endswith("+00:00")
    del stated["installed"]
    assert stated == {
        "format": 1,
        "name": "mine",
        "role": "llm",
        "repository": None,
        "revision": None,
        "files": [{"name": "mine.gguf", "bytes": 1004, "sha256": here.files[0].sha256}],
        "from": str(gguf),
    }


def test_the_original_may_go(gguf: Path) -> None:
    here = added(gguf)
    assert here.path.stat().st_ino == gguf.stat().st_ino, "linked, where that can be"
    gguf.unlink()
    assert here.path.read_bytes() == GGUF


def test_a_file_that_cannot_be_linked_is_copied(
    gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of two disks, tests have one.
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError(18, "other disk")))
    here = added(gguf)
    assert here.path.stat().st_ino != gguf.stat().st_ino
    assert here.path.read_bytes() == GGUF


@pytest.mark.parametrize(
    ("files", "role"), [(EMBEDDER, "embedder"), (RERANKER, "reranker"), ({"a.json": "{}"}, None)]
)
def test_folders_are_told_by_what_is_in_them(
    tmp_path: Path, files: dict[str, str], role: str | None
) -> None:
    source = write(tmp_path / "a folder", files | {".git/config": "mine"})
    if role is None:
        assert "is no model that Khabar uses" in refused(source)
        return
    here = added(source)
    assert (here.role, here.name, here.path) == (role, "a-folder", here.folder)
    assert {file.name for file in here.files} == set(files)
    assert {path.name for path in here.folder.iterdir()} == {MANIFEST} | {
        name.split("/")[0] for name in files
    }


@pytest.mark.parametrize("content", [b"", b"GGU", b"PK\3\4 something else"])
def test_a_file_that_is_no_gguf_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    assert "is no model that Khabar uses" in refused(path)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "gone.gguf").endswith("cannot be read (No such file or directory).")


def test_a_file_of_the_list_gets_its_name_there(gguf: Path, folder: Path) -> None:
    sha256 = hashlib.sha256(GGUF).hexdigest()
    own_list(
        folder,
        f"[llm] listed-1\nrepository a/b\nrevision {'1' * 40}\nlicence x\n"
        f"file L.gguf 1004 {sha256}\n",
    )
    here = added(gguf)
    assert (here.name, here.path.name) == ("listed-1", "L.gguf")
    assert (here.repository, here.revision) == ("a/b", "1" * 40)


def test_a_folder_of_the_list_gets_its_name_there(tmp_path: Path, folder: Path) -> None:
    sha256 = hashlib.sha256(b"weights").hexdigest()
    own_list(
        folder,
        f"[embedder] e-1\nrepository a/b\nfile model.safetensors - {sha256}\nlicence x\n"
        "[embedder] e-2\nrepository a/b\nlicence x\n",
    )
    assert added(write(tmp_path / "x", EMBEDDER)).name == "e-1"
    assert added(write(tmp_path / "y", EMBEDDER), "e-2").name == "e-2"


def test_a_snapshot_in_the_hubs_cache_is_called_like_its_repository(tmp_path: Path) -> None:
    repository = tmp_path / "models--intfloat--multilingual-e5-base"
    blobs = write(repository / "blobs", {str(i): text for i, text in enumerate(EMBEDDER.values())})
    snapshot = repository / "snapshots" / ("0e5" + "0" * 37)
    for i, name in enumerate(EMBEDDER):
        (snapshot / name).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / name).symlink_to(blobs / str(i))
    here = added(snapshot)
    assert here.name == "multilingual-e5-base"
    assert not any(path.is_symlink() for path in here.folder.rglob("*"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../evil", "'../evil' is not a short name"),
        ("a/b", "'a/b' is not a short name"),
        (".hidden", "'.hidden' is not a short name"),
        ("models.txt", "models.txt means something else in Khabar"),
        ("built-in", "built-in means something else in Khabar"),
        ("none", "none means something else in Khabar"),
        ("extract", "extract means something else in Khabar"),
        ("x" * 200, "is not a short name"),
        ("gemma-4-e2b", "gemma-4-e2b is the name of a model in models.txt, and"),
        ("bge-m3", "bge-m3 is the name of a model in models.txt, and"),
    ],
)
def test_a_name_that_cannot_be_is_refused(gguf: Path, name: str, said: str) -> None:
    assert said in refused(gguf, name)


def test_a_file_without_a_letter_in_its_name_wants_one_given(tmp_path: Path) -> None:
    path = tmp_path / "मॉडल.gguf"
    path.write_bytes(GGUF)
    assert refused(path).endswith("give one with --name.")
    assert added(path, "Hindi").name == "hindi"


def test_a_name_that_is_taken_is_refused(gguf: Path) -> None:
    here = added(gguf)
    assert "There is a my-model_q4 in" in refused(gguf)
    assert installed.find("my-model_q4") == here


def test_a_folder_somebody_else_made_is_left_alone(gguf: Path, folder: Path) -> None:
    write(folder / "my-model_q4", {"mine.txt": "mine"})
    assert "There is a my-model_q4 in" in refused(gguf)
    with pytest.raises(ModelError, match="no model my-model_q4 here"):
        installed.remove("my-model_q4")
    assert (folder / "my-model_q4" / "mine.txt").read_text() == "mine"
    assert installed.find("my-model_q4") is None


def test_what_is_half_there_is_no_model(folder: Path) -> None:
    write(folder / "half", {"half.gguf": "GGUF"})
    write(folder / ".work" / "half" / "added", {MANIFEST: "{}"})
    assert installed.installed() == []
    assert installed.damaged() == {}


def test_the_default_is_the_one_installed_last(gguf: Path) -> None:
    for name in ("b", "c", "a"):
        added(gguf, name)
    here = installed.default("llm")
    assert here is not None
    assert here.name == "a"
    assert [model.name for model in installed.installed()] == ["a", "b", "c"]
    assert installed.default("embedder") is None


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ("", "its .khabar.json cannot be read"),
        ("[]", "its .khabar.json cannot be read"),
        ("[" * 100_000, "its .khabar.json cannot be read"),
        ("{}", "its .khabar.json cannot be read"),
        ({"format": 2}, "its .khabar.json cannot be read"),
        ({"role": "poet"}, "its .khabar.json cannot be read"),
        ({"installed": "yesterday"}, "its .khabar.json cannot be read"),
        ({"installed": "2026-11-22T10:00:00"}, "its .khabar.json cannot be read"),
        ({"files": []}, "its .khabar.json cannot be read"),
        (
            {"files": [{"name": "../b/b.gguf", "bytes": 1004, "sha256": "0"}]},
            "its .khabar.json cannot be read",
        ),
        ({"files": [{"name": "a.gguf", "bytes": 9, "sha256": "0"}]}, "has 1,004 bytes and had 9"),
        ({"files": [{"name": "c.gguf", "bytes": 9, "sha256": "0"}]}, "c.gguf is missing"),
    ],
)
def test_a_damaged_model_is_one_sentence_and_harms_no_other(
    gguf: Path, manifest: str | dict[str, object], said: str
) -> None:
    here, other = added(gguf, "a"), added(gguf, "b")
    path = here.folder / MANIFEST
    if isinstance(manifest, dict):
        manifest = json.dumps(json.loads(path.read_text()) | manifest)
    path.write_text(manifest)
    assert installed.installed() == [other]
    assert installed.default("llm") == other
    (reason,) = installed.damaged().values()
    assert said in reason
    assert reason.endswith("remove it with: qa models remove a")
    with pytest.raises(ModelLoadError) as caught:
        installed.find("a")
    assert str(caught.value) == reason
    installed.remove("a")
    assert installed.damaged() == {}


def test_a_removed_model_is_gone_and_can_come_back(gguf: Path, folder: Path) -> None:
    added(gguf, "mine")
    installed.remove("Mine")
    assert installed.find("mine") is None
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["mine"]  # its lock
    assert gguf.read_bytes() == GGUF
    added(gguf, "mine")


@pytest.mark.parametrize("name", ["../../x", "", ".", "..", ".work", "models.txt", "a/../b"])
def test_only_names_of_models_are_removed(tmp_path: Path, folder: Path, name: str) -> None:
    write(tmp_path / "x", {MANIFEST: "{}"})
    own_list(folder, "# mine\n")
    with pytest.raises(ModelError, match="is not a short name"):
        installed.remove(name)
    assert (tmp_path / "x" / MANIFEST).exists()
    assert (folder / "models.txt").exists()


def test_a_model_that_is_not_here_cannot_be_removed() -> None:
    with pytest.raises(ModelError, match=r"no model bge-m3 here; qa models lists"):
        installed.remove("bge-m3")


def test_what_another_process_is_changing_waits(gguf: Path, folder: Path) -> None:
    added(gguf, "mine")
    with FileLock(folder / ".locks" / "mine"):
        with pytest.raises(ModelError, match="mine is being fetched or changed by another"):
            installed.remove("mine")
        added(gguf, "other")
    installed.remove("mine")


def test_a_folder_of_models_that_is_a_file_is_said(gguf: Path, folder: Path) -> None:
    folder.write_text("a file")
    assert installed.installed() == []
    assert f"The folder of models {folder} cannot be written (" in refused(gguf)


def test_a_choice_is_a_path_or_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = added(write(tmp_path / "source", EMBEDDER), "mine")
    assert installed.locate("mine", "embedder") == here.folder
    assert installed.locate(str(here.folder), "embedder") == here.folder
    assert installed.locate("nothing", "embedder") == Path("nothing")
    monkeypatch.chdir(write(tmp_path / "work", {"mine/modules.json": "[]"}))
    assert installed.locate("mine", "embedder") == Path("mine"), "what is there comes first"


@pytest.mark.parametrize(
    ("name", "role", "said"),
    [
        ("bge-m3", "embedder", "The embedder bge-m3 is not on this machine; fetch it with: qa m"),
        ("BGE-M3", "reranker", "bge-m3 is an embedder, and a reranker is wanted here."),
        ("mine", "reranker", "mine is an embedder, and a reranker is wanted here."),
        ("gemma-4-e2b", "llm", "fetch it with: qa models pull gemma-4-e2b"),
    ],
)
def test_a_name_that_cannot_be_used_is_said_with_the_remedy(
    tmp_path: Path, name: str, role: models.Role, said: str
) -> None:
    added(write(tmp_path / "source", EMBEDDER), "mine")
    with pytest.raises(ModelError) as caught:
        installed.locate(name, role)
    assert said in str(caught.value)


def test_a_removed_model_is_missed_by_the_path_that_an_index_remembers(folder: Path) -> None:
    with pytest.raises(ModelError, match="The embedder bge-m3 is not on this machine; fetch it"):
        embed.open_embedder(str(folder / "bge-m3"))


def test_embedders_and_rerankers_are_opened_by_name(tmp_path: Path) -> None:
    source = write(tmp_path / "mine", EMBEDDER)
    name = embed.embedder_name(str(source))
    added(source, "mine")
    added(write(tmp_path / "judge", RERANKER))
    assert embed.embedder_name("mine") == name, "the same files, the same vectors"
    rerank.check_choice("judge")
    for choose in (embed.embedder_name, embed.open_embedder):
        with pytest.raises(ModelError, match="qa models pull bge-m3"):
            choose("bge-m3")
    for check in (rerank.check_choice, rerank.open_reranker):
        with pytest.raises(ModelError, match="qa models pull bge-reranker-v2-m3"):
            check("bge-reranker-v2-m3")


def test_a_model_keeps_the_prompts_that_its_first_name_asks_for(tmp_path: Path) -> None:
    here = added(write(tmp_path / "multilingual-e5-tiny", EMBEDDER), "mine")
    assert embed._prompts(here.folder, {}) == ("query: ", "passage: ")
    other = added(write(tmp_path / "other", EMBEDDER))
    assert embed._prompts(other.folder, {}) == ("", "")
    assert embed._prompts(tmp_path / "a9e5f0", {}) == ("", ""), "no name, but a part of a number"


def test_an_index_is_made_and_asked_with_an_embedder_by_name(
    tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(tiny_embedder.write_model(tmp_path / "tiny"))
    with Index(tmp_path / "plain") as index:
        index.update(articles)
    with Index(tmp_path / "db", "tiny") as index:
        index.update(articles)
    with Index(tmp_path / "db") as index:  # which remembers it
        assert index.search("cricket final")
    with Index(tmp_path / "plain") as index:  # which has its own
        assert index.search("cricket final")
    with pytest.raises(EmbedderMismatchError):
        Index(tmp_path / "plain", "tiny")
    monkeypatch.setenv("KHABAR_EMBEDDER", "tiny")
    with Index(tmp_path / "new") as index:
        index.update(articles)
    monkeypatch.delenv("KHABAR_EMBEDDER")
    with Index(tmp_path / "new", "tiny") as index:
        assert index.search("cricket final")
