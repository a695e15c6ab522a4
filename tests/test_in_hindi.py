"""What went wrong, in Hindi: every sentence that the source can say, and no harm from any other."""

import re
import string

import own_sentences
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import errors, models
from qa import in_hindi, phrases, words

ELSEWHERE = {
    "TermsError": "a file of the user's own terms, which only the command line and Python take",
    "QuestionFileError": "a file of questions for qa eval",
    "WatchError": "qa index --watch says it on the terminal and goes on",
}
"""Kinds of errors that no page ever shows, and why."""
COMMANDS = {
    "index/changes.py": "a folder that is watched, as above",
    "index/verify.py": "qa doctor compares index and folder",
    "qa/evaluate.py": "qa eval",
    "qa/questions.py": "qa eval",
    "qa/report.py": "qa eval",
    "qa/models_command.py": "qa models; what it shares with the page is raised in index/",
    "qa/mcp_tools.py": "tools of a model elsewhere",
    "qa/secret.py": "qa chat and qa serve, before there is a page",
    "qa/serve.py": "qa chat and qa serve, before there is a page",
    "qa/opening.py": "a command that opens or reaches an index by its folder",
    "qa/remote_index.py": "a command that asks another process; the page has its index open itself",
    "qa/forwarded.py": "what that other process sends back",
    "qa/wire.py": "what was sent so",
}
"""Modules whose own errors only a command says, and which."""
FORMS = {
    "⟦1⟧ is not ⟦2⟧": "models.parse has three forms of it, each in the table",
    "⟦1⟧ has no ⟦2⟧": "models.parse has two forms of it, each in the table",
}
"""Sentences that are too bare to be told from others, and stand in the table spelled out."""
DEVANAGARI = re.compile("[\u0900-\u097f]")
TEMPLATES = in_hindi.templates()
HOSTILE = (
    "<b>{1}{2?}</b> {0} %s \\1 $& \t(x); give another folder with --db.\ud800\0⟦",
    "a" * 300_000,
    "(" * 300_000,
    ", line 1: " * 30_000,
    "The model x cannot answer: " * 10_000,
    ": no such folder; give the folder that holds the articles." * 5_000,
)


def said() -> list[own_sentences.Said]:
    return [*own_sentences.raised([*ELSEWHERE], [*COMMANDS]), *own_sentences.reasons()]


def english(text: str) -> list[str]:
    """List the words in Latin letters that no Hindi sentence of the table has."""
    known = " ".join(each.hindi for each in TEMPLATES)
    return [word for word in re.findall("[A-Za-z]{2,}", text) if word not in known]


def test_every_sentence_that_the_source_can_say_is_there_in_hindi() -> None:
    places = said()
    known = "\n".join(re.sub("⟦.*?⟧", "⟦⟧", text) for place in places for text in place.texts)
    missing = []
    for place in places:
        for text in place.texts:
            # The words of a file, or of a library; and what another place makes a sentence of.
            bare = re.sub("⟦.*?⟧", "⟦⟧", text)
            is_part = known.count(bare) > sum(bare == line for line in known.splitlines())
            if not re.search("[a-z]", text) or text in FORMS:
                continue
            spoken = [in_hindi.translated(form) for form in (text, f"{text}.")]
            is_there = any(DEVANAGARI.search(each) and not english(each) for each in spoken)
            if not is_there and not is_part:
                missing.append(f"{place.file}:{place.line}: {text}")
    assert not missing, "add to qa/hindi.tsv what is missing:\n" + "\n".join(missing)


def test_the_source_is_looked_through_and_not_past() -> None:
    found = {text for place in said() for text in place.texts}
    assert {*own_sentences.error_classes()} >= {"KhabarError", "FileError", "Passing", "Rejected"}
    for text in (
        "the file is empty.",  # raised
        "page ⟦1⟧ is damaged; save the PDF anew.",  # put into a table of problems
        "no object of JSON, in curly brackets.",  # yielded
        "a picture (PNG)",  # a value of a table
        "the file is damaged (⟦1⟧); save it anew, or as text.",  # given to a function
        "The index of terms in ⟦1⟧ cannot be used (⟦2⟧); make it anew with qa index FOLDER "
        "--rebuild.",  # an argument, and a class that is chosen first
        "Nothing answers at ⟦1⟧ (⟦2⟧); start the server, or check the address.",  # a derived class
        "The model ⟦1⟧ in ⟦2⟧ is damaged (⟦3⟧ is missing); remove it with: qa models remove ⟦4⟧",
    ):
        assert text in found
    assert len(found) > 250


