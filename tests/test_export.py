"""A conversation as Markdown: what it holds, and that other people's text shows as text."""

import datetime
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from qa.export import file_name, markdown
from qa.turn import Turn
from qa.types import Answer, AnswerLanguage, Citation, Sentence

ASKED = "Where did the vaccine drive begin?"
CITATIONS = (
    Citation(
        1,
        "goa/drive.pdf",
        "Vaccine drive begins",
        datetime.date(2023, 5, 5),
        40,
        71,
        "Doctors in Goa began a vaccine\ndrive.",
        3,
        ("copy.pdf",),
    ),
    Citation(2, "notes.txt", None, None, 0, 12, "It was warm."),
)
ANSWER = Answer(
    ASKED,
    "In Goa. [1] It was warm. [1] [2]",
    False,
    "en",
    "tiny",
    CITATIONS,
    "The answer was cut short.",
    (
        Sentence("In Goa.", (1,)),
        Sentence("It was warm.", (1, 2)),
        Sentence("Nobody came.", ()),
    ),
)
TURN = Turn(ASKED, standalone="Where did it begin in 2023?", answer=ANSWER)
OURS = {
    *("heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline"),
    *("blockquote_open", "blockquote_close", "text", "code_inline", "em_open", "em_close"),
    *("strong_open", "strong_close"),
}
LINKED = re.compile(r"https?://|ftp://|www\.|\S@\S|(?:mailto|xmpp):", re.IGNORECASE)


