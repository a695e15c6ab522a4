"""Answers become HTML in which nothing an article says can run."""

import datetime
from collections.abc import Sequence
from dataclasses import replace

import pytest
from outlines import HOSTILE, Outline

from index import Hit, Passage
from qa import page
from qa.turn import Scope, Turn, closed
from qa.types import Answer, AnswerLanguage, Citation, Excerpt, Sentence

TEXT = "रूस ने वादा किया। वह विशेष सैन्य उपकरण देगा। बाक़ी बातें बाद में होंगी।"
QUOTE = "वह विशेष सैन्य उपकरण देगा।"


def citation(
    number: int = 1,
    *,
    quote: str = QUOTE,
    source: str = "rus.txt",
    title: str | None = "रूस का वादा",
    date: datetime.date | None = datetime.date(2021, 4, 7),
) -> Citation:
    start = max(TEXT.find(quote), 0)
    return Citation(number, source, title, date, start, start + len(quote), quote)


def answer(
    text: str,
    *citations: Citation,
    language: AnswerLanguage = "hi",
    refused: bool = False,
    engine: str = "some-model",
    note: str | None = None,
    sentences: Sequence[Sentence] = (),
) -> Answer:
    written = (
        () if refused else tuple(sentences or [Sentence(text, tuple(c.number for c in citations))])
    )
    return Answer("?", text, refused, language, engine, citations, note, written)


def shown(given: Answer, hits: tuple[Hit, ...] = ()) -> Outline:
    turn = Turn(given.question, given.language, found=hits, answer=given)
    return Outline(page.conversation([turn]))


def hit(text: str = TEXT, source: str = "rus.txt", start: int = 0) -> Hit:
    passage = Passage(1, source, start, start + len(text), text, "रूस का वादा", None, "hi")
    return Hit(passage, 1.0)


def test_a_source_shows_its_number_title_date_file_and_the_quote_word_for_word() -> None:
    outline = shown(answer(f"{QUOTE} [1]", citation()))
    assert outline.texts["number"] == ["1"]
    assert outline.texts["cite"] == ["रूस का वादा"]
    assert outline.texts["date"] == ["7 अप्रैल 2021"]
    assert ("time", {"class": "date", "datetime": "2021-04-07"}) in outline.tags
    assert outline.texts["file"] == ["rus.txt"]
    assert outline.texts["mark"][-1] == QUOTE


@pytest.mark.parametrize(
    ("language", "date", "sources"),
    [
        ("hi", "7 अप्रैल 2021", "स्रोत"),
        ("en", "7 April 2021", "Sources"),
        ("hi-Latn", "7 April 2021", "Srot"),
    ],
)
def test_dates_and_labels_are_in_the_language_of_the_answer(
    language: AnswerLanguage, date: str, sources: str
) -> None:
    outline = shown(answer("x [1]", citation(), language=language))
    assert outline.texts["date"] == [date]
    assert outline.texts["h3"] == [sources]


def test_an_article_without_a_date_says_so_and_one_without_a_title_shows_its_file() -> None:
    outline = shown(answer("x [1]", citation(title=None, date=None)))
    assert outline.texts["date undated"] == ["तारीख़ नहीं मिली"]
    assert "cite" not in outline.texts
    assert outline.texts["file"] == ["rus.txt"]


def marks(outline: Outline) -> list[dict[str, str | None]]:
    return [attrs for tag, attrs in outline.tags if tag == "button" and attrs["class"] == "mark"]


def test_every_mark_is_a_button_that_names_the_source_of_its_number() -> None:
    written = [Sentence("One.", (1, 2)), Sentence("Two.", (2,))]
    cited = citation(1), citation(2, source="other.txt", title=None)
    outline = shown(answer("One. [1][2] Two. [2]", *cited, sentences=written))
    assert [
        (each["data-do"], each["data-turn"], each["data-number"]) for each in marks(outline)
    ] == [
        ("source", "0", "1"),
        ("source", "0", "2"),
        ("source", "0", "2"),
    ]
    assert [each["aria-label"] for each in marks(outline)[:2]] == [
        "स्रोत 1, रूस का वादा, 7 अप्रैल 2021",
        "स्रोत 2, other.txt, 7 अप्रैल 2021",
    ]
    assert outline.texts["answer"][0].replace("\N{WORD JOINER}\N{NO-BREAK SPACE}", "~") == (
        "One.~1~2 Two.~2"
    )


