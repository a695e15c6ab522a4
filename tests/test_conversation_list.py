"""The list of conversations: what can be done with each, in the reader's language."""

import datetime

import pytest
from outlines import HOSTILE, Outline

from qa.conversation_list import LISTED, listed
from qa.conversations import Heading
from qa.look import Language

WHEN = datetime.datetime(2023, 5, 5, 12, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("language", "count", "deeds"),
    [
        ("en", "2 questions", ("Rename", "Download", "Delete")),
        ("hi", "2 सवाल", ("नाम बदलिए", "डाउनलोड कीजिए", "मिटाइए")),
    ],
)
def test_each_can_be_opened_renamed_taken_along_and_deleted(
    language: Language, count: str, deeds: tuple[str, str, str]
) -> None:
    outline = Outline(listed([Heading("id-1", "लावरोव", WHEN, 2)], language))
    assert outline.texts["title"] == ["लावरोव"]
    assert count in outline.texts["about"][0]
    said = [text for tag in ("summary", "a") for text in outline.texts[tag]]
    assert sorted(said) == sorted(deeds)
    does = {attrs["data-do"]: attrs["data-id"] for _, attrs in outline.tags if "data-do" in attrs}
    assert does == {"open": "id-1", "rename": "id-1", "delete": "id-1"}
    [link] = [attrs for tag, attrs in outline.tags if tag == "a"]
    assert link["href"] == "conversations/id-1.md"


def test_every_deed_says_which_conversation_it_is_for() -> None:
    outline = Outline(listed([Heading("1", "Goa", WHEN, 1)], "en"))
    named = [attrs["aria-label"] for tag, attrs in outline.tags if tag in ("summary", "a")]
    assert named == ["Rename: Goa", "Download: Goa", "Delete: Goa"]


def test_markup_in_a_name_stays_text() -> None:
    outline = Outline(listed([Heading(HOSTILE, HOSTILE, WHEN, 1)], "en", HOSTILE))
    plain = Outline(listed([Heading("1", "Goa", WHEN, 1)], "en", "x"))
    assert [tag for tag, _ in outline.tags] == [tag for tag, _ in plain.tags]
    assert outline.texts["title"] == outline.texts["problem"] == [HOSTILE]


def test_where_there_is_none_the_list_says_how_there_will_be_one() -> None:
    assert "first question" in Outline(listed([], "en")).texts["none"][0]


def test_a_list_that_is_not_whole_says_so() -> None:
    headings = [Heading(str(number), "Goa", WHEN, 1) for number in range(LISTED + 1)]
    outline = Outline(listed(headings, "en"))
    assert len(outline.texts["title"]) == LISTED
    assert f"the latest {LISTED}" in outline.texts["about"][-1]
    assert "latest" not in Outline(listed(headings[1:], "en")).texts["about"][-1]