def rendered(text: str) -> list[Token]:
    """Read Markdown as CommonMark and GitHub do; only what Khabar writes itself may be in it."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = parser.parse(text)
    assert {token.type for token in tokens} <= OURS
    for token in tokens:
        for child in token.children or ():
            assert child.type in OURS
            assert child.type != "text" or not LINKED.search(child.content)
    return tokens


def shown(text: str) -> list[str]:
    """List what a reader sees, block by block."""
    return [
        "".join(child.content for child in token.children or ())
        for token in rendered(text)
        if token.type == "inline"
    ]


def line(text: str) -> str:
    """Put a text as it is to be seen: on one line, with what nothing can show replaced."""
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
    return " ".join(whole.split())


def test_a_conversation_has_its_questions_answers_and_sources() -> None:
    assert markdown("Goa", [TURN]) == (
        "# Goa\n\n"
        "## Where did the vaccine drive begin?\n\n"
        "*Taken to mean:* Where did it begin in 2023?\n\n"
        "*The answer was cut short.*\n\n"
        "In Goa. \\[1\\] It was warm. \\[1\\] \\[2\\]\n\n"
        "*Not borne out by the articles:* Nobody came.\n\n"
        "**Sources**\n\n"
        "\\[1\\] Vaccine drive begins · 5 May 2023 · `goa/drive.pdf` · page 3 · characters 40–71"
        " · also in `copy.pdf`\n\n"
        "> Doctors in Goa began a vaccine drive.\n\n"
        "\\[2\\] no date found · `notes.txt` · characters 0–12\n\n"
        "> It was warm.\n"
    )


def test_what_is_seen_of_it_is_what_the_page_shows() -> None:
    blocks = shown(markdown("Goa", [TURN]))
    assert blocks[:2] == ["Goa", ASKED]
    assert "In Goa. [1] It was warm. [1] [2]" in blocks
    assert blocks[-1] == "It was warm."


def test_quotes_are_a_paragraph_each() -> None:
    quotes = replace(ANSWER, engine="extract", note=None, sentences=ANSWER.sentences[:2])
    assert shown(markdown("", [Turn(ASKED, answer=quotes)]))[1:3] == [
        "In Goa. [1]",
        "It was warm. [1] [2]",
    ]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("hi", ["स्रोत", "5 मई 2023", "पृष्ठ 3", "अक्षर 40–71", "तारीख़ नहीं मिली", "पुष्टि नहीं हुई"]),
        ("en", ["Sources", "5 May 2023", "page 3", "characters 40–71", "no date found"]),
        ("hi-Latn", ["Srot", "5 May 2023", "prishth 3", "akshar 40–71", "tareekh nahin mili"]),
    ],
)
def test_labels_are_in_the_answers_language(language: AnswerLanguage, expected: list[str]) -> None:
    said = markdown("", [Turn(ASKED, language, answer=replace(ANSWER, language=language))])
    assert [label for label in expected if label not in said] == []


def test_a_refusal_is_what_was_answered() -> None:
    refused = Answer(ASKED, "These articles do not answer this question.", True, "en", "x", ())
    assert shown(markdown("", [Turn(ASKED, answer=refused)])) == [ASKED, refused.text]


def test_an_answer_that_was_stopped_is_told_from_one_that_was_checked() -> None:
    turns = [Turn("Why?", draft="Because.\n\nOr not.", stopped=True), Turn("Who?")]
    assert shown(markdown("", turns)) == [
        "Why?",
        "An unfinished draft, not checked against the articles:",
        "Because.",
        "Or not.",
        "The answer was stopped.",
        "Who?",
        "The answer was stopped.",
    ]


def test_a_problem_stands_in_place_of_the_answer() -> None:
    assert shown(markdown("", [Turn("Why?", problem="The model is not here.")])) == [
        "Why?",
        "The model is not here.",
    ]


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt; &amp; &#60; &nbsp;",
    "[click](javascript:alert(1))",
    "![](http://example.com/track.png)",
    "[a]: http://example.com 'title'",
    "<http://example.com> <a@example.com>",
    "see http://example.com/a_b_c, www.example.com or a@example.com.",
    "HTTPS://EXAMPLE.COM WWW.example.com ftp://x.y mailto:a xmpp:b@c //example.com",
    "www.a`<script>alert(1)</script>`www.b",
    "# no heading #",
    "===",
    "---",
    "- no item",
    "+ no item",
    "* no item",
    "1. no item",
    "12) no item",
    "> no quote",
    "```\nno code\n```",
    "~~~",
    "    no code",
    "`a` ``b`` \\`c\\`",
    "| a | b |\n|---|---|\n| c | d |",
    "*no* _emphasis_ **at** __all__ ~~here~~ ***x***",
    "a\\",
    "\\\\*a*",
    "a  \nb\\\nc",
    "$x$ \\(y\\) {.class} :smile: [^1] [x] [ ]",
    "<!-- no comment -->",
    "<?php ?> <![CDATA[x]]> <!DOCTYPE html>",
    "एक*दो*तीन _चार_",
]


def everywhere(text: str) -> tuple[str, list[str]]:
    """Put a text wherever other people's can stand; returns that, and what is to be seen of it."""
    source = replace(CITATIONS[0], source=text, title=text, quote=text, also_in=(text,))
    sentences = (Sentence(text, (1,)), Sentence(text, ()))
    answer = replace(ANSWER, citations=(source,), note=text, sentences=sentences)
    turns = [
        Turn(text, standalone=text, answer=answer),
        Turn(text, draft=text.replace("\n", " "), problem=text),
    ]
    seen = line(text)
    about = f"[1] {seen} · 5 May 2023 · {seen} · page 3 · characters 40–71 · also in {seen}"
    return markdown(text, turns), [
        seen,
        seen,
        f"Taken to mean: {seen}",
        seen,
        f"{seen} [1]",
        f"Not borne out by the articles: {seen}",
        "Sources",
        about,
        seen,
        seen,
        "An unfinished draft, not checked against the articles:",
        seen,
        seen,
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_other_peoples_text_shows_as_text(text: str) -> None:
    written, expected = everywhere(text)
    assert shown(written) == expected


MARKUP = st.lists(
    st.sampled_from(
        [*"*_`\\<>[]()!#&~|-+=:/@.1aक \n\t", "www.", "http://", "<b>", "&lt;", "\\`", "```"]
    ),
    max_size=14,
).map("".join)


@settings(max_examples=4 * settings().max_examples)
@given(MARKUP | st.text(max_size=20))
def test_any_text_shows_as_text(text: str) -> None:
    text = f"{text}."  # some of it is seen wherever it stands
    written, expected = everywhere(text)
    assert shown(written) == expected
    written.encode("utf-8")


def test_a_name_with_a_dot_is_not_taken_for_an_address() -> None:
    assert "example\\.com" in markdown("example.com", [])


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("गोवा में टीका कब लगा?", "गोवा-में-टीका-कब-लगा.md"),
        ("Who won: India / Pakistan?", "Who-won-India-Pakistan.md"),
        ("../../etc/passwd", "etc-passwd.md"),
        ("..", "khabar.md"),
        ("", "khabar.md"),
        ("🙂", "khabar.md"),
        ("CON", "khabar-CON.md"),
        ("com1", "khabar-com1.md"),
        ("a\0b\u202egpj.\udcff", "a-b-gpj.md"),
        ("क्\u200dष", "क्\u200dष.md"),
        ("word " * 30, "-".join(["word"] * 12) + ".md"),
        ("\U00020000" * 90, "\U00020000" * 60 + ".md"),
    ],
)
def test_a_conversations_file_is_named_by_its_letters(title: str, name: str) -> None:
    assert file_name(title) == name


@settings(max_examples=4 * settings().max_examples)
@given(st.text())
def test_any_title_makes_a_name_that_a_system_takes(title: str) -> None:
    name = file_name(title)
    assert name == name.strip()
    assert name.endswith(".md")
    assert not name.startswith((".", "-"))
    assert len(name.encode("utf-8")) <= 255
    assert not set(name) & set('/\\:*?"<>|\0\n')
