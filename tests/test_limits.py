"""How much is taken in: what the attacks do not reach."""

import shutil
from collections import namedtuple
from http import HTTPStatus

import pytest
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from qa import limits, uploading
from qa.upload_folder import own_uploads

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
    with own_uploads():
        if fits:
            uploading.see_that_there_is_room(Headers(told))
            return
        with pytest.raises(HTTPException) as refused:
            uploading.see_that_there_is_room(Headers(told))
    assert refused.value.status_code == HTTPStatus.INSUFFICIENT_STORAGE
    assert refused.value.detail.startswith(f"The disk has {free:,} bytes left, ")