def test_every_source_can_be_opened_in_its_article() -> None:
    outline = shown(answer("x [1][2]", citation(1), citation(2), language="en"))
    opening = [attrs for tag, attrs in outline.tags if attrs.get("class") == "open"]
    assert [(each["data-do"], each["data-number"]) for each in opening] == [
        ("source", "1"),
        ("source", "2"),
    ]
    assert outline.texts["open"] == ["See it in the article"] * 2


def test_dates_that_differ_stand_above_the_answer_and_at_every_mark() -> None:
    later = citation(2, date=datetime.date(2023, 5, 5))
    undated = citation(3, date=None)
    written = [Sentence("One.", (1,)), Sentence("Two.", (2, 3))]
    outline = shown(answer("…", citation(1), later, undated, language="en", sentences=written))
    assert outline.texts["days"] == [
        "These are of different dates: 7 April 2021, 5 May 2023, no date found"
    ]
    assert outline.texts["mark"][:3] == [
        "1 · 7 April 2021",
        "2 · 5 May 2023",
        "3 · no date found",
    ]


def test_dates_that_are_the_same_stand_with_the_sources_only() -> None:
    outline = shown(answer("x [1][2]", citation(1), citation(2)))
    assert "days" not in outline.texts
    assert outline.texts["mark"][:2] == ["1", "2"]


def test_one_date_alone_differs_from_no_other() -> None:
    outline = shown(answer("x [1][2]", citation(1), citation(2, date=None), language="en"))
    assert "days" not in outline.texts
    assert outline.texts["mark"][:2] == ["1 · 7 April 2021", "2 · no date found"]


def test_what_nothing_bears_out_stands_apart_and_says_so() -> None:
    written = [Sentence("One.", (1,)), Sentence("Made up.", ()), Sentence("Two.", (1,))]
    outline = shown(answer("One. [1] Two. [1]", citation(), language="en", sentences=written))
    assert outline.texts["unsupported"] == ["Not borne out by the articles: Made up."]
    assert [text[:4] for text in outline.texts["answer"]] == ["One.", "Two."]


def test_the_question_that_a_follow_up_was_taken_for_is_shown() -> None:
    turn = Turn("कब?", "hi", found=(), standalone="लावरोव कब आए?")
    for each in (turn, replace(turn, answer=answer("x", citation()))):
        outline = Outline(page.conversation([each]))
        assert outline.texts["standalone"] == ["आपका सवाल इस तरह समझा गया: लावरोव कब आए?"]


@pytest.mark.parametrize(
    ("language", "place", "status"),
    [
        ("en", 1, "The model is busy; 1 ahead of yours"),
        ("en", 3, "The model is busy; 3 ahead of yours"),
        ("hi", 1, "मॉडल अभी दूसरे सवालों के जवाब दे रहा है; आपसे पहले 1 सवाल और है"),
        ("hi", 3, "मॉडल अभी दूसरे सवालों के जवाब दे रहा है; आपसे पहले 3 सवाल और हैं"),
        (
            "hi-Latn",
            1,
            "Model abhi doosre sawalon ke jawab de raha hai; aapse pehle 1 sawal aur hai",
        ),
    ],
)
def test_who_stands_in_line_for_the_model_is_told_how_many_are_before(
    language: AnswerLanguage, place: int, status: str
) -> None:
    outline = Outline(page.conversation([Turn("?", language, found=(), place=place)]))
    assert outline.texts["status working"] == [status]


def test_marks_of_two_questions_do_not_lead_to_each_others_sources() -> None:
    turn = Turn("?", "hi", found=(), answer=answer("x [1]", citation()))
    outline = Outline(page.conversation([turn, turn], 4))
    assert [each["data-turn"] for each in marks(outline)] == ["5", "4"]


def test_a_bracketed_number_in_a_sentence_is_the_articles_own() -> None:
    quoted = [Sentence("He said so.[2] And left.", (1,)), Sentence("She stayed.", (2,))]
    given = answer("…", citation(1), citation(2), engine="extract", sentences=quoted)
    outline = shown(given)
    assert [each["data-number"] for each in marks(outline)] == ["1", "2"]
    assert "[2]" in outline.texts["answer"][0]
    assert len(outline.texts["answer"]) == 2


def test_a_quote_is_shown_within_its_paragraph() -> None:
    outline = shown(answer("x [1]", citation()), (hit(),))
    assert outline.texts["blockquote"] == [TEXT]
    assert outline.texts["mark"][-1] == QUOTE


