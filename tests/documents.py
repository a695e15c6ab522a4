"""Real files of every format, written by the libraries that others write them with."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import docx
import odfdo
from fontTools.ttLib import TTFont as Font
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONT = Path(__file__).parent.parent / "qa" / "fonts" / "NotoSansDevanagari.woff2"
FORMATS = (".html", ".pdf", ".docx", ".odt", ".epub", ".csv", ".tsv", ".jsonl")
HINDI = (
    "रूस के विदेश मंत्री सर्गेई लावरोव ने इस्लामाबाद में कहा कि रूस पाकिस्तान को विशेष सैन्य उपकरण देगा।",
    "दोनों देश साझा अभ्यास भी करेंगे और ऊर्जा क्षेत्र में सहयोग बढ़ाएंगे।",
    "प्रधानमंत्री ने क्षेत्रीय शांति व शिक्षा और कृषि पर ज़ोर दिया।",
)
ENGLISH = (
    "Rain fell over the city on Monday, and the river rose by a metre in the night.",
    "The water reached the market in the morning, and 200 families left their houses.",
)


@cache
def devanagari() -> str:
    """Register the page's font with ReportLab, whole and unpacked; gives its name there."""
    font = Font(FONT)
    font.flavor = None
    unpacked = io.BytesIO()
    font.save(unpacked)
    unpacked.seek(0)
    pdfmetrics.registerFont(TTFont("Devanagari", unpacked, shapable=True))
    return "Devanagari"


def pdf(
    pages: Sequence[Sequence[tuple[float, float, str]]],
    *,
    title: str = "",
    author: str = "",
    size: float = 11,
    hindi: bool = False,
    lock: str | None = None,
    pack: bool = True,
) -> bytes:
    """Write pages of lines, each with the point it begins at, from the left and from the foot."""
    file = io.BytesIO()
    canvas = Canvas(file, encrypt=lock, pageCompression=int(pack))
    canvas.setTitle(title)
    canvas.setAuthor(author)
    for page in pages:
        canvas.setFont(devanagari() if hindi else "Helvetica", size)
        for left, foot, text in page:
            canvas.drawString(left, foot, text, shaping=hindi)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def word(
    paragraphs: Sequence[str],
    *,
    rows: Sequence[Sequence[str]] = (),
    title: str = "",
    author: str = "",
) -> bytes:
    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.author = author
    for text in paragraphs:
        document.add_paragraph(text)
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for i, row in enumerate(rows):
            for j, text in enumerate(row):
                table.cell(i, j).text = text
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def odt(paragraphs: Sequence[str], *, title: str = "", author: str = "") -> bytes:
    document = odfdo.Document("text")
    document.body.clear()
    for text in paragraphs:
        document.body.append(odfdo.Paragraph(text))
    document.meta.title = title
    document.meta.creator = author
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    """Write a ZIP archive of these parts; one called mimetype is not packed, as EPUB wants it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, kind)
    return file.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="{}" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def epub_parts(chapters: Mapping[str, str], about: str = "") -> dict[str, bytes | str]:
    """List the parts of a book whose chapters are HTML bodies by name."""
    items = "".join(
        f'<item id="c{i}" href="{name}" media-type="application/xhtml+xml"/>'
        for i, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{i}"/>' for i in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/">{about}</metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    pages = {
        f"OEBPS/{name}": '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>'
        f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head>'
        f"<body>{body}</body></html>"
        for name, body in chapters.items()
    }
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER.format("OEBPS/book.opf"),
        "OEBPS/book.opf": package,
        **pages,
    }


def epub(chapters: Mapping[str, str], about: str = "") -> bytes:
    return zipped(epub_parts(chapters, about))


def html(paragraphs: Sequence[str], title: str = "Rain") -> bytes:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head><body>"
        f"<nav><a href='/'>Home</a></nav><article><h1>{title}</h1>{body}</article></body></html>"
    ).encode()


def table(rows: Sequence[Mapping[str, str]], delimiter: str) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


@cache
def good() -> dict[str, bytes]:
    """Write one good file of every format that is read in the other process, by suffix."""
    texts = [*HINDI, *ENGLISH]
    rows = [
        {"title": f"Rain {i}", "date": "5 May 2023", "text": each} for i, each in enumerate(texts)
    ]
    lines = [(60.0, 700.0 - 15 * i, text) for i, text in enumerate(ENGLISH)]
    return {
        ".html": html(texts),
        ".pdf": pdf([lines, lines[::-1]], title="Rain over the city", author="Sana Qadri"),
        ".docx": word(texts, rows=[["run", "रन"], ["4", "6"]], title="Rain over the city"),
        ".odt": odt(texts, title="Rain over the city"),
        ".epub": epub(
            {"one.xhtml": f"<h1>Rain</h1><p>{HINDI[0]}</p>", "two.xhtml": f"<p>{ENGLISH[0]}</p>"},
            "<dc:title>Rain over the city</dc:title><dc:creator>Sana Qadri</dc:creator>",
        ),
        ".csv": table(rows, ",").encode(),
        ".tsv": table(rows, "\t").encode("utf-16"),
        ".jsonl": "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode(),
    }
