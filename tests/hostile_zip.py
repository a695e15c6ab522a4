"""Files made to harm, and broken ones, of the formats that are ZIP archives.

Each has a name, a suffix, and how its bytes are made.
"""

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import documents

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
LEFT = "/tmp/khabar-was-here"  # noqa: S108, no file: what a part is called that would be one
_ODF = "urn:oasis:names:tc:opendocument:xmlns"


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file that must cost one sentence at most."""

    suffix: str
    make: Callable[[], bytes]


FILES: dict[str, Hostile] = {}


def add(name: str, suffix: str, make: Callable[[], bytes]) -> None:
    """Enter a file under a name of its own."""
    assert name not in FILES
    FILES[name] = Hostile(suffix, make)


def cut(suffix: str, tenths: int) -> Callable[[], bytes]:
    """Cut a good file off after so many tenths."""

    def make() -> bytes:
        data = documents.good()[suffix]
        return data[: len(data) * tenths // 10]

    return make


# --- ZIP archives, as DOCX ------------------------------------------------------------------


def relations(target: str) -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{_RELATION}" Target="{target}"/></Relationships>'
    )


def body(inner: str, before: str = "") -> str:
    return f'{before}<w:document xmlns:w="{_W}"><w:body>{inner}</w:body></w:document>'


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def word(document: bytes | str, target: str = "word/document.xml", **parts: bytes | str) -> bytes:
    return documents.zipped(
        {"_rels/.rels": relations(target), "word/document.xml": document, **parts}
    )


def laughs(levels: int = 10) -> str:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, levels))
    return f'<!DOCTYPE w [<!ENTITY l0 "ha">{entities}]>'


def archive(**change: object) -> bytes:
    """Write a DOCX whose part with the text is entered with other values than it has."""
    file = io.BytesIO(documents.good()[".docx"])
    data = bytearray(file.getvalue())
    for info in zipfile.ZipFile(file).infolist():
        if info.filename != "word/document.xml":
            continue
        at = data.rindex(b"word/document.xml") - 46  # its entry in the central directory
        for offset, value in change.items():
            field = struct.pack("<I" if offset in ("s20", "s24", "s42") else "<H", value)
            place = int(offset[1:])
            data[at + place : at + place + len(field)] = field
    return bytes(data)


def many_parts(count: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        written.writestr("_rels/.rels", relations("word/document.xml"))
        for i in range(count):
            written.writestr(f"{i}", b"")
    return file.getvalue()


def with_entry(name: str, content: bytes = b"x", mode: int = 0o644) -> bytes:
    """Write a DOCX with one more part of this name and of this kind of file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for part, data in documents.unzipped(documents.good()[".docx"]).items():
            written.writestr(part, data)
        info = zipfile.ZipInfo(name)
        written.NameToInfo.pop(name, None)  # or a second one of the name would be warned of
        info.external_attr = mode << 16
        written.writestr(info, content)
    return file.getvalue()


