"""How much is taken in, and where uploads lie: what the attacks do not reach."""

import os
import shutil
from collections import namedtuple
from http import HTTPStatus
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from qa import limits, reachable

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/v1/ask", limits.REQUEST),
        ("/", limits.REQUEST),
        ("/gradio_api/queue/join", limits.EVENT),
        ("/gradio_api/upload", limits.UPLOAD),
        ("/gradio_api/upload/", limits.REQUEST),
    ],
)
def test_only_uploads_are_large(path: str, most: int) -> None:
    assert limits.largest(path) == most


def test_uploads_lie_in_a_folder_of_their_own_that_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", "as before")
    with reachable.own_uploads():
        folder = Path(os.environ["GRADIO_TEMP_DIR"])
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "a.txt").write_text("uploaded")
    assert not folder.exists()
    assert os.environ["GRADIO_TEMP_DIR"] == "as before"


@pytest.mark.parametrize(
    ("told", "free", "fits"),
    [
        ({"content-length": "1000"}, 500_001_000, True),
        ({"content-length": "1000"}, 500_000_999, False),
        ({}, limits.UPLOAD + 500_000_000, True),
        ({}, limits.UPLOAD, False),
    ],
)
def test_an_upload_leaves_room_on_the_disk(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], free: int, fits: bool
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, free))
    with reachable.own_uploads():
        if fits:
            reachable._see_that_there_is_room(Headers(told))
            return
        with pytest.raises(HTTPException) as refused:
            reachable._see_that_there_is_room(Headers(told))
    assert refused.value.status_code == HTTPStatus.INSUFFICIENT_STORAGE
    assert refused.value.detail.startswith(f"The disk has {free:,} bytes left, ")
