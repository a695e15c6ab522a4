"""Word and OpenDocument: what of a document is its text."""

import io
from collections.abc import Callable

import documents
import docx
import odfdo
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from index import office
from index.errors import FileError
from index.load import RawArticle

Read = Callable[[bytes], tuple[list[RawArticle], dict[str, str]]]
WRITERS: list[tuple[Callable[..., bytes], Read]] = [
    (documents.word, office.read_docx),
    (documents.odt, office.read_odt),
]


def read(data: bytes, reads: Read = office.read_docx) -> RawArticle:
    (article,), problems = reads(data)
    assert problems == {}
    return article


@pytest.mark.parametrize(("write", "reads"), WRITERS)
def test_paragraphs_are_kept_apart(write: Callable[..., bytes], reads: Read) -> None:
    texts = [*documents.HINDI, "", *documents.ENGLISH]
    article = read(write(texts), reads)
    assert article.text == "\n\n".join(filter(None, texts))
    assert article.pages == ()
    assert article.name == ""


@pytest.mark.parametrize(("write", "reads"), WRITERS)
@pytest.mark.parametrize(
    ("title", "author", "stated"),
    [
        ("गोवा में बारिश", "Sana Qadri", ("गोवा में बारिश", "Sana Qadri")),
        ("rain.docx", "python-docx", (None, None)),
        ("", "Windows User", (None, None)),
    ],
)
def test_only_a_plausible_title_and_author_are_taken(
    write: Callable[..., bytes],
    reads: Read,
    title: str,
    author: str,
    stated: tuple[str | None, str | None],
) -> None:
    found = read(write(["Rain fell."], title=title, author=author), reads).stated
    assert (found.title, found.author, found.date) == (*stated, None)


@pytest.mark.parametrize(("write", "reads"), WRITERS)
def test_a_document_without_text_says_so(write: Callable[..., bytes], reads: Read) -> None:
    with pytest.raises(FileError, match="holds no text"):
        reads(write(["", " "]))


def test_a_table_is_read_by_row() -> None:
    data = documents.word(["Runs:"], rows=[["Kohli", "82"], ["रोहित", "4"]])
    assert read(data).text == "Runs:\n\nKohli | 82\n\nरोहित | 4"


def saved(document: docx.document.Document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def with_paragraph(inner: str) -> bytes:
    document = docx.Document()
    spaces = nsdecls("w", "wp", "a") + (
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    )
    paragraph = parse_xml(f"<w:p {spaces}>{inner}</w:p>")
    document.element.body.insert(0, paragraph)
    return saved(document)


def run(text: str, tag: str = "t") -> str:
    return f'<w:r><w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (run("Rain ") + f"<w:ins w:id='1'>{run('fell')}</w:ins>{run('.')}", "Rain fell."),
        (f"{run('Rain ')}<w:del w:id='1'>{run('rose')}</w:del>{run('fell')}", "Rain fell"),
        (f"<w:moveFrom w:id='1'>{run('Snow')}</w:moveFrom>{run('Rain')}", "Rain"),
        (f"<w:hyperlink>{run('Rain')}</w:hyperlink>{run(' fell')}", "Rain fell"),
        (f"<w:sdt><w:sdtContent>{run('Rain')}</w:sdtContent></w:sdt>", "Rain"),
        (run(" PAGE ", "instrText") + run("Rain"), "Rain"),
        (f"{run('Rain')}<w:r><w:tab/></w:r>{run('fell')}", "Rain fell"),
        (f"{run('Rain')}<w:r><w:br/></w:r>{run('fell')}", "Rain\nfell"),
        (f"{run('Indo')}<w:r><w:noBreakHyphen/></w:r>{run('Pacific')}", "Indo\u2011Pacific"),
        (
            f"{run('Rain')}<w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p>{run('Box')}"
            f"</w:p></w:txbxContent></mc:Choice><mc:Fallback><w:p>{run('Box')}</w:p></mc:Fallback>"
            f"</mc:AlternateContent></w:r>{run(' fell')}",
            "Rain fell\n\nBox",
        ),
    ],
)  # fmt: skip
def test_a_docx_is_read_as_it_is_shown(inner: str, text: str) -> None:
    assert read(with_paragraph(inner)).text == text


NOTES = (
    '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:footnote><w:p><w:r><w:t>As the paper said.</w:t></w:r></w:p></w:footnote></w:footnotes>"
)


def test_footnotes_come_after_the_text_and_a_damaged_part_is_named() -> None:
    parts = documents.unzipped(documents.word(["Rain fell."], title="Rain over the city"))
    parts["word/footnotes.xml"] = NOTES.encode()
    article = read(documents.zipped(parts))
    assert article.text == "Rain fell.\n\nAs the paper said."
    parts["word/footnotes.xml"] = b"<"
    parts["docProps/core.xml"] = b"rubbish"
    (article,), problems = office.read_docx(documents.zipped(parts))
    assert article.text == "Rain fell."
    assert set(problems) == {"word/footnotes.xml", "docProps/core.xml"}
    assert all(reason.endswith(".") for reason in problems.values())


def test_an_odt_is_read_as_it_is_shown() -> None:
    document = odfdo.Document("text")
    body = document.body
    body.clear()
    body.append(odfdo.Header(1, "Rain in Goa"))
    spaced = odfdo.Paragraph("Rain")
    spaced.append(odfdo.Element.from_tag('<text:s text:c="3"/>'))
    spaced.append(odfdo.Element.from_tag("<text:span>fell</text:span>"))
    spaced.append(odfdo.Element.from_tag("<text:line-break/>"))
    spaced.append(
        odfdo.Element.from_tag("<office:annotation><text:p>why?</text:p></office:annotation>")
    )
    spaced.append(
        odfdo.Element.from_tag(
            "<text:note><text:note-citation>1</text:note-citation><text:note-body>"
            "<text:p>As the paper said.</text:p></text:note-body></text:note>"
        )
    )
    spaced.append(odfdo.Element.from_tag("<text:span>all day.</text:span>"))
    body.append(spaced)
    body.append(
        odfdo.Element.from_tag(
            "<text:list><text:list-item><text:p>one</text:p></text:list-item>"
            "<text:list-item><text:p>two</text:p></text:list-item></text:list>"
        )
    )
    body.append(
        odfdo.Element.from_tag(
            "<text:tracked-changes><text:changed-region><text:deletion><text:p>Snow</text:p>"
            "</text:deletion></text:changed-region></text:tracked-changes>"
        )
    )
    table = odfdo.Table("runs", width=2, height=1)
    table.set_values([["Kohli", "82"]])
    body.append(table)
    file = io.BytesIO()
    document.save(file)
    text = read(file.getvalue(), office.read_odt).text
    assert text.split("\n\n") == [
        "Rain in Goa", "Rain fell\nall day.", "one", "two", "Kohli | 82", "As the paper said.",
    ]  # fmt: skip
