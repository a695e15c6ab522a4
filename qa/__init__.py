"""Ask an index of articles; every sentence of the answer cites its file."""

from qa.answer import ask, stream
from qa.types import Answer, Citation, Found, Piece

__all__ = ["Answer", "Citation", "Found", "Piece", "ask", "stream"]