def packed(method: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as written:
        written.writestr("_rels/.rels", relations("word/document.xml"))
        written.writestr("word/document.xml", body(" " * 51_000_000))
    return file.getvalue()


add("docx bomb of spaces", ".docx", lambda: word(body(paragraph(" " * 51_000_000))))
add("docx bomb in lzma", ".docx", lambda: packed(zipfile.ZIP_LZMA))
add("docx bomb in bzip2", ".docx", lambda: packed(zipfile.ZIP_BZIP2))
add("docx of 300,000 empty paragraphs", ".docx", lambda: word(body("<w:p/>" * 300_000)))
add("docx of 50,000 paragraphs", ".docx", lambda: word(body(paragraph("a") * 50_000)))
add("docx billion laughs", ".docx", lambda: word(body(paragraph("&l9;"), laughs())))
add(
    "docx quadratic entity",
    ".docx",
    lambda: word(body(paragraph("&a;" * 50_000), f'<!DOCTYPE w [<!ENTITY a "{"x" * 50_000}">]>')),
)
add(
    "docx entity of another file",
    ".docx",
    lambda: word(
        body(paragraph("&x; read"), '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
    ),
)
add(
    "docx with a DTD elsewhere",
    ".docx",
    lambda: word(body(paragraph("a"), '<!DOCTYPE w SYSTEM "http://127.0.0.1:9/a.dtd">')),
)
add(
    "docx parameter entity",
    ".docx",
    lambda: word(
        body(
            paragraph("a"),
            '<!DOCTYPE w [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p; <!ENTITY b "&p;">]>',
        )
    ),
)
add(
    "docx XInclude",
    ".docx",
    lambda: word(
        body(
            '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" '
            'parse="text"/>' + paragraph("a")
        )
    ),
)
add("docx nested deeply", ".docx", lambda: word(body("<w:p>" * 100_000)))
add("docx tables in tables", ".docx", lambda: word(body("<w:tbl><w:tr><w:tc>" * 80)))
add(
    "docx element of 100,000 attributes",
    ".docx",
    lambda: word(body("<w:p " + " ".join(f"a{i}='1'" for i in range(100_000)) + "/>")),
)
add("docx attribute of 30 MB", ".docx", lambda: word(body(f'<w:p a="{"x" * 30_000_000}"/>')))
add("docx without its text", ".docx", lambda: documents.zipped({"_rels/.rels": relations("a")}))
add("docx without relations", ".docx", lambda: documents.zipped({"word/document.xml": body("")}))
add("docx whose text climbs", ".docx", lambda: word("", "../../../../../etc/passwd"))
add("docx whose text is absolute", ".docx", lambda: word("", "/etc/passwd"))
add("docx whose text is elsewhere", ".docx", lambda: word("", "http://127.0.0.1:9/a.xml"))
add("docx part that climbs", ".docx", lambda: with_entry(f"../../../..{LEFT}"))
add("docx absolute part", ".docx", lambda: with_entry(LEFT))
add("docx Windows part", ".docx", lambda: with_entry("C:\\khabar-was-here"))
add(
    "docx link",
    ".docx",
    lambda: with_entry("word/footnotes.xml", b"/etc/passwd", stat.S_IFLNK | 0o777),
)
add("docx two texts", ".docx", lambda: with_entry("word/document.xml", b"<other/>"))
add("docx archive in itself", ".docx", lambda: with_entry("a.docx", documents.good()[".docx"]))
add("docx 30,000 parts", ".docx", lambda: many_parts(30_000))
add("docx says it is small", ".docx", lambda: archive(s24=10))
add("docx says it is huge", ".docx", lambda: archive(s24=4_000_000_000))
add("docx parts overlap", ".docx", lambda: archive(s42=0))
add("docx part outside the file", ".docx", lambda: archive(s42=2_000_000_000))
add("docx with a password", ".docx", lambda: archive(s8=1))
add("docx unknown packing", ".docx", lambda: archive(s10=99))
add("docx stored and packed", ".docx", lambda: archive(s10=0))
add("docx with bytes before", ".docx", lambda: b"MZ" + documents.good()[".docx"])
add("docx in an OLE file", ".docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5_000)
add(
    "docx in UTF-7",
    ".docx",
    lambda: word(body(paragraph("+AGE-"), '<?xml version="1.0" encoding="UTF-7"?>')),
)
add("docx broken UTF-8", ".docx", lambda: word(body(paragraph("a")).encode() + b"\xff\xfe\x80"))
add(
    "docx in UTF-16",
    ".docx",
    lambda: word(body(paragraph("a"), '<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16")),
)
add("docx in one byte", ".docx", lambda: b"P")
for _part in (1, 5, 9):
    add(
        f"docx cut at {_part} tenths",
        ".docx",
        cut(".docx", _part),
    )


# --- ODT ------------------------------------------------------------------------------------


def odt(inner: str, before: str = "", **parts: bytes | str) -> bytes:
    content = (
        f'{before}<o:document-content xmlns:o="{_ODF}:office:1.0" xmlns:t="{_ODF}:text:1.0" '
        f'xmlns:b="{_ODF}:table:1.0"><o:body><o:text>{inner}</o:text></o:body>'
        "</o:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.text"
    return documents.zipped({"mimetype": kind, "content.xml": content, **parts})


add("odt a billion spaces", ".odt", lambda: odt('<t:p>a<t:s t:c="1000000000"/>b</t:p>'))
add(
    "odt a billion cells",
    ".odt",
    lambda: odt(
        '<b:table><b:table-row b:number-rows-repeated="1000000000"><b:table-cell '
        'b:number-columns-repeated="1000000000"><t:p>a</t:p></b:table-cell></b:table-row>'
        "</b:table>"
    ),
)
add("odt billion laughs", ".odt", lambda: odt("<t:p>&l9;</t:p>", laughs()))
add(
    "odt entity of another file",
    ".odt",
    lambda: odt("<t:p>a &x;</t:p>", '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
)
add("odt lists in lists", ".odt", lambda: odt("<t:list><t:list-item>" * 50_000))
add("odt without content", ".odt", lambda: documents.zipped({"mimetype": "a"}))
add("odt bomb", ".odt", lambda: odt(f"<t:p>{'a' * 60_000_000}</t:p>"))
add("odt empty", ".odt", lambda: odt(""))
add("odt is a zip of nothing", ".odt", lambda: documents.zipped({}))
add(
    "odt with a password",
    ".odt",
    lambda: odt("", **{"META-INF/manifest.xml": "<a><encryption-data/></a>"}),
)


# --- EPUB -----------------------------------------------------------------------------------


def book(change: Callable[[dict[str, bytes | str]], object], **chapters: str) -> bytes:
    parts = documents.epub_parts({f"{name}.xhtml": text for name, text in chapters.items()})
    change(parts)
    return documents.zipped(parts)


def package(items: str, spine: str) -> str:
    return (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
        f"{items}</manifest><spine>{spine}</spine></package>"
    )


def elsewhere(href: str) -> bytes:
    item = f'<item id="a" href="{href}" media-type="application/xhtml+xml"/>'
    return book(
        lambda parts: parts.update(
            {"OEBPS/book.opf": package(item, '<itemref idref="a"/>' * 100_000)}
        )
    )


add("epub chapter in a loop", ".epub", lambda: elsewhere("book.opf"))
add("epub chapter that climbs", ".epub", lambda: elsewhere("../../../../etc/passwd"))
add("epub absolute chapter", ".epub", lambda: elsewhere("/etc/passwd"))
add("epub chapter in a file", ".epub", lambda: elsewhere("file:///etc/passwd"))
add("epub chapter on the net", ".epub", lambda: elsewhere("http://127.0.0.1:9/a.xhtml"))
add("epub chapter that is missing", ".epub", lambda: elsewhere("missing.xhtml"))
add("epub chapter without a name", ".epub", lambda: elsewhere(""))
add("epub chapter at a broken address", ".epub", lambda: elsewhere("http://[a"))
add("epub without container", ".epub", lambda: book(lambda p: p.pop("META-INF/container.xml")))
add("epub without package", ".epub", lambda: book(lambda p: p.pop("OEBPS/book.opf")))
add(
    "epub package that climbs",
    ".epub",
    lambda: book(
        lambda p: p.update(
            {"META-INF/container.xml": documents.CONTAINER.format("../../etc/passwd")}
        )
    ),
)
add(
    "epub 30,000 chapters",
    ".epub",
    lambda: book(
        lambda p: p.update(
            {
                "OEBPS/book.opf": package(
                    "".join(
                        f'<item id="i{i}" href="{i}" media-type="text/html"/>'
                        for i in range(30_000)
                    ),
                    "".join(f'<itemref idref="i{i}"/>' for i in range(30_000)),
                )
            }
        )
    ),
)
add("epub chapter nested deeply", ".epub", lambda: book(lambda p: p, a="<div>" * 200_000 + "a"))
add("epub chapter bomb", ".epub", lambda: book(lambda p: p, a="a" * 60_000_000))
add(
    "epub chapter with a picture elsewhere",
    ".epub",
    lambda: book(
        lambda p: p,
        a='<p>a<img src="http://127.0.0.1:9/a"/><img src="file:///etc/passwd"/></p>'
        '<iframe src="file:///etc/passwd"/><object data="file:///etc/passwd"/>',
    ),
)
add(
    "epub chapter with entities",
    ".epub",
    lambda: book(
        lambda p: p.update({"OEBPS/a.xhtml": laughs() + "<html><body><p>a &l9;</p></body></html>"}),
        a="",
    ),
)
add(
    "epub protected",
    ".epub",
    lambda: book(
        lambda p: p.update(
            {"META-INF/encryption.xml": '<a><CipherReference URI="OEBPS/a.xhtml"/></a>'}
        ),
        a="<p>a</p>",
    ),
)
