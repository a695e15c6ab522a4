"""Khabar's index: articles in, searchable passages out."""

from index import download, errors, installed, models
from index.analyze import stems
from index.api import Index
from index.chunk import sentences
from index.errors import KhabarError
from index.evidence import Evidence
from index.question import Question
from index.types import Article, Entry, Hit, Passage, UpdateReport
from index.verdict import Verdict

__all__ = [
    "Article",
    "Entry",
    "Evidence",
    "Hit",
    "Index",
    "KhabarError",
    "Passage",
    "Question",
    "UpdateReport",
    "Verdict",
    "download",
    "errors",
    "installed",
    "models",
    "sentences",
    "stems",
]
