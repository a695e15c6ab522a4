"""CSV, TSV and JSON Lines: an article a row, and a line for a row that cannot be read."""

import json

import pytest

from index import tables
from index.errors import FileError

HEAD = "title,author,date,text\n"


def texts(found: tables.Read) -> dict[str, str]:
    return {article.name: article.text for article in found[0]}


def test_a_row_is_an_article_with_what_the_columns_state() -> None:
    data = f'{HEAD}"Rain, again",Sana Qadri,5 May 2023,"Rain fell.\nIt was ""cold""."\n'
    (article,), problems = tables.read_csv(data.encode())
    assert problems == {}
    assert article.text == 'Rain fell.\nIt was "cold".'
    assert article.name == "1"
    assert article.stated.title == "Rain, again"
    assert article.stated.author == "Sana Qadri"
    assert str(article.stated.date) == "2023-05-05"


@pytest.mark.parametrize(
    ("header", "title", "author", "date"),
    [
        ("text,title,author,date", True, True, True),
        ("Body,Headline,By-line,Published At", True, False, True),
        ("Article Text,heading,reporter,publish-date", True, True, True),
        ("लेख,शीर्षक,लेखक,दिनांक", True, True, True),
        ("पाठ,शीर्षक,संवाददाता,तारीख़", True, True, True),
        ("ख\u093cबर,,,", False, False, False),
        ("description,id,name,year", False, False, False),
        ("content, TITLE ,writer,pub_date", True, True, True),
    ],
)
def test_columns_are_told_by_their_names(
    header: str, title: bool, author: bool, date: bool
) -> None:
    (article,), _ = tables.read_csv(f"{header}\nRain fell.,Rain,Sana,06/05/2023\n".encode())
    assert article.text == "Rain fell."
    assert (article.stated.title is not None) is title
    assert (article.stated.author is not None) is author
    assert (article.stated.date is not None) is date


def test_the_best_named_of_several_columns_is_the_text() -> None:
    data = b"description,content,title\nshort,the whole article,Rain\n"
    assert texts(tables.read_csv(data)) == {"1": "the whole article"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_excel_writes_is_read(encoding: str, mark: str, end: str) -> None:
    lines = [mark.join(["शीर्षक", "लेख"]), mark.join(["वर्षा", '"बारिश हुई, तेज़; बहुत।"']), ""]
    data = end.join(lines).encode(encoding)
    assert texts(tables.read_csv(data)) == {"1": "बारिश हुई, तेज़; बहुत।"}


def test_excels_own_word_on_the_separator_is_obeyed() -> None:
    assert texts(tables.read_csv(b"sep=;\r\ntitle;text\r\na,b;Rain fell.\r\n")) == {
        "1": "Rain fell."
    }


def test_a_tsv_is_separated_by_tabs_whatever_else_is_in_it() -> None:
    data = b"a,b,c,text\ttext\nx,y\tRain fell.\n"
    assert texts(tables.read_tsv(data)) == {"1": "Rain fell."}


def test_bad_rows_cost_a_line_each_and_blank_ones_nothing() -> None:
    data = (
        "id,text\n1,Rain fell.\n2,\n,\n\n"
        '5,"He said "yes" to it",\n6,Rain fell, and snow.\n7,Snow fell.,,\n8,"it never ends\n9,x\n'
    )
    found = tables.read_csv(data.encode())
    assert texts(found) == {"1": "Rain fell.", "7": "Snow fell."}
    assert list(found[1]) == ["2", "5", "6", "8"]
    assert "holds nothing under 'text'" in found[1]["2"]
    assert "double the quotation marks" in found[1]["5"]
    assert "3 fields, the first line names 2 columns" in found[1]["6"]
    assert "all below it are not read" in found[1]["8"]
    assert all(reason.endswith(".") for reason in found[1].values())


def test_very_many_bad_rows_are_counted_and_not_listed() -> None:
    found = tables.read_csv(b"id,text\n0,Rain fell.\n" + b"1,\n" * 1_000)
    assert len(found[1]) == 101
    assert found[1]["1001"] == "900 more rows down to this one cannot be read."


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"id,name\n1,2\n", "'id', 'name'.*name it text, body, content or"),
        (b"id," * 50 + b"\n", "and 39 more"),
        (b"text\n", "no rows with a text"),
        (b"id,text\n1,\n2,\n", "row 1: holds nothing under 'text'"),
        (b"\nRain\n", "first line is blank"),
        (b"," * 2_000 + b"text\n", "2,001 columns"),
        (b'"text\nRain', "first line"),
    ],
)
def test_a_table_without_articles_says_what_it_lacks(data: bytes, said: str) -> None:
    with pytest.raises(FileError, match=said) as caught:
        tables.read_csv(data)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_an_object_a_line_is_an_article() -> None:
    rows: list[object] = [
        {"title": "वर्षा", "text": "बारिश हुई।\u2028तेज़।", "date": "2023-05-05T10:00:00Z", "n": 3},
        {"text": "Rain fell.", "title": None, "author": ["Sana"]},
    ]
    data = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (one, two), problems = tables.read_jsonl(data.encode())
    assert problems == {}
    assert (one.name, one.text, one.stated.title) == ("1", "बारिश हुई।\u2028तेज़।", "वर्षा")
    assert str(one.stated.date) == "2023-05-05"
    assert (two.name, two.text, two.stated.title, two.stated.author) == (
        "2", "Rain fell.", None, None,
    )  # fmt: skip


def test_bad_lines_cost_a_line_each_and_are_counted_as_an_editor_counts_them() -> None:
    data = b'{"text": "Rain fell."}\n\n{"text": \n[1]\n"a"\n{}\n{"text": 3}\n{"text": "Sun."}'
    found = tables.read_jsonl(data)
    assert texts(found) == {"1": "Rain fell.", "8": "Sun."}
    assert list(found[1]) == ["3", "4", "5", "7"]
    assert found[1]["3"] == "no JSON from character 11 on."


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'[{"text": "Rain."}]', "one list of JSON; write one object a line"),
        (b'{"id": 1}', "'id'.*name it text"),
        (b'{"text": ', "row 1|JSON"),
        (b"Rain fell.\n", "no JSON"),
    ],
)
def test_json_without_articles_says_what_it_lacks(data: bytes, said: str) -> None:
    with pytest.raises(FileError, match=said) as caught:
        tables.read_jsonl(data)
    assert str(caught.value).endswith(".")