def test_what_stands_around_a_quote_ends_at_its_paragraph() -> None:
    text = f"शीर्षक\nपहला। {QUOTE} तीसरा।\n\nअगला।"
    start = text.index(QUOTE)
    cited = Citation(1, "rus.txt", None, None, 40 + start, 40 + start + len(QUOTE), QUOTE)
    assert page.around(cited, [hit(text, start=40).passage]) == ("पहला। ", " तीसरा।")


def test_what_stands_around_a_quote_is_cut_between_words() -> None:
    words = " ".join(f"word{number:03}" for number in range(100))
    text = f"{words} {QUOTE} {words}"
    start = text.index(QUOTE)
    cited = Citation(1, "rus.txt", None, None, start, start + len(QUOTE), QUOTE)
    before, after = page.around(cited, [hit(text).passage])
    assert before.startswith("… word")
    assert before.endswith("word099 ")
    assert after.startswith(" word000")
    assert after.endswith(" …")
    assert words.startswith(after[1:-2])
    assert len(before) < 130


def test_a_source_names_its_page_and_the_other_files_with_the_same_text() -> None:
    cited = replace(citation(), page=3, also_in=("copy <b>.txt",))
    leaves: dict[AnswerLanguage, str] = {
        "hi": "पृष्ठ 3",
        "en": "page 3",
        "hi-Latn": "prishth 3",
    }
    for language, leaf in leaves.items():
        html = page.conversation(
            [Turn("?", language=language, answer=answer("x [1]", cited, language=language))]
        )
        assert f'rus.txt</bdi> <span class="leaf">{leaf}</span>' in html
        assert "copy &lt;b&gt;.txt" in html
    plain = page.conversation([Turn("?", answer=answer("x [1]", citation()))])
    assert "leaf" not in plain
    assert "also" not in plain


def test_a_quote_from_elsewhere_stands_alone() -> None:
    assert page.around(citation(source="other.txt"), [hit().passage]) == ("", "")


def test_a_quote_from_what_an_earlier_question_was_shown_stands_in_its_paragraph_too() -> None:
    given = replace(answer("x [1]", citation()), shown=(Excerpt(hit().passage, ((0, 10),)),))
    outline = shown(given, (hit("और कुछ।", "other.txt"),))
    assert outline.texts["blockquote"] == [TEXT]


def test_a_refusal_says_what_was_searched_and_offers_the_nearest_passages() -> None:
    hits = tuple(hit(f"अंश {number}। {TEXT}", f"{number}.txt") for number in range(5))
    given = answer("जवाब नहीं मिला।", refused=True)
    outline = Outline(
        page.conversation([Turn("?", "hi", found=hits, answer=given, scope=Scope(articles=12))])
    )
    assert outline.texts["refused"] == ["जवाब नहीं मिला।"]
    assert outline.texts["searched"][0].strip() == "खोजे गए लेख: 12।"
    assert outline.texts["h3"] == ["सबसे मिलते-जुलते अंश"]
    assert outline.texts["file"] == ["0.txt", "1.txt", "2.txt"]
    assert outline.texts["blockquote"][1] == f"अंश 1। {TEXT}"
    opening = [attrs for _, attrs in outline.tags if attrs.get("class") == "open"]
    assert [(each["data-do"], each["data-number"]) for each in opening] == [
        ("passage", "0"),
        ("passage", "1"),
        ("passage", "2"),
    ]
    assert "mark" not in outline.texts


def test_a_refusal_with_nothing_near_says_so() -> None:
    outline = shown(answer("No.", refused=True, language="en"))
    assert outline.texts["status"] == ["No passage comes near it."]
    assert "searched" not in outline.texts


def test_a_long_passage_under_a_refusal_is_cut_between_words() -> None:
    text = " ".join(f"word{number:03}" for number in range(100))
    outline = shown(answer("No.", refused=True, language="en"), (hit(text),))
    [cut] = outline.texts["blockquote"]
    assert cut.endswith(" …")
    assert text.startswith(cut[:-2])
    assert 250 < len(cut) < 330


@pytest.mark.parametrize("refused", [False, True])
def test_what_narrowed_a_question_is_said_with_its_answer(refused: bool) -> None:
    scope = Scope(
        datetime.date(2023, 5, 1), datetime.date(2023, 5, 9), ("hi",), ("a <b>.txt", "c.txt"), 3
    )
    cited = () if refused else (citation(),)
    given = answer("x", *cited, refused=refused, language="en")
    outline = Outline(page.conversation([Turn("?", "en", found=(), answer=given, scope=scope)]))
    assert outline.texts["searched"] == [
        "Of the 3 articles here, these were searched: only articles in Hindi; from 1 May 2023; "
        "up to 9 May 2023; without articles that have no date; only these files: a <b>.txt, c.txt"
    ]


