"""A server that plays the Hugging Face hub: its listings, its redirects, and what goes wrong."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import pytest
from huggingface_hub import close_session, constants

from index import hub
from index.models import Model, ModelFile

COMMIT = "c0ffee" + "0" * 34

GGUF = b"GGUF" + bytes(range(256)) * 1200
"""Longer than what comes at a time, so that a connection can break in the middle."""
FILE = "tiny-Q4_0.gguf"
SHA256 = hashlib.sha256(GGUF).hexdigest()
TINY = Model("llm", "tiny", "someone/tiny", COMMIT, (ModelFile(FILE, len(GGUF), SHA256),), "MIT")
LISTED = f"""
[llm] tiny
repository  someone/tiny
revision    {COMMIT}
file        {FILE} {len(GGUF)} {SHA256}
licence     MIT
"""
MODULES = [
    {"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
]
NEEDED = {
    "modules.json": json.dumps(MODULES).encode(),
    "config.json": b'{"architectures": ["BertModel"]}',
    "1_Pooling/config.json": b"{}",
    "sentencepiece.bpe.model": b"pieces",
    "tokenizer.json": b"{ }",
    "model.safetensors": b"weights",
}
NOT_NEEDED = {
    ".gitattributes": b"*",
    ".hidden.json": b"{}",
    "README.md": b"read",
    "modeling.py": b"import os",
    "pytorch_model.bin": b"the same weights",
    "training_args.bin": b"args",
    "tf_model.h5": b"tf",
    "onnx/model.onnx": b"onnx",
    "onnx/config.json": b"{}",
    "openvino/openvino_model.bin": b"openvino",
}
EMBEDDER = Model("embedder", "small", "someone/small", None, (), "MIT")
"""Of the repository that has both: its files as the hub has them, for several libraries."""


def only_here(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Keep out what this machine's environment says of models and the hub; waits for nothing.

    Returns the folder of models, which is in `folder`, and not there yet.
    """
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    for name in ("HF_TOKEN", "HF_ENDPOINT", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(folder / "no token"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub, "_WAITS", (0.0,) * 4)
    monkeypatch.setenv("KHABAR_MODELS", str(folder / "models"))
    close_session()
    return folder / "models"


def pull_elsewhere(
    code: str, folder: Path, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Fetch the tiny model in a process of its own, after some lines of code; says why not."""
    folder.mkdir(exist_ok=True)
    (folder / "models.txt").write_text(LISTED, encoding="utf-8")
    program = f"""
import os, resource, signal, sys
from index import download, errors, models
show = None
{code}
try:
    download.pull(models.find("tiny"), show)
except errors.ModelError as error:
    sys.exit(str(error))
"""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(hub.__file__).parent.parent,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )


def files(folder: Path) -> set[str]:
    """List all files in a folder by their path in it."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: `range` as the header has it, `token` without "Bearer"."""

    path: str
    range: str | None
    token: str | None
    agent: str


@dataclass(slots=True)
class Repository:
    """Files by name. What `stated` gives for one goes into the listing in place of the truth."""

    files: dict[str, bytes]
    commit: str = COMMIT
    stated: dict[str, dict[str, Any]] = field(default_factory=dict)


class LocalHub:
    """Serves two repositories on a port of this machine until the `with` ends.

    What goes wrong is set by the name of a file, or "" for listings: `refused` answers with a
    status and an X-Error-Code; `cut` gives after how many bytes the next connections break off;
    `served` is what comes in place of the file. `ignores_ranges` sends files always whole. What
    `held` has for a file is waited for half way through it.
    """

    def __init__(self) -> None:
        self.repositories = {
            "someone/tiny": Repository({FILE: GGUF, "README.md": b"read"}),
            "someone/small": Repository(NEEDED | NOT_NEEDED),
        }
        self.refused: dict[str, list[tuple[int, str | None]]] = {}
        self.cut: dict[str, list[int]] = defaultdict(list)
        self.served: dict[str, bytes] = {}
        self.held: dict[str, threading.Event] = {}
        self.ignores_ranges = False
        self.gated: str | None = None
        self.log: list[Request] = []

    @property
    def address(self) -> str:
        """What HF_ENDPOINT is to name."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def asked(self, name: str) -> list[str | None]:
        """List the ranges in which a file was asked for, in order; None is the whole of it."""
        return [request.range for request in self.log if request.path.endswith(f"/blob/{name}")]

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        close_session()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: those who fetch are killed here, and hang up."""


class _Handler(BaseHTTPRequestHandler):
    owner: LocalHub
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or what follows its headers waits

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        token = self.headers.get("Authorization", "").removeprefix("Bearer ") or None
        agent = self.headers.get("User-Agent", "")
        self.owner.log.append(Request(path, self.headers.get("Range"), token, agent))
        match path.split("/"):
            case ["", "api", "models", owner, name, *revision]:
                self._list(f"{owner}/{name}", revision[-1] if revision else None)
            case ["", owner, name, "resolve", commit, *parts]:
                self._resolve(f"{owner}/{name}", commit, "/".join(parts), token)
            case ["", "cdn", owner, name, "blob", *parts]:
                self._send_file(self.owner.repositories[f"{owner}/{name}"], "/".join(parts))
            case _:
                self._refuse(404, None)

    def _list(self, repository: str, revision: str | None) -> None:
        there = self.owner.repositories.get(repository)
        if self._refused(""):
            return
        if there is None:
            self._refuse(401, "RepoNotFound")
        elif revision not in (None, there.commit):
            self._refuse(404, "RevisionNotFound")
        else:
            siblings = [_sibling(there, name) for name in there.files]
            listing = {"id": repository, "sha": there.commit, "siblings": siblings}
            self._send(200, json.dumps(listing).encode(), {"Content-Type": "application/json"})

    def _resolve(self, repository: str, commit: str, name: str, token: str | None) -> None:
        there = self.owner.repositories[repository]
        if self._refused(name):
            return
        if self.owner.gated not in (None, token):
            self._refuse(403 if token else 401, "GatedRepo")
        elif commit != there.commit or name not in there.files:
            self._refuse(404, "EntryNotFound")
        else:
            self._send(302, b"", {"Location": f"/cdn/{repository}/blob/{name}"})

    def _send_file(self, there: Repository, name: str) -> None:
        content = self.owner.served.get(name, there.files[name])
        wanted = self.headers.get("Range")
        cut = self.owner.cut[name].pop(0) if self.owner.cut[name] else None
        start = 0
        headers = {}
        if wanted and not self.owner.ignores_ranges:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        if start >= len(content) and start:
            self._refuse(416, None)
            return
        self._send(206 if start else 200, content[start:], headers, cut, self.owner.held.get(name))

    def _refused(self, name: str) -> bool:
        waiting = self.owner.refused.get(name)
        if not waiting:
            return False
        self._refuse(*waiting.pop(0))
        return True

    def _refuse(self, status: int, code: str | None) -> None:
        self._send(status, b"{}", {"X-Error-Code": code} if code else {})

    def _send(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str],
        cut: int | None = None,
        gate: threading.Event | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        half = len(body) // 2 if gate else 0
        self.wfile.write(body[:half])
        if gate:
            gate.wait()
        self.wfile.write(body[half:cut])
        self.close_connection = cut is not None

    def log_message(self, format: str, *args: object) -> None:
        pass


def _sibling(there: Repository, name: str) -> dict[str, Any]:
    """Say of a file what the hub does: a git hash for small ones, a SHA-256 for large ones."""
    content = there.files[name]
    stated: dict[str, Any] = {"rfilename": name, "size": len(content)}
    if name.endswith((".gguf", ".safetensors", ".bin")):
        sha256 = hashlib.sha256(content).hexdigest()
        stated["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 134}
    blob = b"blob %d\0%b" % (len(content), content)
    stated["blobId"] = hashlib.sha1(blob, usedforsecurity=False).hexdigest()
    return stated | there.stated.get(name, {})
