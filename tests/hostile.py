"""Files made to harm, and broken ones: each a name, a suffix, and how its bytes are made."""

import io
import json
import stat
import struct
import zipfile
import zlib
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


def _add(name: str, suffix: str, make: Callable[[], bytes]) -> None:
    assert name not in FILES
    FILES[name] = Hostile(suffix, make)


def cut(suffix: str, tenths: int) -> Callable[[], bytes]:
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
        written.writestr("word/document.xml", body(" " * 60_000_000))
    return file.getvalue()


_add("docx bomb of spaces", ".docx", lambda: word(body(paragraph(" " * 60_000_000))))
_add("docx bomb in lzma", ".docx", lambda: packed(zipfile.ZIP_LZMA))
_add("docx bomb in bzip2", ".docx", lambda: packed(zipfile.ZIP_BZIP2))
_add("docx of a million empty paragraphs", ".docx", lambda: word(body("<w:p/>" * 1_000_000)))
_add("docx of 100,000 paragraphs", ".docx", lambda: word(body(paragraph("a") * 100_000)))
_add("docx billion laughs", ".docx", lambda: word(body(paragraph("&l9;"), laughs())))
_add(
    "docx quadratic entity",
    ".docx",
    lambda: word(body(paragraph("&a;" * 50_000), f'<!DOCTYPE w [<!ENTITY a "{"x" * 50_000}">]>')),
)
_add(
    "docx entity of another file",
    ".docx",
    lambda: word(
        body(paragraph("&x; read"), '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
    ),
)
_add(
    "docx with a DTD elsewhere",
    ".docx",
    lambda: word(body(paragraph("a"), '<!DOCTYPE w SYSTEM "http://127.0.0.1:9/a.dtd">')),
)
_add(
    "docx parameter entity",
    ".docx",
    lambda: word(
        body(
            paragraph("a"),
            '<!DOCTYPE w [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p; <!ENTITY b "&p;">]>',
        )
    ),
)
_add(
    "docx XInclude",
    ".docx",
    lambda: word(
        body(
            '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" '
            'parse="text"/>' + paragraph("a")
        )
    ),
)
_add("docx nested deeply", ".docx", lambda: word(body("<w:p>" * 100_000)))
_add("docx tables in tables", ".docx", lambda: word(body("<w:tbl><w:tr><w:tc>" * 80)))
_add(
    "docx element of 100,000 attributes",
    ".docx",
    lambda: word(body("<w:p " + " ".join(f"a{i}='1'" for i in range(100_000)) + "/>")),
)
_add("docx attribute of 30 MB", ".docx", lambda: word(body(f'<w:p a="{"x" * 30_000_000}"/>')))
_add("docx without its text", ".docx", lambda: documents.zipped({"_rels/.rels": relations("a")}))
_add("docx without relations", ".docx", lambda: documents.zipped({"word/document.xml": body("")}))
_add("docx whose text climbs", ".docx", lambda: word("", "../../../../../etc/passwd"))
_add("docx whose text is absolute", ".docx", lambda: word("", "/etc/passwd"))
_add("docx whose text is elsewhere", ".docx", lambda: word("", "http://127.0.0.1:9/a.xml"))
_add("docx part that climbs", ".docx", lambda: with_entry(f"../../../..{LEFT}"))
_add("docx absolute part", ".docx", lambda: with_entry(LEFT))
_add("docx Windows part", ".docx", lambda: with_entry("C:\\khabar-was-here"))
_add(
    "docx link",
    ".docx",
    lambda: with_entry("word/footnotes.xml", b"/etc/passwd", stat.S_IFLNK | 0o777),
)
_add("docx two texts", ".docx", lambda: with_entry("word/document.xml", b"<other/>"))
_add("docx archive in itself", ".docx", lambda: with_entry("a.docx", documents.good()[".docx"]))
_add("docx 30,000 parts", ".docx", lambda: many_parts(30_000))
_add("docx says it is small", ".docx", lambda: archive(s24=10))
_add("docx says it is huge", ".docx", lambda: archive(s24=4_000_000_000))
_add("docx parts overlap", ".docx", lambda: archive(s42=0))
_add("docx part outside the file", ".docx", lambda: archive(s42=2_000_000_000))
_add("docx with a password", ".docx", lambda: archive(s8=1))
_add("docx unknown packing", ".docx", lambda: archive(s10=99))
_add("docx stored and packed", ".docx", lambda: archive(s10=0))
_add("docx with bytes before", ".docx", lambda: b"MZ" + documents.good()[".docx"])
_add("docx in an OLE file", ".docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5_000)
_add(
    "docx in UTF-7",
    ".docx",
    lambda: word(body(paragraph("+AGE-"), '<?xml version="1.0" encoding="UTF-7"?>')),
)
_add("docx broken UTF-8", ".docx", lambda: word(body(paragraph("a")).encode() + b"\xff\xfe\x80"))
_add(
    "docx in UTF-16",
    ".docx",
    lambda: word(body(paragraph("a"), '<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16")),
)
_add("docx in one byte", ".docx", lambda: b"P")
for _part in (1, 5, 9):
    _add(
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


_add("odt a billion spaces", ".odt", lambda: odt('<t:p>a<t:s t:c="1000000000"/>b</t:p>'))
_add(
    "odt a billion cells",
    ".odt",
    lambda: odt(
        '<b:table><b:table-row b:number-rows-repeated="1000000000"><b:table-cell '
        'b:number-columns-repeated="1000000000"><t:p>a</t:p></b:table-cell></b:table-row>'
        "</b:table>"
    ),
)
_add("odt billion laughs", ".odt", lambda: odt("<t:p>&l9;</t:p>", laughs()))
_add(
    "odt entity of another file",
    ".odt",
    lambda: odt("<t:p>a &x;</t:p>", '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
)
_add("odt lists in lists", ".odt", lambda: odt("<t:list><t:list-item>" * 50_000))
_add("odt without content", ".odt", lambda: documents.zipped({"mimetype": "a"}))
_add("odt bomb", ".odt", lambda: odt(f"<t:p>{'a' * 60_000_000}</t:p>"))
_add("odt empty", ".odt", lambda: odt(""))
_add("odt is a zip of nothing", ".odt", lambda: documents.zipped({}))
_add(
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


_add("epub chapter in a loop", ".epub", lambda: elsewhere("book.opf"))
_add("epub chapter that climbs", ".epub", lambda: elsewhere("../../../../etc/passwd"))
_add("epub absolute chapter", ".epub", lambda: elsewhere("/etc/passwd"))
_add("epub chapter in a file", ".epub", lambda: elsewhere("file:///etc/passwd"))
_add("epub chapter on the net", ".epub", lambda: elsewhere("http://127.0.0.1:9/a.xhtml"))
_add("epub chapter that is missing", ".epub", lambda: elsewhere("missing.xhtml"))
_add("epub chapter without a name", ".epub", lambda: elsewhere(""))
_add("epub chapter at a broken address", ".epub", lambda: elsewhere("http://[a"))
_add("epub without container", ".epub", lambda: book(lambda p: p.pop("META-INF/container.xml")))
_add("epub without package", ".epub", lambda: book(lambda p: p.pop("OEBPS/book.opf")))
_add(
    "epub package that climbs",
    ".epub",
    lambda: book(
        lambda p: p.update(
            {"META-INF/container.xml": documents.CONTAINER.format("../../etc/passwd")}
        )
    ),
)
_add(
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
_add("epub chapter nested deeply", ".epub", lambda: book(lambda p: p, a="<div>" * 200_000 + "a"))
_add("epub chapter bomb", ".epub", lambda: book(lambda p: p, a="a" * 60_000_000))
_add(
    "epub chapter with a picture elsewhere",
    ".epub",
    lambda: book(
        lambda p: p,
        a='<p>a<img src="http://127.0.0.1:9/a"/><img src="file:///etc/passwd"/></p>'
        '<iframe src="file:///etc/passwd"/><object data="file:///etc/passwd"/>',
    ),
)
_add(
    "epub chapter with entities",
    ".epub",
    lambda: book(
        lambda p: p.update({"OEBPS/a.xhtml": laughs() + "<html><body><p>a &l9;</p></body></html>"}),
        a="",
    ),
)
_add(
    "epub protected",
    ".epub",
    lambda: book(
        lambda p: p.update(
            {"META-INF/encryption.xml": '<a><CipherReference URI="OEBPS/a.xhtml"/></a>'}
        ),
        a="<p>a</p>",
    ),
)


# --- PDF ------------------------------------------------------------------------------------


def pdf(objects: list[bytes], trailer: bytes = b"/Root 1 0 R", tail: bytes = b"") -> bytes:
    """Write numbered objects, the first of them the catalogue, with their table and trailer."""
    data = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"trailer <</Size %d %s>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer.replace(b"TABLE", b"%d" % table),
        table,
    )
    return bytes(data) + tail


def stream(content: bytes, about: bytes = b"", length: int | None = None) -> bytes:
    size = len(content) if length is None else length
    return b"<</Length %d %s>>\nstream\n%s\nendstream" % (size, about, content)


_CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
_PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
_TEXT = b"BT /F 12 Tf 50 700 Td (Rain fell over the city.) Tj ET"


def page(
    content: bytes = stream(_TEXT),
    about: bytes = b"/MediaBox[0 0 595 842]",
    more: tuple[bytes, ...] = (),
    font: bytes = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    pages: bytes = _PAGES,
    trailer: bytes = b"/Root 1 0 R",
) -> bytes:
    """Write a PDF of one page; its content is object 4, the font 5, others from 6 on."""
    leaf = (
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R %s/Resources<</Font<</F 5 0 R>>"
        b"/XObject<</X 6 0 R>>>>>>" % about
    )
    return pdf([_CATALOGUE, pages, leaf, content, font, *more], trailer)


def deflated(content: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        content = zlib.compress(content, 9)
    return stream(content, b"/Filter[%s]" % (b"/FlateDecode" * times))


def tree(depth: int) -> bytes:
    nodes = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (number + 3) for number in range(depth)]
    return pdf([_CATALOGUE, *nodes, b"<</Type/Page/MediaBox[0 0 9 9]>>"])


_add("pdf of a million objects", ".pdf", lambda: page(more=(b"<<>>",) * 1_000_000))
_add(
    "pdf pages in a loop", ".pdf", lambda: page(pages=b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>")
)
_add("pdf pages nested deeply", ".pdf", lambda: tree(50_000))
_add("pdf table in a loop", ".pdf", lambda: page(trailer=b"/Root 1 0 R/Prev TABLE"))
_add(
    "pdf page as large as a town",
    ".pdf",
    lambda: page(about=b"/MediaBox[-1e30 -1e30 1e30 1e30]/UserUnit 1e30"),
)
_add("pdf page without a size", ".pdf", lambda: page(about=b"/MediaBox[0 0 0 0]/Rotate 45"))
_add(
    "pdf of two billion pages",
    ".pdf",
    lambda: page(pages=b"<</Type/Pages/Kids[3 0 R]/Count 2147483647>>"),
)
_add("pdf of minus one page", ".pdf", lambda: page(pages=b"<</Type/Pages/Kids[3 0 R]/Count -1>>"))
_add(
    "pdf one page 3,000 times",
    ".pdf",
    lambda: page(pages=b"<</Type/Pages/Kids[%s]/Count 3000>>" % (b"3 0 R " * 3_000)),
)
_add("pdf bomb", ".pdf", lambda: page(deflated(b" " * 120_000_000)))
_add("pdf bomb in a bomb", ".pdf", lambda: page(deflated(bytes(100_000_000), 3)))
_add("pdf of two million letters", ".pdf", lambda: page(deflated(
    b"BT /F 12 Tf 50 700 Td " + b"(Rain fell.) Tj 0 -1 Td " * 200_000 + b"ET")))  # fmt: skip
_add("pdf arrays in arrays", ".pdf", lambda: page(stream(b"[" * 500_000)))
_add("pdf dictionaries in dictionaries", ".pdf", lambda: page(more=(b"<</A" * 200_000,)))
_add(
    "pdf form in itself",
    ".pdf",
    lambda: page(
        stream(b"/X Do"),
        more=(
            stream(
                b"/X Do /X Do " + _TEXT,
                b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>",
            ),
        ),
    ),
)
_add("pdf font of rubbish", ".pdf", lambda: page(
    font=b"<</Type/Font/Subtype/TrueType/BaseFont/A/FontDescriptor 6 0 R/ToUnicode 7 0 R>>",
    more=(b"<</Type/FontDescriptor/FontName/A/FontFile2 8 0 R>>",
          stream(b"beginbfrange <00> <ffffffff> <0000> endbfrange " * 1_000),
          stream(b"\0\1\0\0\xff\xff" + bytes(range(256)) * 40))))  # fmt: skip
_add("pdf font in itself", ".pdf", lambda: page(
    font=b"<</Type/Font/Subtype/Type3/FontMatrix[1 0 0 1 0 0]/CharProcs<</a 4 0 R>>/Encoding"
    b"<</Differences[0/a]>>/FontBBox[0 0 9 9]/FirstChar 0/LastChar 200/Resources<</Font"
    b"<</F 5 0 R>>>>>>"))  # fmt: skip
_add("pdf length below nothing", ".pdf", lambda: page(stream(_TEXT, length=-1)))
_add("pdf length of a terabyte", ".pdf", lambda: page(stream(_TEXT, length=10**12)))
_add("pdf that wants to act", ".pdf", lambda: pdf([
    b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/Launch/F(/bin/sh)/Next<</S/URI/URI"
    b"(http://127.0.0.1:9/)>>>>/AA<</WC<</S/JavaScript/JS(app.alert\\(1\\))>>>>>>",
    _PAGES, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"]))  # fmt: skip
_add("pdf stream in another file", ".pdf", lambda: page(
    stream(b"", b"/F(/etc/passwd)/FFilter/ASCIIHexDecode")))  # fmt: skip
_add("pdf catalogue is itself", ".pdf", lambda: pdf([b"1 0 R"]))
_add("pdf without pages", ".pdf", lambda: pdf([_CATALOGUE, b"<</Type/Pages/Kids[]/Count 0>>"]))
_add("pdf of a picture", ".pdf", lambda: page(stream(b"q 99 0 0 99 0 0 cm /X Do Q"), more=(
    stream(bytes(100), b"/Type/XObject/Subtype/Image/Width 10/Height 10/ColorSpace/DeviceGray"
                       b"/BitsPerComponent 8"),)))  # fmt: skip
_add("pdf letters beyond Unicode", ".pdf", lambda: page(
    font=b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
    more=(stream(b"1 beginbfrange <00> <ff> <d800> endbfrange"),)))  # fmt: skip
_add("pdf with a password", ".pdf", lambda: documents.pdf([[(50, 700, "Rain fell.")]], lock="a"))
_add("pdf of its head only", ".pdf", lambda: b"%PDF-1.7\n")
_add("pdf of rubbish", ".pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 2_000)
for _part in (2, 5, 9):
    _add(
        f"pdf cut at {_part} tenths",
        ".pdf",
        cut(".pdf", _part),
    )


# --- HTML -----------------------------------------------------------------------------------

_add("html nested deeply", ".html", lambda: b"<div>" * 200_000 + b"Rain fell.")
_add("html tables in tables", ".html", lambda: b"<table><tr><td>" * 50_000 + b"Rain fell.")
_add("html of 100,000 attributes", ".html", lambda: b"<p " + b" ".join(
    b"a%d=1" % i for i in range(100_000)) + b">Rain fell.")  # fmt: skip
_add("html comment without end", ".html", lambda: b"<p>Rain<!--" + b"-" * 2_000_000)
_add("html entities beyond Unicode", ".html", lambda: documents.html(
    ["&#xD800;&#x110000;&#99999999999999999999;&#0; Rain fell over the city."] * 9))  # fmt: skip
_add("html that points elsewhere", ".html", lambda: documents.html(
    ["<base href='file:///etc/'><img src='passwd'><object data='file:///etc/passwd'></object>"
     "<link rel='import' href='http://127.0.0.1:9/'>Rain fell over the city."] * 9))  # fmt: skip
_add("html of 30,000 paragraphs", ".html", lambda: documents.html(["Rain fell."] * 30_000))
_add("html of one long word", ".html", lambda: documents.html(["a" * 10_000_000]))
_add("html in UTF-7", ".html", lambda: b"<meta charset=utf-7>+ADw-script+AD4-x()+ADw-/script+AD4-")
_add("html with NULs", ".html", lambda: b"<p>Ra\0in</p>" * 1_000)
_add("html of damaged UTF-8", ".html", lambda: "<p>बारिश</p>".encode() * 50 + b"\xe0\xa4")
_add("html dates without end", ".html", lambda: documents.html(
    [f"<time datetime='{'9' * 5_000}'>{'12/12/' * 5_000}</time>"] * 50))  # fmt: skip


# --- tables ---------------------------------------------------------------------------------


def row(**fields: object) -> bytes:
    return json.dumps(fields).encode() + b"\n"


_add("csv of a million columns", ".csv", lambda: b"text," * 1_000_000 + b"\n" + b"a," * 1_000_000)
_add("csv field of 25 MB", ".csv", lambda: b'text\n"' + b"a" * 25_000_000 + b'"\n')
_add("csv with NULs", ".csv", lambda: b"text\n\0a\0b\n")
_add("csv quotes that never close", ".csv", lambda: b'text\nfine\n"' + b"a\n" * 500_000)
_add("csv quotes amid words", ".csv", lambda: b'text,n\n"he said "yes" to it",1\nfine,2\n')
_add("csv of 300,000 blank rows", ".csv", lambda: b"text\n" + b"\n" * 300_000)
_add("csv of 300,000 bad rows", ".csv", lambda: b"text,n\n" + b",1\n" * 300_000)
_add("csv of names only", ".csv", lambda: b"text,title\n")
_add("csv without names", ".csv", lambda: b"Rain fell,1\nSnow fell,2\n")
_add("csv of rubbish", ".csv", lambda: bytes(range(1, 256)) * 400)
_add("csv of commands", ".csv", lambda: b"text\n=cmd|' /C calc'!A0\n@SUM(1)\n")
_add("csv half of UTF-16", ".csv", lambda: "text\nबारिश\n".encode("utf-16")[:-1])
_add("csv separated by nothing", ".csv", lambda: b"sep=\n\n")
_add("csv dates without end", ".csv", lambda: b"text,date\n" + b"a,%s\n" % (b"1/" * 500_000))
_add("tsv of quotation marks", ".tsv", lambda: b"text\t" + b'"' * 1_000_001)
_add("jsonl nested deeply", ".jsonl", lambda: b'{"text":' + b"[" * 100_000 + b"\n" + row(text="a"))
_add("jsonl not a number", ".jsonl", lambda: b'{"text": "a", "n": NaN, "m": -Infinity}\n')
_add(
    "jsonl a number of 100,000 digits", ".jsonl", lambda: b'{"text":"a","n":%s}' % (b"9" * 100_000)
)
_add("jsonl half a letter", ".jsonl", lambda: row(text="a \ud800", title="\udfff", date="\ud800"))
_add(
    "jsonl a name twice",
    ".jsonl",
    lambda: b'{"text": "a", "text": {"text": "b"}}\n' + row(text="c"),
)
_add("jsonl a list", ".jsonl", lambda: b'[{"text": "a"}]')
_add("jsonl 300,000 names", ".jsonl", lambda: row(**{f"n{i}": i for i in range(300_000)}, text="a"))
_add("jsonl NUL in a text", ".jsonl", lambda: row(text="a\0b", title="\0", author="\0"))
_add("jsonl of broken lines", ".jsonl", lambda: b"{" * 100_000 + b"\n{" * 100_000)


# --- another format than the name says --------------------------------------------------------

_add("pdf called docx", ".docx", lambda: documents.good()[".pdf"])
_add("docx called pdf", ".pdf", lambda: documents.good()[".docx"])
_add("docx called odt", ".odt", lambda: documents.good()[".docx"])
_add("epub called docx", ".docx", lambda: documents.good()[".epub"])
_add("docx called csv", ".csv", lambda: documents.good()[".docx"])
_add("html called pdf", ".pdf", lambda: documents.good()[".html"])
_add("picture called html", ".html", lambda: b"\x89PNG\r\n\x1a\n" + bytes(100))
_add("program called jsonl", ".jsonl", lambda: b"\x7fELF" + bytes(100))
_add("Excel called docx", ".docx", lambda: documents.zipped({"xl/workbook.xml": "<a/>"}))
