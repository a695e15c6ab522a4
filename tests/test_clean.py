"""Page furniture is told from the article, line by line, without changing a character."""

from pathlib import Path

import pytest

from index.clean import Kind, author, body_runs, classify, headline

DATA = Path(__file__).parent / "data"
FURNITURE = (DATA / "furniture.txt").read_text("utf-8").splitlines()
SENTENCES = (DATA / "not_furniture.txt").read_text("utf-8").splitlines()
HEADLINE = "रूस और पाकिस्तान की वार्ता आज हुई"
PARAGRAPH = (
    "रूस के विदेश मंत्री सर्गेई लावरोव ने बुधवार को यहां पाकिस्तान के विदेश मंत्री से मुलाकात की और कई "
    "मुद्दों पर बात की।"
)


def kinds(text: str) -> dict[str, str]:
    return {line.text: line.kind.value for line in classify(text)}


def page(*lines: str, above: int = 4, below: int = 4) -> str:
    return "\n\n".join([HEADLINE, *[PARAGRAPH] * above, *lines, *[PARAGRAPH] * below])


@pytest.mark.parametrize("line", FURNITURE)
def test_what_saved_news_pages_carry_around_the_article_is_furniture(line: str) -> None:
    assert kinds(page(line))[line] == "furniture"


@pytest.mark.parametrize("line", SENTENCES)
def test_a_sentence_that_only_resembles_furniture_stays_in_the_article(line: str) -> None:
    assert kinds(page(line))[line] == "body"


def test_both_encodings_of_nukta_letters_are_recognised() -> None:
    for dot in ("पढ\u093cें", "प\u095dें"):
        assert kinds(page(f"यह भी {dot}: रूस का दौरा"))[f"यह भी {dot}: रूस का दौरा"] == "furniture"


def test_a_reporters_name_in_brackets_is_furniture_at_the_head_and_a_name_further_down() -> None:
    assert kinds(page("(सज्जाद हुसैन)", above=0))["(सज्जाद हुसैन)"] == "furniture"
    assert kinds(page("(सज्जाद हुसैन)", below=0))["(सज्जाद हुसैन)"] == "furniture"
    assert kinds(page("(सज्जाद हुसैन)"))["(सज्जाद हुसैन)"] == "body"


def test_the_days_of_a_timeline_are_its_subheads_not_furniture() -> None:
    assert kinds(page("26 नवंबर 2008"))["26 नवंबर 2008"] == "body"
    assert kinds(page("26 नवंबर 2008", above=0))["26 नवंबर 2008"] == "furniture"


def test_a_videos_title_goes_with_its_length() -> None:
    title = "विदेश मंत्री जयशंकर ने किन गैंग से बात की"
    assert kinds(page("01:43", title))[title] == "furniture"
    assert kinds(page(title))[title] == "body"
    sentence = "विदेश मंत्री जयशंकर ने किन गैंग से बात की।"
    assert kinds(page("01:43", sentence))[sentence] == "body"


def test_the_note_on_the_author_at_the_foot_is_furniture() -> None:
    note = "दिल्ली विश्वविद्यालय से इतिहास का छात्र। साहित्य में रुचि।"
    assert kinds(page("By आदित्य सिंह", note, below=0))[note] == "furniture"
    assert kinds(page("लेखक के बारे में", "राम कुमार", note, below=0))[note] == "furniture"
    assert kinds(page("By आदित्य सिंह", note))[note] == "body"


def test_readers_comments_below_the_form_are_furniture() -> None:
    found = kinds(page("Leave a Reply", "बहुत अच्छा लेख", "राम, 23 दिसंबर 2024", above=6, below=0))
    assert found["बहुत अच्छा लेख"] == "furniture"


def test_a_comment_link_under_the_headline_does_not_swallow_the_article() -> None:
    text = page("Leave a Comment", above=0, below=6)
    assert kinds(text)["Leave a Comment"] == "furniture"
    assert kinds(text)[PARAGRAPH] == "body"


def test_the_headline_repeated_in_one_language_or_two_is_furniture() -> None:
    both = f"Russia and Pakistan talk | {HEADLINE}"
    lines = classify(page(both, HEADLINE, above=1))
    assert [line.kind for line in lines][:4] == [
        Kind.TITLE,
        Kind.BODY,
        Kind.FURNITURE,
        Kind.FURNITURE,
    ]


