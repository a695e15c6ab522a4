"""Khabar's index: articles in, searchable passages out."""

from index.api import Index
from index.errors import (
    EmbedderMismatchError,
    FileError,
    FolderError,
    IndexBusyError,
    IndexFolderError,
    KhabarError,
    ModelError,
    QuestionError,
)
from index.types import Article, Hit, Passage, UpdateReport

__all__ = [
    "Article",
    "EmbedderMismatchError",
    "FileError",
    "FolderError",
    "Hit",
    "Index",
    "IndexBusyError",
    "IndexFolderError",
    "KhabarError",
    "ModelError",
    "Passage",
    "QuestionError",
    "UpdateReport",
]