def test_what_is_left_out_is_there_to_be_left_out() -> None:
    assert {*ELSEWHERE} <= {*own_sentences.error_classes()}
    assert all((own_sentences.ROOT / module).exists() for module in COMMANDS)
    found = {text for place in said() for text in place.texts}
    assert {*FORMS} <= found


@pytest.mark.parametrize("each", TEMPLATES, ids=lambda each: each.english[:40])
def test_a_sentence_has_the_same_places_in_both_languages(each: in_hindi.Template) -> None:
    places = [name for name, _ in each.places]
    fields = [name for _, name, _, _ in string.Formatter().parse(each.hindi) if name is not None]
    assert sorted(fields) == sorted(places)
    assert len(set(places)) == len(places)
    assert all(each.parts[1:-1]), "two places side by side cannot be told apart"
    assert DEVANAGARI.search(each.hindi) or each.english.startswith("[Errno ")
    assert each.hindi == " ".join(each.hindi.split())
    # What ends as a sentence in English does in Hindi; and no Latin full stop stands for a danda.
    if each.english.endswith(".") and each.english[0].isupper():
        assert each.hindi.endswith("।")
    assert not re.search("[\u0900-\u097f]\\.( |$)", each.hindi)


def test_no_sentence_is_in_the_table_twice() -> None:
    listed = [english for english, _ in in_hindi.pairs()]
    assert len(set(listed)) == len(listed)
    assert all(hindi for _, hindi in in_hindi.pairs())


def test_names_and_numbers_stay_and_hindi_puts_them_where_it_wants_them() -> None:
    assert in_hindi.translated("The hub says of a.gguf in x/y: bytes 5, and models.txt 7; nothing "
        "was fetched.") == (
        "x/y की फ़ाइल a.gguf के बारे में हब और models.txt की बातें मेल नहीं खातीं (बाइट: हब पर 5, "
        "models.txt में 7); कुछ भी डाउनलोड नहीं किया गया।"
    )  # fmt: skip


def test_a_reason_within_a_sentence_is_in_hindi_too() -> None:
    for text, expected in {
        "row 3: no JSON from character 5 on.": "पंक्ति 3: अक्षर 5 से आगे JSON सही नहीं है।",
        "cannot be read: permission denied.": "फ़ाइल पढ़ी नहीं जा सकी: अनुमति नहीं है।",
        "The index folder /x cannot be used ([Errno 13] Permission denied: '/x'); give a folder "
        "that can be written with --db.": "इंडेक्स का फ़ोल्डर /x इस्तेमाल नहीं हो सकता (अनुमति नहीं है "
        "[Errno 13]: '/x'); --db के साथ ऐसा फ़ोल्डर दीजिए जिसमें लिखा जा सके।",
        "a picture (PNG), called .txt; save it as text, PDF or DOCX.": "यह असल में तस्वीर (PNG) है, "
        "पर इसके नाम के अंत में .txt लगा है; इसे टेक्स्ट, PDF या DOCX के रूप में सहेजिए।",
        "e5 is an embedder, and an llm is wanted here.": "e5 खोज का मॉडल है, जबकि यहाँ जवाब का "
        "मॉडल चाहिए।",
    }.items():
        assert in_hindi.translated(text) == expected


def test_a_name_that_reads_like_a_reason_stays_a_name() -> None:
    named = in_hindi.translated("There is no model permission denied here; qa models lists those "
        "that are.")  # fmt: skip
    assert "permission denied" in named


def test_the_sentence_that_says_most_itself_is_taken() -> None:
    text = "a .docx file, called .odt; rename it to .docx."
    taken = [each.english for each in TEMPLATES if each.values(text) is not None]
    assert taken == [
        "a {1} file, called {2}; rename it to {3}.",
        "{1?}, called {2}; rename it to {3}.",
    ]
    assert in_hindi.translated(text).startswith("यह असल में .docx फ़ाइल है")