@pytest.mark.parametrize(
    "opening",
    [
        "रूस के विदेश मंत्री ने कहा है।",
        "The minister spoke to reporters in Goa.",
        " ".join(["शब्द"] * 41),
    ],
)
def test_a_file_that_opens_with_a_sentence_has_no_headline(opening: str) -> None:
    assert kinds(f"{opening}\n\n{PARAGRAPH}")[opening] == "body"


def test_the_first_line_of_a_wrapped_paragraph_is_no_headline() -> None:
    wrapped = (
        "The foreign ministers of Pakistan and Russia held talks here on\n"
        "Wednesday and went over what the two countries are doing about\n"
        "terrorism and in security and energy, the ministry said in the\n"
        "capital."
    )
    assert {line.kind for line in classify(wrapped)} == {Kind.BODY}
    titled = classify(f"Ministers meet\n\n{wrapped}")
    assert [line.kind for line in titled] == [Kind.TITLE, *[Kind.BODY] * 4]


def test_a_file_of_furniture_only_is_an_unusual_article_not_an_empty_one() -> None:
    assert set(kinds("विज्ञापन\nShare\nHome").values()) == {"body"}


def test_front_matter_is_furniture() -> None:
    found = kinds(f"---\ntitle: T\ndate: 2021-04-07\n---\n\n# {HEADLINE}\n\n{PARAGRAPH}")
    assert found["title: T"] == "furniture"
    assert found[f"# {HEADLINE}"] == "title"


def test_offsets_count_the_files_own_characters_whatever_the_line_ends() -> None:
    text = f"  {HEADLINE}\r\n\r\n\t{PARAGRAPH}  \rविज्ञापन\u2028{PARAGRAPH}"
    lines = classify(text)
    assert [text[line.start : line.end] for line in lines] == [line.text for line in lines]
    assert [line.kind.value for line in lines] == ["title", "body", "furniture", "body"]


def test_furniture_parts_the_body_into_runs() -> None:
    text = page("यह भी पढ़ें: रूस का दौरा", above=2, below=1)
    runs = [text[run.start : run.end] for run in body_runs(classify(text))]
    assert runs == [f"{PARAGRAPH}\n\n{PARAGRAPH}", PARAGRAPH]


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["By आदित्य सिंह"], "आदित्य सिंह"),
        (["By भाषा | Updated: April 7, 2021 14:27 IST2021-04-07T14:27:42+5:30"], "भाषा"),
        (["By : एबीपी न्यूज़ | Updated at : 07 Apr 2021 02:27 PM (IST)"], "एबीपी न्यूज़"),
        (["Written by Sana Qadri, New Delhi"], "Sana Qadri"),
        (["Reported by: ब्रजेश मिश्रा"], "ब्रजेश मिश्रा"),
        (["Author: Rajesh Kumar"], "Rajesh Kumar"),
        (["लेखक: फ़ैज़ अहमद"], "फ़ैज़ अहमद"),
        (["लेखक", "Statecraft Staff"], "Statecraft Staff"),
        (["About the author", "Devika Rao"], "Devika Rao"),
        (["(सज्जाद हुसैन)"], "सज्जाद हुसैन"),
        (["Edited By: राजेश कुमार | नवभारत टाइम्स"], "राजेश कुमार"),
        (["Edited By: राजेश कुमार", "Written By: सीमा शर्मा"], "सीमा शर्मा"),
        (["(फाइल फोटो)"], None),
        (["(इनपुट: भाषा)"], None),
        (["By Friday evening 20 people had died"], None),
        (["विज्ञापन"], None),
    ],
)
def test_the_author_is_read_from_the_byline(lines: list[str], name: str | None) -> None:
    assert author(classify(page(*lines, above=0))) == name


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("# Talks in Goa", "Talks in Goa"),
        ("#MeToo के आरोप में मंत्री का इस्तीफ़ा", "#MeToo के आरोप में मंत्री का इस्तीफ़ा"),
        ("चीन के साथ सीमा पर फोकस | इंडिया न्यूज – टाइम्स ऑफ इंडिया", "चीन के साथ सीमा पर फोकस"),
        ("रूस | पाकिस्तान", "रूस | पाकिस्तान"),
        ("इमरान ख़ान से मिले लावरोव - BBC News हिंदी", "इमरान ख़ान से मिले लावरोव"),
        ("Russia - Pakistan ties grow", "Russia - Pakistan ties grow"),
        ("रूस  \t और\u00a0पाकिस्तान", "रूस और पाकिस्तान"),
    ],
)  # fmt: skip
def test_the_headline_is_without_marks_and_the_sites_name(line: str, title: str) -> None:
    assert headline(line) == title
