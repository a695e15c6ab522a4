"""What a question asks for: who, when, where, how many, in English, Hindi and roman Hindi."""

import pytest

from index.analyze import words
from index.asked import Asked, kind_asked, places, without_kind
from index.lexicon import Lexicon, load


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load()


@pytest.mark.parametrize(
    ("kind", "english", "hindi", "roman"),
    [
        ("person", "Who promised it?", "किसने वादा किया?", "kisne wada kiya?"),
        ("person", "Who will come?", "कौन आएगा?", "kaun aayega?"),
        ("person", "Whose plane was it?", "विमान किसके पास था?", "kiske paas vimaan tha?"),
        ("time", "When did it begin?", "यह कब शुरू हुआ?", "yeh kab shuru hua?"),
        ("time", "Which year was it built?", "यह किस साल बना?", "yeh kis saal bana?"),
        ("time", "What date was it?", "किस तारीख़ को?", "kis tareekh ko?"),
        ("time", "On which day?", "किस दिन?", "kis din?"),
        ("place", "Where did they meet?", "वे कहाँ मिले?", "ve kahan mile?"),
        ("place", "Where is it?", "यह कहां है?", "yeh kahaan hai?"),
        ("number", "How many soldiers?", "कितने सैनिक?", "kitne sainik?"),
        ("number", "How much did it cost?", "इसकी लागत कितनी थी?", "iski lagat kitni thi?"),
        ("number", "How long is it?", "यह कितना लंबा है?", "yeh kitna lamba hai?"),
        ("number", "What percent voted?", "कितने प्रतिशत?", "kitne pratishat?"),
        (None, "What did Lavrov say?", "लावरोव ने क्या बोला?", "lavrov ne kya bola?"),
        (None, "Why did he resign?", "उसने इस्तीफ़ा क्यों दिया?", "usne istifa kyon diya?"),
        (None, "Is Kabul a big city?", "किसान क्या चाहते हैं?", "kisan kya chahte hain?"),
    ],
)
def test_the_kind_asked_for_is_the_same_in_all_three_ways_of_writing(
    kind: Asked | None, english: str, hindi: str, roman: str
) -> None:
    assert [kind_asked(text) for text in (english, hindi, roman)] == [kind] * 3


@pytest.mark.parametrize("text", ["", "?!", "😀", "2023", "कबड्डी"])
def test_what_asks_for_nothing_in_particular_is_no_kind(text: str) -> None:
    # कबड्डी begins like कब, when.
    assert kind_asked(text) is None


@pytest.mark.parametrize("text", ["कबीर ने क्या लिखा?", "कबूतर क्या खाता है?", "कबाड़ क्या है?"])
def test_a_word_that_begins_with_when_is_not_when(text: str) -> None:
    assert kind_asked(text) is None


def test_what_somebody_said_in_roman_hindi_is_no_place() -> None:
    assert kind_asked("kashmir par imran ne kya kaha?") is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("how long is the bridge", "is the bridge"),
        ("in which year was it built", "in was it built"),
        ("what time does it begin", "does it begin"),
        ("which country won", "won"),
        ("पुल किस साल बना", "पुल बना"),
        ("किस दिन हुआ", "हुआ"),
        ("कौन से महीने में", "में"),
        ("pul kis saal bana", "pul bana"),
        ("kis din hua", "hua"),
        ("kaun se shahar mein", "mein"),
    ],
)
def test_words_that_only_say_the_kind_of_answer_are_taken_out(text: str, left: str) -> None:
    assert without_kind(text).split() == left.split()


@pytest.mark.parametrize(
    "text",
    [
        "how many soldiers",
        "the year was long",
        "साल भर का दिन",
        "किस देशभक्त ने",
        "din bhar",
        "kis dinosaur",
        "which yearling won",
        "",
    ],
)
def test_the_same_words_elsewhere_are_content(text: str) -> None:
    assert without_kind(text).split() == text.split()


@pytest.mark.parametrize(
    ("asked", "question", "sentence", "found"),
    [
        ("number", "How many came?", "About 200 and three more came", ["200", "three"]),
        ("number", "कितने आए?", "करीब ५० और तीन लोग आए", ["50", "तीन"]),
        ("time", "When?", "In May 2023 and on Friday", ["मई", "2023", "friday"]),
        ("time", "कब?", "शुक्रवार को मई 2023 में", ["शुक्रवार", "मई", "2023"]),
        ("time", "When?", "5575 metres", []),
        ("person", "Who won?", "Jaishankar won the match", ["jaishankar"]),
        ("place", "Where?", "In the house", []),
        (None, "What?", "Jaishankar saw 200 in May", []),
    ],
)
def test_words_that_can_be_what_is_asked_for_are_found(
    lexicon: Lexicon, asked: Asked | None, question: str, sentence: str, found: list[str]
) -> None:
    there = words(sentence)
    assert [there[i] for i in places(asked, frozenset(words(question)), there, lexicon)] == found


def test_what_the_question_says_itself_is_not_what_it_asks_for(lexicon: Lexicon) -> None:
    there = words("In 2023 it was 200")
    assert [there[i] for i in places("number", {"how", "many", "in", "2023"}, there, lexicon)] == [
        "200"
    ]
