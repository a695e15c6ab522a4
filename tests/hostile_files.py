"""Files made to harm, and broken ones: PDF, web pages, tables, and those of hostile_zip.py."""

import json
import zlib

import documents
from hostile_zip import FILES, LEFT, add, cut

__all__ = ["FILES", "LEFT"]


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


add("pdf of 200,000 objects", ".pdf", lambda: page(more=(b"<<>>",) * 200_000))
add("pdf pages in a loop", ".pdf", lambda: page(pages=b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>"))
add("pdf pages nested deeply", ".pdf", lambda: tree(50_000))
add("pdf table in a loop", ".pdf", lambda: page(trailer=b"/Root 1 0 R/Prev TABLE"))
add(
    "pdf page as large as a town",
    ".pdf",
    lambda: page(about=b"/MediaBox[-1e30 -1e30 1e30 1e30]/UserUnit 1e30"),
)
add("pdf page without a size", ".pdf", lambda: page(about=b"/MediaBox[0 0 0 0]/Rotate 45"))
add(
    "pdf of two billion pages",
    ".pdf",
    lambda: page(pages=b"<</Type/Pages/Kids[3 0 R]/Count 2147483647>>"),
)
add("pdf of minus one page", ".pdf", lambda: page(pages=b"<</Type/Pages/Kids[3 0 R]/Count -1>>"))
add(
    "pdf one page 3,000 times",
    ".pdf",
    lambda: page(pages=b"<</Type/Pages/Kids[%s]/Count 3000>>" % (b"3 0 R " * 3_000)),
)
add("pdf bomb", ".pdf", lambda: page(deflated(b" " * 120_000_000)))
add("pdf bomb in a bomb", ".pdf", lambda: page(deflated(bytes(100_000_000), 3)))
add("pdf of two million letters", ".pdf", lambda: page(deflated(
    b"BT /F 12 Tf 50 700 Td " + b"(Rain fell.) Tj 0 -1 Td " * 200_000 + b"ET")))  # fmt: skip
add("pdf arrays in arrays", ".pdf", lambda: page(stream(b"[" * 500_000)))
add("pdf dictionaries in dictionaries", ".pdf", lambda: page(more=(b"<</A" * 200_000,)))
add(
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
add("pdf font of rubbish", ".pdf", lambda: page(
    font=b"<</Type/Font/Subtype/TrueType/BaseFont/A/FontDescriptor 6 0 R/ToUnicode 7 0 R>>",
    more=(b"<</Type/FontDescriptor/FontName/A/FontFile2 8 0 R>>",
          stream(b"beginbfrange <00> <ffffffff> <0000> endbfrange " * 1_000),
          stream(b"\0\1\0\0\xff\xff" + bytes(range(256)) * 40))))  # fmt: skip
add("pdf font in itself", ".pdf", lambda: page(
    font=b"<</Type/Font/Subtype/Type3/FontMatrix[1 0 0 1 0 0]/CharProcs<</a 4 0 R>>/Encoding"
    b"<</Differences[0/a]>>/FontBBox[0 0 9 9]/FirstChar 0/LastChar 200/Resources<</Font"
    b"<</F 5 0 R>>>>>>"))  # fmt: skip
add("pdf length below nothing", ".pdf", lambda: page(stream(_TEXT, length=-1)))
add("pdf length of a terabyte", ".pdf", lambda: page(stream(_TEXT, length=10**12)))
add("pdf that wants to act", ".pdf", lambda: pdf([
    b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/Launch/F(/bin/sh)/Next<</S/URI/URI"
    b"(http://127.0.0.1:9/)>>>>/AA<</WC<</S/JavaScript/JS(app.alert\\(1\\))>>>>>>",
    _PAGES, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"]))  # fmt: skip
add("pdf stream in another file", ".pdf", lambda: page(
    stream(b"", b"/F(/etc/passwd)/FFilter/ASCIIHexDecode")))  # fmt: skip
add("pdf catalogue is itself", ".pdf", lambda: pdf([b"1 0 R"]))
add("pdf without pages", ".pdf", lambda: pdf([_CATALOGUE, b"<</Type/Pages/Kids[]/Count 0>>"]))
add("pdf of a picture", ".pdf", lambda: page(stream(b"q 99 0 0 99 0 0 cm /X Do Q"), more=(
    stream(bytes(100), b"/Type/XObject/Subtype/Image/Width 10/Height 10/ColorSpace/DeviceGray"
                       b"/BitsPerComponent 8"),)))  # fmt: skip
add("pdf letters beyond Unicode", ".pdf", lambda: page(
    font=b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
    more=(stream(b"1 beginbfrange <00> <ff> <d800> endbfrange"),)))  # fmt: skip
add("pdf with a password", ".pdf", lambda: documents.pdf([[(50, 700, "Rain fell.")]], lock="a"))
add("pdf of its head only", ".pdf", lambda: b"%PDF-1.7\n")
add("pdf of rubbish", ".pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 2_000)
for _part in (2, 5, 9):
    add(
        f"pdf cut at {_part} tenths",
        ".pdf",
        cut(".pdf", _part),
    )


# --- HTML -----------------------------------------------------------------------------------

add("html nested deeply", ".html", lambda: b"<div>" * 200_000 + b"Rain fell.")
add("html tables in tables", ".html", lambda: b"<table><tr><td>" * 50_000 + b"Rain fell.")
add("html of 100,000 attributes", ".html", lambda: b"<p " + b" ".join(
    b"a%d=1" % i for i in range(100_000)) + b">Rain fell.")  # fmt: skip
add("html comment without end", ".html", lambda: b"<p>Rain<!--" + b"-" * 2_000_000)
add("html entities beyond Unicode", ".html", lambda: documents.html(
    ["&#xD800;&#x110000;&#99999999999999999999;&#0; Rain fell over the city."] * 9))  # fmt: skip
add("html that points elsewhere", ".html", lambda: documents.html(
    ["<base href='file:///etc/'><img src='passwd'><object data='file:///etc/passwd'></object>"
     "<link rel='import' href='http://127.0.0.1:9/'>Rain fell over the city."] * 9))  # fmt: skip
add("html of 5,000 paragraphs", ".html", lambda: documents.html(["Rain fell."] * 5_000))
add("html of one long word", ".html", lambda: documents.html(["a" * 10_000_000]))
add("html in UTF-7", ".html", lambda: b"<meta charset=utf-7>+ADw-script+AD4-x()+ADw-/script+AD4-")
add("html with NULs", ".html", lambda: b"<p>Ra\0in</p>" * 1_000)
add("html of damaged UTF-8", ".html", lambda: "<p>बारिश</p>".encode() * 50 + b"\xe0\xa4")
add("html dates without end", ".html", lambda: documents.html(
    [f"<time datetime='{'9' * 5_000}'>{'12/12/' * 5_000}</time>"] * 20))  # fmt: skip


# --- tables ---------------------------------------------------------------------------------


def row(**fields: object) -> bytes:
    return json.dumps(fields).encode() + b"\n"


add("csv of a million columns", ".csv", lambda: b"text," * 1_000_000 + b"\n" + b"a," * 1_000_000)
add("csv field of 25 MB", ".csv", lambda: b'text\n"' + b"a" * 25_000_000 + b'"\n')
add("csv with NULs", ".csv", lambda: b"text\n\0a\0b\n")
add("csv quotes that never close", ".csv", lambda: b'text\nfine\n"' + b"a\n" * 500_000)
add("csv quotes amid words", ".csv", lambda: b'text,n\n"he said "yes" to it",1\nfine,2\n')
add("csv of 100,000 blank rows", ".csv", lambda: b"text\n" + b"\n" * 100_000)
add("csv of 100,000 bad rows", ".csv", lambda: b"text,n\n" + b",1\n" * 100_000)
add("csv of names only", ".csv", lambda: b"text,title\n")
add("csv without names", ".csv", lambda: b"Rain fell,1\nSnow fell,2\n")
add("csv of rubbish", ".csv", lambda: bytes(range(1, 256)) * 400)
add("csv of commands", ".csv", lambda: b"text\n=cmd|' /C calc'!A0\n@SUM(1)\n")
add("csv half of UTF-16", ".csv", lambda: "text\nबारिश\n".encode("utf-16")[:-1])
add("csv separated by nothing", ".csv", lambda: b"sep=\n\n")
add("csv dates without end", ".csv", lambda: b"text,date\n" + b"a,%s\n" % (b"1/" * 500_000))
add("tsv of quotation marks", ".tsv", lambda: b"text\t" + b'"' * 1_000_001)
add("jsonl nested deeply", ".jsonl", lambda: b'{"text":' + b"[" * 100_000 + b"\n" + row(text="a"))
add("jsonl not a number", ".jsonl", lambda: b'{"text": "a", "n": NaN, "m": -Infinity}\n')
add("jsonl a number of 100,000 digits", ".jsonl", lambda: b'{"text":"a","n":%s}' % (b"9" * 100_000))
add("jsonl half a letter", ".jsonl", lambda: row(text="a \ud800", title="\udfff", date="\ud800"))
add(
    "jsonl a name twice",
    ".jsonl",
    lambda: b'{"text": "a", "text": {"text": "b"}}\n' + row(text="c"),
)
add("jsonl a list", ".jsonl", lambda: b'[{"text": "a"}]')
add("jsonl 100,000 names", ".jsonl", lambda: row(**{f"n{i}": i for i in range(100_000)}, text="a"))
add("jsonl NUL in a text", ".jsonl", lambda: row(text="a\0b", title="\0", author="\0"))
add("jsonl of broken lines", ".jsonl", lambda: b"{" * 100_000 + b"\n{" * 100_000)


# --- another format than the name says --------------------------------------------------------

add("pdf called docx", ".docx", lambda: documents.good()[".pdf"])
add("docx called pdf", ".pdf", lambda: documents.good()[".docx"])
add("docx called odt", ".odt", lambda: documents.good()[".docx"])
add("epub called docx", ".docx", lambda: documents.good()[".epub"])
add("docx called csv", ".csv", lambda: documents.good()[".docx"])
add("html called pdf", ".pdf", lambda: documents.good()[".html"])
add("picture called html", ".html", lambda: b"\x89PNG\r\n\x1a\n" + bytes(100))
add("program called jsonl", ".jsonl", lambda: b"\x7fELF" + bytes(100))
add("Excel called docx", ".docx", lambda: documents.zipped({"xl/workbook.xml": "<a/>"}))