def test_what_is_not_khabars_comes_back_as_it_is() -> None:
    for text in ("", ".", "It rained in Goa.", "लावरोव", "a.txt", "the file is empty. Really?"):
        assert in_hindi.translated(text) == text


def test_who_reads_english_reads_what_was_raised() -> None:
    for each in TEMPLATES:
        assert in_hindi.for_reader(each.english, "en") == each.english


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: text[:20].encode("ascii", "replace"))
def test_no_name_and_no_length_breaks_or_stalls_a_sentence(hostile: str) -> None:
    in_hindi.translated(hostile)
    for each in TEMPLATES[:: 1 if len(hostile) < 1_000 else 10]:
        text = each.parts[0] + "".join(hostile + part for part in each.parts[1:])
        told = in_hindi.translated(text)
        if each.places and len(hostile) < 1_000:
            assert "<b>{1}{2?}</b> {0} %s \\1 $& \t(x)" in told


@given(st.text(), st.lists(st.sampled_from([part for each in TEMPLATES for part in each.parts])))
def test_any_text_comes_through(text: str, parts: list[str]) -> None:
    for made in (text, text.join(parts)):
        assert isinstance(in_hindi.translated(made), str)
        assert in_hindi.for_reader(made, "en") == made


@given(st.sampled_from(TEMPLATES), st.data())
def test_whatever_stands_in_the_places_stands_there_in_hindi(
    each: in_hindi.Template, data: st.DataObject
) -> None:
    names = st.from_regex(r"[A-Z]{3,8}[0-9]{1,4}", fullmatch=True)
    values = [data.draw(names) for _ in each.places]
    text = each.parts[0] + "".join(
        value + part for value, part in zip(values, each.parts[1:], strict=True)
    )
    assert each.values(text) == tuple(values)
    told = in_hindi.translated(text)
    assert DEVANAGARI.search(told) or each.english.startswith("[Errno ")
    assert all(value in told for value in values)


def test_mistakes_in_a_list_of_models_are_told_with_their_line() -> None:
    for text, expected in {
        "[llm] a\nrepository x": "models.txt, पंक्ति 2: 'x' owner/name के रूप में नहीं है।",
        "[llm] a\nrevision x": "models.txt, पंक्ति 2: 'x' 40 हेक्स अंकों में नहीं है।",
        "[llm] a\nlicence": "models.txt, पंक्ति 2: '' लाइसेंस नहीं है।",
        "[llm] a\n": "models.txt, पंक्ति 1: a में repository नहीं है।",
        "[llm] a\nrepository x/y": "models.txt, पंक्ति 1: a में licence नहीं है।",
        "[llm] A B": "models.txt, पंक्ति 1: '[llm] A B' की जगह [embedder], [reranker] या [llm] और एक "
        "नाम होना चाहिए।",
    }.items():
        with pytest.raises(errors.ModelError) as caught:
            models.parse(text)
        assert in_hindi.translated(str(caught.value)) == expected


REASON = "The model muril cannot be read (Permission denied)."


def test_the_note_of_an_answer_quotes_its_reason_in_its_own_language() -> None:
    for sentence in (words.QUOTES_INSTEAD, words.CUT_SHORT):
        note = sentence["hi"].format(reason=REASON)
        assert in_hindi.note(note, "hi", "en") == sentence["hi"].format(
            reason="मॉडल muril पढ़ा नहीं जा सका (अनुमति नहीं है)।"
        )
        for language in ("en", "hi-Latn"):
            note = sentence[language].format(reason=REASON)
            assert in_hindi.note(note, language, "en") == note
        roman = in_hindi.note(sentence["hi-Latn"].format(reason=REASON), "hi-Latn", "hi")
        assert "मॉडल muril" in roman
    plain = words.MODEL_FAILED["hi"]
    assert in_hindi.note(plain, "hi", "hi") == plain


def test_what_the_page_says_in_both_languages_anyhow_is_known_too() -> None:
    """An answer's problem may have been kept by somebody who reads English."""
    assert in_hindi.translated(phrases.BROKEN["en"]) == phrases.BROKEN["hi"]
    assert in_hindi.translated(phrases.UNREADABLE["en"]) == phrases.UNREADABLE["hi"]
    assert in_hindi.translated(phrases.NO_DATE["en"].format(typed="5/5")) == (
        phrases.NO_DATE["hi"].format(typed="5/5")
    )
