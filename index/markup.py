"""From a tree of XML or HTML to paragraphs of text, for formats that mark paragraphs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

_CELL_END = " | "
"""As trafilatura writes the tables of web pages."""
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Tags:
    """What a format's elements mean, by their names without namespace."""

    blocks: frozenset[str]
    """A paragraph begins and ends with them."""
    rows: frozenset[str]
    cells: frozenset[str]
    skipped: frozenset[str]
    """What they hold is no text of the article."""
    aside: frozenset[str] = frozenset()
    """Notes and text boxes: they stand amid a paragraph, and come after the text."""
    signs: Mapping[str, str] = field(default_factory=dict)
    """Elements that are a character: a tab, a line's end."""
    text: frozenset[str] | None = None
    """The only elements that hold text; None if any may."""


def paragraphs(root: "etree._Element", tags: Tags) -> list[str]:
    """List the paragraphs below `root` in order, none blank; a table's row is a paragraph."""
    from lxml import etree

    writer = _Writer()
    walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        if event in ("start", "end"):
            name = str(element.tag).rpartition("}")[2]
            if name in tags.skipped:
                if event == "start":
                    walker.skip_subtree()
            else:
                _mark(writer, tags, name, event)
                if event == "start" and (tags.text is None or name in tags.text):
                    writer.write(element.text)
        if event != "start" and tags.text is None and element is not root:
            writer.write(element.tail)
    writer.flush()
    return [*writer.out, *writer.asides]


def _mark(writer: "_Writer", tags: Tags, name: str, event: str) -> None:
    """Do what an element's beginning or end means."""
    starts = event == "start"
    if name in tags.aside:
        writer.open() if starts else writer.close_aside()
    elif name in tags.rows:
        writer.open() if starts else writer.close_row()
    elif name in tags.cells:
        writer.open() if starts else writer.close_cell()
    elif name in tags.blocks:
        writer.flush()
    elif starts and name in tags.signs:
        writer.sign(tags.signs[name])


class _Writer:
    """Collects text into paragraphs, those of a cell or an aside apart from those around it."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.asides: list[str] = []
        self._pieces: list[str] = []
        self._outer: list[tuple[list[str], list[str]]] = []

    def write(self, text: str | None) -> None:
        if text:
            self._pieces.append(_SPACE.sub(" ", text))

    def sign(self, char: str) -> None:
        self._pieces.append(char)

    def flush(self) -> None:
        """End the paragraph."""
        if self._pieces:
            lines = "".join(self._pieces).split("\n")
            text = "\n".join(line for each in lines if (line := " ".join(each.split())))
            if text:
                self.out.append(text)
            self._pieces = []

    def open(self) -> None:
        self._outer.append((self.out, self._pieces))
        self.out, self._pieces = [], []

    def _close(self) -> list[str]:
        self.flush()
        inner = self.out
        self.out, self._pieces = self._outer.pop()
        return inner

    def close_aside(self) -> None:
        self.asides.extend(self._close())

    def close_cell(self) -> None:
        if inner := self._close():
            self.out.append(" ".join(inner))

    def close_row(self) -> None:
        if inner := self._close():
            self.flush()
            self.out.append(_CELL_END.join(inner))
