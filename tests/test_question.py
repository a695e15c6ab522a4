"""Questions: what can be asked, in which language it is, and what a passage must hold."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from index import Index, stems
from index.errors import QuestionError
from index.question import MAX_CHARS, QueryTerm, check

ARTICLES = {
    "lavrov-hi.txt": (
        "लावरोव ने पाकिस्तान को उपकरण देने का वादा किया\n\n7 अप्रैल 2021\n\n"
        "रूस के विदेश मंत्री सर्गेई लावरोव बुधवार को इस्लामाबाद पहुंचे। लावरोव ने विशेष सैन्य उपकरण "
        "देने का वादा किया। उन्होंने प्रधानमंत्री इमरान ख़ान से मुलाक़ात की।\n"
    ),
    "sco-hi.txt": (
        "गोवा में शिखर सम्मेलन\n\n5 मई 2023\n\n"
        "शंघाई सहयोग संगठन के विदेश मंत्री गोवा में मिले। जयशंकर ने सबका स्वागत किया। आतंकवाद पर कड़ी "
        "कार्रवाई की मांग हुई।\n"
    ),
    "sco-en.txt": (
        "Ministers gather in Goa\n\n5 May 2023\n\n"
        "Foreign ministers of the SCO gathered in Goa on Friday. The meeting lasted two days, "
        "officials said. Jaishankar and Lavrov spoke before the dinner.\n"
    ),
    "bjp-hi.txt": (
        "पटना में रैली\n\n12 मार्च 2022\n\n"
        "एससीओ और बीजेपी के नेताओं पर चर्चा हुई। राज्य में वैक्सीन अभियान चला। टीका हर गांव तक पहुंचा।\n"
    ),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    root: Path = tmp_path_factory.mktemp("question")
    folder = root / "articles"
    folder.mkdir()
    for source, text in ARTICLES.items():
        (folder / source).write_text(text, encoding="utf-8")
    with Index(root / "db") as index:
        index.update(folder)
        yield index


def alternatives(index: Index, question: str) -> dict[str, float]:
    """Put the alternatives of all the question's words together."""
    return {
        stem: weight
        for term in index.read(question).terms
        for stem, weight in term.alternatives.items()
    }


def found(index: Index, question: str) -> set[str]:
    """List the articles with a passage that holds something of the question."""
    asked = index.read(question)
    return {
        hit.passage.source
        for hit in index.search(asked)
        if asked.coverage(asked.met(frozenset(stems(hit.passage.text)))) > 0
    }


