"""Ask an index of articles; every sentence of the answer cites its file."""

from qa.answer import ask, stream
from qa.types import Answer, Citation, Found, Piece, Sentence, Waiting

__all__ = ["Answer", "Citation", "Found", "Piece", "Sentence", "Waiting", "ask", "stream"]
