"""Books in EPUB: the chapters in their order, as one text."""

import posixpath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from index import dates, properties
from index.container import Container
from index.errors import FileError
from index.load import RawArticle
from index.markup import Tags, paragraphs
from index.meta import Metadata

if TYPE_CHECKING:
    from lxml import etree

_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_XHTML = Tags(
    blocks=frozenset(
        "address article aside blockquote body caption dd details div dl dt fieldset figcaption "
        "figure footer form h1 h2 h3 h4 h5 h6 header hr html li main ol p pre section summary "
        "table tbody tfoot thead ul".split()
    ),
    rows=frozenset(["tr"]),
    cells=frozenset(["td", "th"]),
    skipped=frozenset("head script style nav rt rp svg math template iframe object".split()),
    signs={"br": "\n"},
)
_MAX_CHAPTERS = 5_000


def read(data: bytes) -> tuple[list[RawArticle], dict[str, str]]:
    """Read a book as one article, and name the chapters that cannot be read, with the reason.

    Raises FileError if it is damaged, protected against copying, or holds no text.
    """
    container = Container(data, ".epub")
    package = _package_name(container)
    root = container.xml(package)
    names = _chapters(root, posixpath.dirname(package))
    _check_open(container, names)
    found: list[str] = []
    problems: dict[str, str] = {}
    for name in names:
        try:
            found.extend(paragraphs(_page(container.read(name)), _XHTML))
        except FileError as error:
            problems[name] = str(error)
    if not found:
        reason = next(iter(problems.values()), "the book holds no text.")
        raise FileError(reason)
    return [RawArticle("\n\n".join(found), _stated(root))], problems


def _package_name(container: Container) -> str:
    for element in container.xml("META-INF/container.xml").iter("{*}rootfile"):
        if name := element.get("full-path"):
            return str(name)
    raise FileError("the file is damaged: nothing in it says which part lists the chapters.")


def _chapters(root: "etree._Element", folder: str) -> list[str]:
    """List the parts that are chapters, each once, in the order to read them in."""
    items = {
        item.get("id"): item.get("href") or ""
        for item in root.iter("{*}item")
        if item.get("media-type") in _PAGES and "nav" not in (item.get("properties") or "").split()
    }
    names: dict[str, None] = {}
    for reference in root.iter("{*}itemref"):
        if path := _path(items.get(reference.get("idref"), "")):
            names[posixpath.normpath(posixpath.join(folder, path))] = None
    if len(names) > _MAX_CHAPTERS:
        raise FileError(
            f"the book has {len(names):,} chapters, it may have {_MAX_CHAPTERS:,}; split it."
        )
    return list(names)


def _path(href: str) -> str:
    """Take the name of a part out of an address; "" for what is elsewhere, which is not read."""
    try:
        address = urlsplit(href)
    except ValueError:
        return ""
    return "" if address.scheme or address.netloc else unquote(address.path)


def _check_open(container: Container, names: list[str]) -> None:
    """Refuse a book whose chapters are encrypted; fonts may be."""
    if (part := "META-INF/encryption.xml") not in container:
        return
    locked = {
        unquote(each.get("URI") or "") for each in container.xml(part).iter("{*}CipherReference")
    }
    if locked & set(names):
        raise FileError("the book is protected against copying; Khabar cannot open it.")


def _page(data: bytes) -> "etree._Element":
    """Parse a chapter as a browser would: few are flawless XML."""
    # Imported here: only EPUB needs it.
    from lxml import etree

    encoding = None if data.lstrip().startswith((b"<?xml", b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    parser = etree.HTMLParser(encoding=encoding, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise FileError("the chapter is empty or damaged.") from error
    if root is None:
        raise FileError("the chapter is empty or damaged.")
    return root


def _stated(root: "etree._Element") -> Metadata:
    found = dates.find_dates((root.findtext(".//{*}date") or "")[:40])
    return Metadata(
        properties.title(root.findtext(".//{*}title")),
        properties.author(root.findtext(".//{*}creator")),
        found[0].day if found else None,
    )