@pytest.mark.parametrize(
    "text",
    [
        *("", " \n\t\u00a0", "?!… ।॥ — ''", "😀🎉", "्", "\u200d\u200c", "___"),
        *("क" * 100_000, "a " * 50_000, "x" * (MAX_CHARS + 1)),
        *("拉夫罗夫承诺了什么?", "ماذا وعد لافروف؟", "Что обещал Лавров?", "லாவ்ரோவ் என்ன சொன்னார்?"),
        *("লাভরভ কী বললেন?", "ラブロフは何を約束しましたか"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(index: Index, text: str) -> None:
    for refuse in (check, index.read, index.search):
        with pytest.raises(QuestionError) as caught:
            refuse(text)
        message = str(caught.value)
        assert message.startswith("The question ")
        assert message.endswith(".")
        assert message.count(". ") == 0
        assert "\n" not in message
        assert len(message) < 200, "it does not repeat the question"


def test_a_refusal_says_what_is_wrong_with_the_question() -> None:
    for text, said in (
        ("", "empty"),
        ("?", "no word"),
        ("क" * 100_000, "100,000 characters"),
        ("Лавров", "script"),
    ):
        with pytest.raises(QuestionError, match=said):
            check(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  लावरोव ने\n क्या\tकहा? ", "लावरोव ने क्या कहा?"),
        ("😀 Who won? 🎉", "😀 Who won? 🎉"),
        ("2023", "2023"),
        ("२०२३", "२०२३"),
        ("Who is the man Лавров?", "Who is the man Лавров?"),
        ("café", "café"),
        ("क", "क"),
        ("a" * MAX_CHARS, "a" * MAX_CHARS),
    ],
)
def test_what_has_a_word_of_ours_may_be_asked(text: str, kept: str) -> None:
    assert check(text) == kept


QUESTIONS = (
    "What did Lavrov promise?",
    "Which countries are members of the SCO?",
    "Did India win?",
    "me and my mother",
    "Rahul Gandhi's speech",
    "Modi Putin meeting",
    "2021 budget",
    "lavrov ne kya wada kiya?",
    "SCO meeting mein kya hua",
    "kitne log mare",
    "kis saal mein azadi mili",
    "mulakat",
    "team india ka captain kaun hai",
    "लावरोव ने क्या वादा किया?",
    "मोदी कौन है",
    "SCO की बैठक में क्या हुआ?",
    "Sputnik V वैक्सीन कब आई?",
    "COVID-19 के मामले",
    "1947 में क्या हुआ",
    "टीका",
)


@pytest.mark.parametrize(
    ("question", "also"),
    [
        ("Lavrov", "लावरोव"),
        ("लावरोव", "lavrov"),
        ("लॉवरोव", "lavrov"),
        ("lavrov ne kya kiya", "लावरोव"),
        ("Who is Jaishankar?", "जयशंकर"),
        ("जयशंकर", "jaishankar"),
        ("Where is Islamabad?", "इस्लामाबाद"),
        ("Imran Khan", "इमरान"),
        ("SCO", "एससी"),
        ("SCO", "शंघ सहयोग संगठन"),
        ("एससीओ", "sco"),
        ("शंघाई सहयोग संगठन", "sco"),
        ("What is BJP?", "बीजेप"),
        ("बीजेपी", "bjp"),
        ("What is the vaccine?", "टीक"),
        ("What is the vaccine?", "वैक्सीन"),
        ("टीका", "vaccin"),
        ("टीकों", "vaccin"),
        ("वैक्सीन", "vaccin"),
        ("the prime minister", "प्रधानमंत्र"),
        ("प्रधानमंत्री", "prime minist"),
        ("मुलाक़ात", "meet"),
        ("mulakat kab hui", "मुलाकात"),
        ("mulakat kab hui", "meet"),
        ("mulaqat kab hui", "मुलाकात"),
        ("mulaqat kab hui", "meet"),
    ],
)
def test_a_word_is_met_by_its_spellings_and_translations(
    index: Index, question: str, also: str
) -> None:
    assert 0 < alternatives(index, question)[also] <= 1


@pytest.mark.parametrize(
    ("question", "sources"),
    [
        ("Lavrov", {"lavrov-hi.txt", "sco-en.txt"}),
        ("लॉवरोव", {"lavrov-hi.txt", "sco-en.txt"}),
        ("lavrov ne kya kiya", {"lavrov-hi.txt", "sco-en.txt"}),
        ("Jaishankar", {"sco-hi.txt", "sco-en.txt"}),
        ("SCO", {"sco-hi.txt", "sco-en.txt", "bjp-hi.txt"}),
        ("एससीओ", {"sco-hi.txt", "sco-en.txt", "bjp-hi.txt"}),
        ("What is BJP?", {"bjp-hi.txt"}),
        ("mulaqat kab hui", {"lavrov-hi.txt", "sco-en.txt"}),
        ("mulakat kab hui", {"lavrov-hi.txt", "sco-en.txt"}),
        ("What is the vaccine?", {"bjp-hi.txt"}),
    ],
)
def test_passages_in_both_languages_hold_what_is_asked(
    index: Index, question: str, sources: set[str]
) -> None:
    assert found(index, question) == sources


@pytest.mark.parametrize("question", ["SCO", "एससीओ"])
def test_an_initialism_is_searched_by_its_full_name_too(index: Index, question: str) -> None:
    scores = {hit.passage.source: hit.score for hit in index.search(question)}
    assert scores["sco-hi.txt"] > 0.3


def test_the_word_itself_weighs_most(index: Index) -> None:
    for question in ("Lavrov vaccine", "लावरोव टीका", "lavrov ne kya wada kiya", "5 मई 2023"):
        for term in index.read(question).terms:
            assert max(term.alternatives.values()) == 1
            assert all(0 < weight <= 1 for weight in term.alternatives.values())


def test_a_number_has_no_other_spelling(index: Index) -> None:
    (term,) = index.read("२,०००").terms
    assert dict(term.alternatives) == {"2000": 1.0}


def test_rarity_is_a_share_and_falls_with_the_passages_that_have_the_word(index: Index) -> None:
    terms = index.read("ministers quagmire").terms
    common, rare = (term.rarity for term in terms)
    assert 0 < common < rare == 1
    for text in QUESTIONS:
        assert all(0 < term.rarity <= 1 for term in index.read(text).terms), text


def test_coverage_is_whole_for_the_question_itself_and_nothing_for_nothing(index: Index) -> None:
    for text in QUESTIONS:
        question = index.read(text)
        assert question.coverage(question.met(frozenset(stems(text)))) == pytest.approx(1), text
        assert question.coverage(question.met(set())) == 0
        assert question.coverage(question.met({"qqqq"})) == 0


def test_coverage_grows_with_what_is_there_and_stays_a_share(index: Index) -> None:
    question = index.read("Lavrov meeting dinner Goa")
    held: set[str] = set()
    before = 0.0
    for stem in stems("Lavrov and टीका at the meeting, dinner; गोवा Goa"):
        held.add(stem)
        assert before <= question.coverage(question.met(held)) <= 1 + 1e-9
        before = question.coverage(question.met(held))
    assert before == pytest.approx(1)


def test_an_alternative_of_several_words_is_met_only_by_all_of_them() -> None:
    term = QueryTerm("sco", {"sco": 1.0, "शंघ सहयोग संगठन": 0.8}, 0.5, "name")
    assert term.match({"शंघ", "सहयोग"}) == 0
    assert term.match({"शंघ", "सहयोग", "संगठन"}) == 0.8
    assert term.match({"शंघ", "सहयोग", "संगठन", "sco"}) == 1


@pytest.mark.parametrize("text", ["the of and", "क्या है", "kya hai", "What is it?", "किस साल"])
def test_a_question_of_function_words_alone_is_searched_all_the_same(
    index: Index, text: str
) -> None:
    question = index.read(text)
    assert question.terms
    assert 0 <= question.coverage(question.met({"goa"})) <= 1
    assert isinstance(index.search(question), list)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("How long is the bridge?", ["bridge"]),
        ("पुल किस साल बना?", ["पुल"]),
        ("pul kis din khula?", ["pul", "khula"]),
        ("In which year did Goa meet Goa?", ["goa", "meet"]),
        ("SCO meeting mein kya hua", ["sco", "meeting"]),
        ("लावरोव ने क्या वादा किया?", ["लावरोव", "वादा"]),
    ],
)
def test_content_is_what_is_left_without_function_words_and_the_kind_asked(
    index: Index, text: str, content: list[str]
) -> None:
    assert [term.word for term in index.read(text).terms] == content


