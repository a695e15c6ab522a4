"""Models by their names and paths, as another process understands them."""

import os
from contextlib import suppress
from pathlib import Path

from index import models
from qa import extract

_NO_PATHS = (extract.NAME, "built-in", "none")


def portable(choice: str | Path | None) -> str | None:
    """Make what names a model mean the same in a process that runs in another folder."""
    if not choice:
        return None
    text = str(choice)
    if text in _NO_PATHS or "://" in text:
        return text
    with suppress(OSError, ValueError, RuntimeError):
        path = Path(choice).expanduser()
        if isinstance(choice, Path) or len(path.parts) > 1 or path.exists():
            return str(path.absolute())
    return text


def reranker(choice: str | None) -> str | None:
    """Take the reranker that is asked for, or what the environment names."""
    return portable(choice or os.environ.get(models.RERANKER_VARIABLE))