def test_a_note_on_how_the_answer_came_about_stands_before_it() -> None:
    outline = shown(answer("x [1]", citation(), note="सिर्फ़ उद्धरण।"))
    assert outline.texts["note"] == ["सिर्फ़ उद्धरण।"]


@pytest.mark.parametrize("engine", ["extract", "some-model"])
def test_markup_in_an_article_stays_text(engine: str) -> None:
    hostile = citation(quote=HOSTILE, source=HOSTILE, title=HOSTILE)
    given = answer(f"{HOSTILE} [1]", hostile, engine=engine, note=HOSTILE)
    turn = Turn(HOSTILE, "en", found=(hit(HOSTILE, HOSTILE),), answer=given)
    outline = Outline(page.conversation([turn]))
    plain = shown(answer("x [1]", citation(), engine=engine, note="y"))
    assert {tag for tag, _ in outline.tags} == {tag for tag, _ in plain.tags}
    assert not [name for _, attrs in outline.tags for name in attrs if name.startswith("on")]
    for name in ("h2", "note", "cite", "file", "blockquote"):
        assert outline.texts[name] == [HOSTILE]
    assert outline.texts["mark"][-1] == HOSTILE


def test_markup_in_a_half_written_answer_or_an_error_stays_text() -> None:
    for turn in (Turn("?", found=(), draft=HOSTILE), Turn("?", draft=HOSTILE, problem=HOSTILE)):
        outline = Outline(page.conversation([turn]))
        assert {tag for tag, _ in outline.tags} <= {"article", "h2", "div", "p"}


def test_a_translation_key_of_gradio_in_an_article_stays_text() -> None:
    # Gradio replaces __i18n__{"key": …} in what it shows, without escaping.
    html = page.conversation([Turn('__i18n__{"key": "ask"}')])
    assert '__i18n__{"' not in html


def test_a_file_name_of_broken_bytes_can_be_shown() -> None:
    html = page.conversation(
        [Turn("?", found=(), answer=answer("x [1]", citation(source="bad\udcff.txt")))]
    )
    assert "bad?.txt" in html
    html.encode("utf-8")


def test_of_a_question_that_is_too_long_to_be_asked_only_the_beginning_is_repeated() -> None:
    outline = Outline(page.conversation([Turn("क्यों " * 500, problem="Too long.")]))
    assert len(outline.texts["long"][0]) < 330
    assert outline.texts["long"][0].endswith("क्यों …")
    # One that was asked, and whose answer failed, is shown whole.
    outline = Outline(page.conversation([Turn("why " * 400, found=(), problem="No memory.")]))
    assert outline.texts["long"][0].split() == ["why"] * 400


def test_the_latest_question_stands_first() -> None:
    outline = Outline(page.conversation([Turn("first"), Turn("second")]))
    assert outline.texts["h2"] == ["second", "first"]


@pytest.mark.parametrize(
    ("turn", "status"),
    [
        (Turn("?", "hi"), "लेखों में खोजा जा रहा है…"),
        (Turn("?", "en", found=()), "Writing the answer…"),
        (Turn("?", "hi-Latn", found=(), draft="Rus ne"), "Jawab likha ja raha hai…"),
    ],
)
def test_an_unfinished_answer_says_what_is_being_done(turn: Turn, status: str) -> None:
    outline = Outline(page.conversation([turn]))
    assert outline.texts["status working"] == [status]
    assert {"class": "reply", "aria-busy": "true"} in [attrs for _, attrs in outline.tags]


def test_a_stopped_answer_keeps_what_was_written() -> None:
    outline = Outline(page.conversation([closed(Turn("?", "en", found=(), draft="Russia"))]))
    assert outline.texts["answer"] == ["Russia"]
    assert outline.texts["status"] == ["The answer was stopped."]


def test_a_finished_or_stopped_answer_stays_as_it_is() -> None:
    finished = Turn("?", found=(), answer=answer("x [1]", citation()))
    stopped = closed(Turn("?"))
    assert closed(finished) == finished
    assert closed(stopped) == stopped
    assert stopped.stopped