def test_a_question_keeps_its_text_and_what_it_asks(index: Index) -> None:
    question = index.read(" Who  met\nLavrov? ")
    assert (question.text, question.language, question.asks) == ("Who met Lavrov?", "en", "person")
    assert index.read("Who met Lavrov?") == question


def test_a_question_can_be_read_before_there_is_an_article(tmp_path: Path) -> None:
    with Index(tmp_path / "db") as empty:
        question = empty.read("Lavrov vaccine")
        assert [term.rarity for term in question.terms] == [1, 1]
        assert empty.search(question) == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("What did Lavorv say in Islamabad?", "लावरोव"),
        ("लावलोव ने क्या कहा?", "लावरोव"),
        ("lavrvo kahan gaye", "लावरोव"),
    ],
)
def test_a_misspelled_name_is_found_by_what_sounds_nearly_so(
    index: Index, text: str, meant: str
) -> None:
    (root,) = stems(meant)
    assert any(root in term.alternatives for term in index.read(text).terms)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Lavrov promise 2021", ["name", "word", "number"]),
        ("लावरोव वादा 2021", ["name", "word", "number"]),
        ("lavrov ne kya wada kiya", ["name", "word"]),
    ],
)
def test_names_are_told_from_the_words_of_the_dictionary(
    index: Index, text: str, kinds: list[str]
) -> None:
    assert [term.kind for term in index.read(text).terms] == kinds


def test_the_time_a_question_speaks_of_is_that_of_articles(index: Index) -> None:
    asked = index.read("2021 में लावरोव ने क्या कहा?")
    assert asked.time is not None
    assert asked.time_stems(date(2021, 4, 7)) == {"2021"}
    assert asked.time_stems(date(2023, 5, 5)) == asked.time_stems(None) == frozenset()
