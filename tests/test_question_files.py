"""Files of questions: three forms, and what is said of one that is damaged or does not fit."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import QuestionFileError
from qa import questions
from qa.questions import Asked

ROOT = Path(__file__).parent.parent
WHO = {"id": "q1", "question": "Who came?", "sources": ["a.txt"], "answers": ["Lavrov", "लावरोव"]}
WHY = {"id": 2, "question": "Why?", "sources": [], "answers": None}

Write = Callable[[str, object], Path]


def qa(number: str, question: str, *answers: str, **more: object) -> dict[str, object]:
    return {"id": number, "question": question, "answers": [{"text": a} for a in answers]} | more


def squad(*articles: list[tuple[str, list[dict[str, object]]]]) -> dict[str, object]:
    """Build a SQuAD file; an article is its paragraphs, each with its questions."""
    return {
        "data": [
            {"paragraphs": [{"context": text, "qas": qas} for text, qas in article]}
            for article in articles
        ]
    }


ENGLISH = squad(
    [
        ("Lavrov came by air.", [qa("1", "Who came?", "Lavrov", "Lavrov"), qa("2", "How?", "air")]),
        ("Khan stayed.", [qa("3", "Who stayed?", "Khan")]),
    ],
    [("It rained.", [qa("4", "Why?", is_impossible=True, plausible_answers=[{"text": "rain"}])])],
)
HINDI = squad(
    [
        ("लावरोव हवाई जहाज़ से आए।", [qa("1", "कौन आया?", "लावरोव"), qa("2", "कैसे?", "हवाई जहाज़")]),
        ("ख़ान रुके।", [qa("3", "कौन रुका?", "ख़ान")]),
    ]
)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, content: object) -> Path:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
            path.write_text(text, encoding="utf-8")
        return path

    return write


def lines(*entries: object) -> str:
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)


def message(path: Path, articles: Path | None = None) -> str:
    with pytest.raises(QuestionFileError) as caught:
        questions.read(path, articles)
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


# The forms


def test_a_line_is_a_question_with_its_files_and_answers(write: Write, tmp_path: Path) -> None:
    read = questions.read(write("q.jsonl", lines(WHO) + "\n  \n" + lines(WHY)), tmp_path)
    assert read.articles == tmp_path
    assert read.left_out == 0
    assert read.questions == (
        Asked("q1", "Who came?", ("a.txt",), ("Lavrov", "लावरोव")),
        Asked("2", "Why?", (), ()),
    )
    assert [item.place for item in read.questions] == ["q.jsonl, line 1", "q.jsonl, line 4"]


@pytest.mark.parametrize("entries", [[WHO], [WHO, WHY]])
@pytest.mark.parametrize("name", ["q.ndjson", "q.json", "questions"])
def test_json_lines_are_known_whatever_the_files_name(
    name: str, entries: list[object], write: Write, tmp_path: Path
) -> None:
    read = questions.read(write(name, "\ufeff" + lines(*entries)), tmp_path)
    assert len(read.questions) == len(entries)


def test_the_projects_own_questions_can_be_read() -> None:
    for name, count in (("seed", 150), ("real", 99)):
        path = ROOT / "tests" / "data" / f"{name}_questions.jsonl"
        assert len(questions.read(path, ROOT / "seeds").questions) == count


def test_the_paragraphs_of_squad_become_its_articles(write: Write) -> None:
    read = questions.read(write("en.json", ENGLISH))
    assert read.articles == {
        "00-000.txt": "Lavrov came by air.",
        "00-001.txt": "Khan stayed.",
        "01-000.txt": "It rained.",
    }
    assert read.questions == (
        Asked("1", "Who came?", ("00-000.txt",), ("Lavrov",)),
        Asked("2", "How?", ("00-000.txt",), ("air",)),
        Asked("3", "Who stayed?", ("00-001.txt",), ("Khan",)),
        Asked("4", "Why?", (), ()),
    )


def test_questions_in_one_language_take_the_answers_of_articles_in_another(write: Write) -> None:
    english, hindi = write("en.json", ENGLISH), write("hi.json", HINDI)
    read = questions.read(english, hindi)
    assert read.articles == questions.read(hindi).articles
    assert read.questions == (
        Asked("1", "Who came?", ("00-000.txt",), ("लावरोव",)),
        Asked("2", "How?", ("00-000.txt",), ("हवाई जहाज़",)),
        Asked("3", "Who stayed?", ("00-001.txt",), ("ख़ान",)),
    )
    assert read.left_out == 1


def test_an_object_of_questions_is_asked_of_a_squad_file(write: Write) -> None:
    roman = write("roman.json", {"1": "kaun aaya?", "3": "kaun ruka?", "9": "kyon?"})
    read = questions.read(roman, write("hi.json", HINDI))
    assert [(item.question, item.answers) for item in read.questions] == [
        ("kaun aaya?", ("लावरोव",)),
        ("kaun ruka?", ("ख़ान",)),
    ]
    assert read.left_out == 1


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
GOLD = st.lists(TEXTS, min_size=1, max_size=3)
QUESTIONS = st.lists(
    st.one_of(
        st.fixed_dictionaries({"question": TEXTS, "sources": GOLD, "answers": GOLD}),
        st.fixed_dictionaries({"question": TEXTS, "sources": st.just([]), "answers": st.just([])}),
    ),
    min_size=1,
    max_size=5,
)


@given(QUESTIONS, st.booleans())
def test_json_lines_say_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, entries: list[dict[str, Any]], escaped: bool
) -> None:
    folder = tmp_path_factory.mktemp("q")
    numbered = [{"id": str(i)} | entry for i, entry in enumerate(entries)]
    text = "".join(json.dumps(entry, ensure_ascii=escaped) + "\n" for entry in numbered)
    (folder / "q.jsonl").write_bytes(text.encode())
    assert questions.read(folder / "q.jsonl", folder).questions == tuple(
        Asked(e["id"], e["question"], tuple(e["sources"]), tuple(e["answers"])) for e in numbered
    )


# Damage


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "q2", "question": ', "this is not JSON: Expecting value at column"),
        ("[1, 2]", "this is not a JSON object"),
        (json.dumps(WHO), "the id 'q1' stands twice, first in q.jsonl, line 1"),
        (json.dumps(WHY | {"id": None}), "id is not a text"),
        (json.dumps(WHY | {"id": True}), "id is not a text"),
        (json.dumps(WHY | {"question": " "}), "question is not a text"),
        (json.dumps(WHY | {"question": "a\ud800"}), "question holds half a character"),
        (json.dumps(WHY | {"sources": "a.txt"}), "sources is not a list"),
        (json.dumps(WHY | {"sources": [1], "answers": ["x"]}), "sources is not a text"),
        (json.dumps(WHY | {"sources": ["a.txt"]}), "there are sources and no answers"),
        (json.dumps(WHY | {"answers": ["x"]}), "there are answers and no sources"),
        ('{"id": "q2", "question": "Why?", "source": [], "answers": []}', "there is no sources"),
        ('{"id": "q2", "id": "q3"}', "the key 'id' stands twice"),
        ('{"id": ' + "9" * 5000 + "}", "this is JSON that no question needs"),
        ("[" * 100_000, "this is JSON that no question needs"),
    ],
)
def test_a_damaged_line_is_named(line: str, said: str, write: Write, tmp_path: Path) -> None:
    path = write("q.jsonl", lines(WHO) + "\n" + line + "\n")
    assert message(path, tmp_path).startswith(f"q.jsonl, line 3: {said}")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.update(data={}), "data is not a list"),
        (lambda data: data["data"].append([]), "data[2]: this is not a JSON object"),
        (lambda data: data["data"].append({}), "data[2]: paragraphs is not a list"),
        (
            lambda data: data["data"][0]["paragraphs"][1].update(context=""),
            "data[0].paragraphs[1]: context is not a text",
        ),
        (
            lambda data: data["data"][0]["paragraphs"][1].update(qas=None),
            "data[0].paragraphs[1]: qas is not a list",
        ),
        (
            lambda data: data["data"][0]["paragraphs"][1]["qas"].append(qa("8", "Who?")),
            "data[0].paragraphs[1].qas[1]: there is no answer; an unanswerable question has",
        ),
        (
            lambda data: data["data"][0]["paragraphs"][1]["qas"].append(qa("1", "Who?", "Khan")),
            "data[0].paragraphs[1].qas[1]: the id '1' stands twice, first in "
            "en.json, data[0].paragraphs[0].qas[0]",
        ),
    ],
)
def test_a_damaged_place_of_squad_is_named(
    change: Callable[[Any], object], said: str, write: Write
) -> None:
    document = json.loads(json.dumps(ENGLISH))
    change(document)
    assert said in message(write("en.json", document))


def test_json_that_breaks_off_is_named_by_its_line(write: Write) -> None:
    text = json.dumps(ENGLISH, indent=1)
    number = text[:200].count("\n") + 1
    assert f"line {number}: this is not JSON" in message(write("en.json", text[:200]))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"id": "q1"}\n{"id": "\xe0"}\n', "q.jsonl, line 2: this is not UTF-8"),
        ("", "holds no question"),
        (" \n\n", "holds no question"),
    ],
)
def test_a_file_without_text_or_questions_is_refused(
    content: object, said: str, write: Write, tmp_path: Path
) -> None:
    assert said in message(write("q.jsonl", content), tmp_path)


@pytest.mark.parametrize("content", [squad(), {}])
def test_json_without_questions_is_refused(content: object, write: Write) -> None:
    hindi = write("hi.json", HINDI)
    assert "holds no question" in message(write("q.json", content), hindi)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    assert "cannot be read: no such file" in message(tmp_path / "none.jsonl")
    assert "cannot be read: is a directory" in message(tmp_path)


# What does not fit together


def test_the_articles_must_be_of_a_form_that_the_questions_can_be_put_to(
    write: Write, tmp_path: Path
) -> None:
    own = write("q.jsonl", lines(WHO))
    english, hindi = write("en.json", ENGLISH), write("hi.json", HINDI)
    roman = write("roman.json", {"1": "kaun aaya?"})
    folder = "give the folder that holds them with --articles"
    file = "give the SQuAD file that answers it with --articles"
    assert folder in message(own)
    assert folder in message(own, hindi)
    assert folder in message(own, tmp_path / "nowhere")
    assert file in message(roman)
    assert file in message(roman, tmp_path)
    assert file in message(english, tmp_path)
    assert "not in SQuAD's form" in message(english, roman)
    assert "cannot be read: no such file" in message(english, tmp_path / "nowhere")
    other = write("other.json", {"x": "kaun?"})
    assert "None of the questions" in message(other, hindi)


def test_where_a_question_stands_is_no_part_of_what_it_is() -> None:
    asked = Asked("1", "Who?", (), (), "q.jsonl, line 1")
    assert asked == replace(asked, place="q.jsonl, line 2")
