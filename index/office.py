"""Documents of Word (DOCX) and of LibreOffice (ODT)."""

import posixpath
from typing import TYPE_CHECKING

from index import properties
from index.container import Container
from index.errors import FileError
from index.load import RawArticle
from index.markup import Tags, paragraphs
from index.meta import Metadata

if TYPE_CHECKING:
    from lxml import etree

_DOCX = Tags(
    blocks=frozenset(["p"]),
    rows=frozenset(["tr"]),
    cells=frozenset(["tc"]),
    # Tracked deletions, the older copy of what is also there in a newer form, readings over words.
    skipped=frozenset(["del", "moveFrom", "Fallback", "rt"]),
    aside=frozenset(["txbxContent"]),
    signs={"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"},
    text=frozenset(["t"]),
)
_ODT = Tags(
    blocks=frozenset(["p", "h"]),
    rows=frozenset(["table-row"]),
    cells=frozenset(["table-cell"]),
    skipped=frozenset(
        "tracked-changes annotation annotation-end note-citation ruby-text forms scripts script "
        "title desc bookmark-start sequence-decls variable-decls user-field-decls".split()
    ),
    aside=frozenset(["note-body", "text-box"]),
    signs={"s": " ", "tab": " ", "line-break": "\n"},
)
_NO_TEXT = "the document holds no text; if its pages are pictures, run OCR on them first."


def read_docx(data: bytes) -> tuple[list[RawArticle], dict[str, str]]:
    """Read a Word document: paragraphs, tables by row, then text boxes and notes.

    Its dates are not the article's: they say when the file, or its template, was made. Raises
    FileError if it is damaged, has a password, or holds no text.
    """
    container = Container(data, ".docx")
    main = _main_part(container)
    found = paragraphs(container.xml(main), _DOCX)
    problems: dict[str, str] = {}
    for name in ("footnotes.xml", "endnotes.xml"):
        notes = _optional(container, posixpath.join(posixpath.dirname(main), name), problems)
        if notes is not None:
            found.extend(paragraphs(notes, _DOCX))
    about = _optional(container, "docProps/core.xml", problems)
    return [_article(found, about)], problems


def _optional(container: Container, name: str, problems: dict[str, str]) -> "etree._Element | None":
    """Parse a part that a document may lack; one that is damaged does not stop the others."""
    try:
        return container.xml(name) if name in container else None
    except FileError as error:
        problems[name] = str(error)
        return None


def _main_part(container: Container) -> str:
    """Find the part that is the text: the archive's own relations name it."""
    for relation in container.xml("_rels/.rels"):
        if (relation.get("Type") or "").endswith("/officeDocument"):
            return posixpath.normpath((relation.get("Target") or "").lstrip("/"))
    raise FileError("the file is damaged: nothing in it says which part is the text.")


def read_odt(data: bytes) -> tuple[list[RawArticle], dict[str, str]]:
    """Read an OpenDocument text: paragraphs, tables by row, then text boxes and notes.

    Its dates are not the article's, as in `read_docx`. Raises FileError if it is damaged, has a
    password, or holds no text.
    """
    container = Container(data, ".odt")
    manifest = "META-INF/manifest.xml"
    if manifest in container and b"encryption-data" in container.read(manifest):
        raise FileError("the file has a password; save it without one.")
    found = paragraphs(container.xml("content.xml"), _ODT)
    problems: dict[str, str] = {}
    about = _optional(container, "meta.xml", problems)
    return [_article(found, about)], problems


def _article(found: list[str], about: "etree._Element | None") -> RawArticle:
    if not found:
        raise FileError(_NO_TEXT)
    title = None if about is None else about.findtext(".//{*}title")
    author = None if about is None else about.findtext(".//{*}creator")
    stated = Metadata(properties.title(title), properties.author(author))
    return RawArticle("\n\n".join(found), stated)
