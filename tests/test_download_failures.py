"""Fetching models when something goes wrong: one sentence each, and nothing half-done."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local_hub import (
    EMBEDDER,
    FILE,
    GGUF,
    MODULES,
    NEEDED,
    SHA256,
    TINY,
    LocalHub,
    files,
    only_here,
    pull_elsewhere,
)

from index import download, installed
from index.errors import ModelError
from index.models import Model, ModelFile

HALF = len(GGUF) // 2


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return only_here(monkeypatch, tmp_path)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    with LocalHub() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        yield server


def refusal(model: Model = TINY) -> str:
    """Say why a model is not fetched: in one sentence, and nothing is installed."""
    with pytest.raises(ModelError) as caught:
        download.pull(model)
    said = str(caught.value)
    assert "\n" not in said
    assert installed.find(model.name) is None
    return said


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("config.json", b'{"architectures": ["BertForSequenceClassification"]}', "no embedder"),
        ("modules.json", b"{", "modules.json of someone/small cannot be read"),
        ("modules.json", b'[{"path": "", "type": "mine.Quantizer"}]', "runs no code that it has"),
    ],
)
def test_what_khabar_cannot_load_is_said_before_the_weights_come(
    server: LocalHub, name: str, content: bytes, said: str
) -> None:
    server.repositories["someone/small"].files[name] = content
    assert said in refusal(EMBEDDER)
    assert server.asked("model.safetensors") == []


def test_a_connection_that_breaks_every_time_is_given_up_and_taken_up_later(
    server: LocalHub,
) -> None:
    server.cut[FILE] = [HALF, *[0] * 20]
    said = refusal()
    assert said.startswith(f"The connection to {server.address} broke off (")
    assert "goes on from there" in said
    tries = len(server.asked(FILE))
    assert 2 < tries < 10
    server.cut.clear()
    assert download.pull(TINY).path.read_bytes() == GGUF
    assert server.asked(FILE)[tries:] == [f"bytes={HALF}-"]


def test_a_server_that_stays_so_is_given_up(server: LocalHub) -> None:
    server.refused = {FILE: [(503, None)] * 20}
    said = refusal()
    assert said == f"{server.address} refuses {FILE} (HTTP 503); fetch again later."


def test_a_file_that_is_another_is_deleted_and_never_gets_the_name(
    server: LocalHub, folder: Path
) -> None:
    server.served[FILE] = GGUF[:-1] + b"!"
    said = refusal()
    assert f"What came as {FILE} of someone/tiny is not that file (its SHA-256 is" in said
    assert SHA256 in said
    assert files(folder) == {".locks/tiny"}
    server.served.clear()
    assert download.pull(TINY).path.read_bytes() == GGUF


def test_a_small_file_is_held_against_its_git_hash(server: LocalHub, folder: Path) -> None:
    server.served["1_Pooling/config.json"] = b"[]"
    assert "1_Pooling/config.json of someone/small is not that file (its git" in refusal(EMBEDDER)
    assert list(folder.rglob("*.part")) == []


def test_a_file_that_does_not_end_is_not_read_on(server: LocalHub, folder: Path) -> None:
    server.served[FILE] = GGUF * 50
    seen: list[int] = []
    with pytest.raises(ModelError, match=f"goes on after {len(GGUF):,} bytes"):
        download.pull(TINY, lambda done, _: seen.append(done))
    assert max(seen) < 2 * len(GGUF)
    assert files(folder) == {".locks/tiny"}


def test_a_file_that_ends_too_soon_is_not_taken(server: LocalHub) -> None:
    server.served[FILE] = GGUF[:HALF]
    assert f"({HALF:,} of {len(GGUF):,} bytes came)" in refusal()


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"sha256": "0" * 64}, f"SHA-256 {'0' * 64}, and models.txt {SHA256}"),
        ({"size": 7}, f"bytes 7, and models.txt {len(GGUF)}"),
    ],
)
def test_a_hub_that_states_another_file_is_not_asked_for_it(
    server: LocalHub, stated: dict[str, Any], said: str
) -> None:
    lfs = {"sha256": SHA256, "size": len(GGUF), "pointerSize": 134}
    server.repositories["someone/tiny"].stated[FILE] = {"lfs": lfs | stated}
    assert said in refusal()
    assert server.asked(FILE) == []


def test_too_little_room_is_said_first_and_with_the_figures(server: LocalHub, folder: Path) -> None:
    server.repositories["someone/small"].stated["model.safetensors"] = {
        "lfs": {"sha256": SHA256, "size": 9 * 10**15, "pointerSize": 134}
    }
    said = refusal(EMBEDDER)
    assert said.startswith(f"The model small needs 9000000 GB more in {folder}, and ")
    assert "are free there; make room" in said
    assert server.asked("model.safetensors") == []


def test_a_disk_that_fills_up_midway_is_one_sentence_and_what_came_is_kept(
    server: LocalHub, folder: Path
) -> None:
    # A limit to the size of files stands for the disk: it needs no disk, and nobody's rights.
    full = f"resource.setrlimit(resource.RLIMIT_FSIZE, ({HALF}, {HALF}))"
    done = pull_elsewhere(full, folder)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"The folder of models {folder} cannot be written (File too large); make room there, or "
        "name another in KHABAR_MODELS; what came of tiny is kept until qa models remove tiny."
    ]
    assert installed.installed() == []
    assert download.pull(TINY).path.read_bytes() == GGUF
    assert server.asked(FILE) == [None, f"bytes={HALF}-"]


def test_terms_that_are_not_accepted_are_pointed_to(
    server: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.gated = "hf_right"
    without = refusal()
    assert without.startswith("someone/tiny wants its terms accepted first: do that at ")
    assert f"{server.address}/someone/tiny, then" in without
    assert "hf auth login" in without
    assert "HF_TOKEN" in without
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    assert refusal() == without
    assert "hf_wrong" not in without
    monkeypatch.setenv("HF_TOKEN", "hf_right")
    assert download.pull(TINY).path.read_bytes() == GGUF


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"repository": "someone/else"}, "There is no repository someone/else at "),
        ({"repository": "someone/../tiny"}, "There is no repository someone/../tiny at "),
        ({"revision": "1" * 40}, f"/someone/tiny has no revision {'1' * 40}"),
        ({"files": (ModelFile("other.gguf", None, None),)}, "has no file other.gguf"),
        ({"files": ()}, "models.txt does not say which file of someone/tiny tiny is"),
    ],
)
def test_what_the_hub_does_not_have_is_named(
    server: LocalHub, wrong: dict[str, Any], said: str
) -> None:
    right = {field: getattr(TINY, field) for field in TINY.__dataclass_fields__}
    assert said in refusal(Model(**(right | wrong)))
    assert server.asked(FILE) == []


def test_a_file_that_is_listed_and_not_there_is_named(server: LocalHub) -> None:
    server.refused = {FILE: [(404, "EntryNotFound")]}
    assert f"/someone/tiny has no file {FILE}" in refusal()


def test_a_token_that_is_not_taken_is_said_and_not_shown(
    server: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_stale")
    server.refused = {"": [(401, None)]}
    said = refusal()
    assert "HTTP 401); look at the token in HF_TOKEN" in said
    monkeypatch.setenv("HF_TOKEN", "hf_€")
    assert refusal() == "The token in HF_TOKEN has characters that no token has."


def test_no_network_is_one_sentence(server: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("HF_ENDPOINT", address)
        said = refusal()
    assert said.startswith(f"{address} cannot be reached (")
    assert said.endswith("fetching a model needs the network.")


@pytest.mark.parametrize(
    "endpoint", ["hub", "http://[", "ftp://hub", "http://hub:99999", "http://"]
)
def test_an_endpoint_that_is_no_address_is_said(
    monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    assert refusal().startswith("HF_ENDPOINT is not the address of a hub: ")


def test_an_endpoints_password_is_not_shown(
    server: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = server.address.replace("//", "//me:secret@")
    monkeypatch.setenv("HF_ENDPOINT", secret)
    server.refused = {FILE: [(404, "EntryNotFound")]}
    said = refusal()
    assert "secret" not in said
    assert server.address in said


def test_the_hubs_offline_variable_is_kept_to(server: LocalHub, folder: Path) -> None:
    done = pull_elsewhere("", folder, HF_HUB_OFFLINE="1")
    assert done.returncode == 1
    (said,) = done.stderr.splitlines()
    assert said.startswith("Nothing can be fetched while HF_HUB_OFFLINE")
    assert server.log == []


@pytest.mark.parametrize("name", ["a\\..\\evil.json", "C:evil.json", "evil\n.json"])
def test_a_listing_cannot_write_outside_the_models_folder(
    server: LocalHub, tmp_path: Path, name: str
) -> None:
    server.repositories["someone/small"].files[name] = b"{}"
    assert "which is no place inside a folder" in refusal(EMBEDDER)
    assert not [path for path in tmp_path.rglob("*") if "evil" in path.name]
    assert server.asked(name) == []


@pytest.mark.parametrize("name", ["../../evil.json", "/evil.json", "..", "1_Pooling/../evil.json"])
def test_what_the_listing_has_outside_the_modules_is_not_fetched(
    server: LocalHub, tmp_path: Path, name: str
) -> None:
    server.repositories["someone/small"].files[name] = b"{}"
    assert files(download.pull(EMBEDDER).folder) == {*NEEDED, ".khabar.json"}
    assert not [path for path in tmp_path.rglob("*") if "evil" in path.name]


def test_modules_cannot_lead_outside_the_models_folder(server: LocalHub, tmp_path: Path) -> None:
    modules = [*MODULES, {"path": "../..", "type": "sentence_transformers.models.Dense"}]
    there = server.repositories["someone/small"].files
    there |= {"modules.json": json.dumps(modules).encode(), "../../model.safetensors": b"evil"}
    assert "'../../model.safetensors', which is no place inside" in refusal(EMBEDDER)
    assert list(tmp_path.rglob("*.safetensors*")) == []


def test_a_commit_that_is_none_names_no_folder(server: LocalHub, tmp_path: Path) -> None:
    server.repositories["someone/small"].commit = "../../../evil"
    assert "does not list the files of someone/small as the hub does" in refusal(EMBEDDER)
    assert not [path for path in tmp_path.rglob("*") if "evil" in path.name]


def test_a_folder_that_is_not_ours_is_left_alone(server: LocalHub, folder: Path) -> None:
    (folder / "tiny").mkdir(parents=True)
    (folder / "tiny" / "mine.txt").write_text("mine")
    assert "is no model that qa models put there" in refusal()
    assert files(folder / "tiny") == {"mine.txt"}
    assert server.log == []


def test_a_models_folder_that_cannot_be_made_is_one_sentence(
    server: LocalHub, folder: Path
) -> None:
    folder.write_text("a file")
    assert refusal().startswith(f"The folder of models {folder} cannot be written (")
