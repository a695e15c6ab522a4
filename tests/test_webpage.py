"""Saved web pages: the article's text, and what the page states of it."""

import pytest

from index import webpage
from index.errors import FileError
from index.load import RawArticle


def parse(data: bytes) -> RawArticle:
    (article,), problems = webpage.read(data)
    assert problems == {}
    return article


def is_one_clear_sentence(message: str) -> bool:
    return message.endswith(".") and "\n" not in message and "Error" not in message


def html(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


STORY = "".join(
    f"<p>रूस के विदेश मंत्री ने कहा कि वे {n} बार पाकिस्तान जाएंगे और बात करेंगे।</p>" for n in range(9)
)


def test_html_yields_the_articles_text_and_what_the_page_states() -> None:
    head = (
        '<meta charset="utf-8"><meta property="og:title" content="रूस का वादा">'
        '<meta name="author" content="Sana Qadri">'
        '<meta property="article:published_time" content="2021-04-07T14:27:42+05:30">'
    )
    page = f"<nav><a href='/'>Home</a></nav><article><h1>रूस का वादा</h1>{STORY}</article>"
    raw = parse(html(page, head))
    assert "वे 3 बार पाकिस्तान जाएंगे" in raw.text
    assert "<" not in raw.text
    assert raw.stated.title == "रूस का वादा"
    assert raw.stated.author == "Sana Qadri"
    assert str(raw.stated.date) == "2021-04-07"


def test_html_without_a_stated_date_has_none() -> None:
    assert parse(html(f"<article>{STORY}</article>")).stated.date is None


def test_html_with_an_encoding_declaration_is_read() -> None:
    page = b'<?xml version="1.0" encoding="UTF-8"?>\n' + html(f"<article>{STORY}</article>")
    assert "पाकिस्तान" in parse(page).text


@pytest.mark.parametrize("page", [b"<html></html>", b"<", html(""), html("<script>x()</script>")])
def test_a_page_without_an_article_says_so(page: bytes) -> None:
    with pytest.raises(FileError, match="no article text") as caught:
        parse(page)
    assert is_one_clear_sentence(str(caught.value))
