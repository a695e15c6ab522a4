"""A file of the user's own terms: what it may look like, what it finds, how long it lasts."""

import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index import Index, KhabarError, Question, stems
from index.errors import QuestionError, TermsError
from index.own_terms import MAX_BYTES
from qa import ask, cli

ARTICLES = {
    "didi-hi.txt": (
        "दीदी ने दार्जिलिंग में रैली की\n\n5 मई 2023\n\n"
        "दीदी शुक्रवार को दार्जिलिंग गईं। वहाँ उन्होंने चाय बागान के मज़दूरों से बात की।\n"
    ),
    "jobs-en.txt": (
        "Pay under the rural jobs scheme rises\n\n6 May 2023\n\n"
        "The rural jobs scheme now pays 270 rupees a day. Unions called the rise too small.\n"
    ),
    "manrega-hi.txt": (
        "मनरेगा का बजट घटा\n\n1 फ़रवरी 2023\n\n"
        "सरकार ने मनरेगा का बजट साठ हज़ार करोड़ रुपये रखा। विपक्ष ने इसकी आलोचना की।\n"
    ),
    "mns-hi.txt": (
        "एमएनएस का मुंबई में मोर्चा\n\n9 मार्च 2023\n\n"
        "एमएनएस ने रविवार को मुंबई में मोर्चा निकाला। सड़कें तीन घंटे बंद रहीं।\n"
    ),
    "aap-hi.txt": (
        "आम आदमी पार्टी का घोषणापत्र\n\n3 जनवरी 2023\n\n"
        "आम आदमी पार्टी ने मुफ़्त बिजली की घोषणा की। पानी का बिल भी आधा होगा।\n"
    ),
    "jal-en.txt": (
        "Taps for every house in Sikkim\n\n4 April 2023\n\n"
        "The Har Ghar Jal mission of the Ministry of Drinking Water reached Sikkim on Monday.\n"
    ),
    "tika-hi.txt": (
        "गोवा में टीका अभियान\n\n6 मई 2023\n\nगोवा में डॉक्टरों ने शनिवार को टीका अभियान शुरू किया।\n"
    ),
    "jab-hi.txt": (
        "गोवा में ज़ैबू अभियान\n\n6 मई 2023\n\nगोवा में डॉक्टरों ने शनिवार को ज़ैबू अभियान शुरू किया।\n"
    ),
}
TERMS = """\
# What this desk says, and what others do.
मनरेगा\tMGNREGA, rural jobs scheme, नरेगा
दीदी\tMamata Banerjee
महाराष्ट्र नवनिर्माण सेना\tMNS
AAP\tआम आदमी पार्टी
हर घर जल\tHar Ghar Jal, नल योजना, Mission for Safe Piped Drinking Water in Each Rural Household
vaccine\tज़ैबू
"""
DIDI = "Mamata Banerjee kahan gayi?"


def write(folder: Path, text: str | bytes) -> Path:
    file = folder / "terms.tsv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    for source, text in ARTICLES.items():
        (folder / source).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def shared(articles: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with Index(tmp_path_factory.mktemp("own") / "db") as index:
        index.update(articles)
        yield index


@pytest.fixture
def bare(shared: Index, tmp_path: Path) -> Index:
    """Open an index of the articles, without any terms."""
    shared.use_terms(write(tmp_path, ""))
    return shared


@pytest.fixture
def index(shared: Index, tmp_path: Path) -> Index:
    """Open the same with `TERMS`."""
    assert shared.use_terms(write(tmp_path, TERMS)) == 6
    return shared


def finds(index: Index, question: str) -> set[str]:
    """List the articles that hold a third of a question or more."""
    asked = index.read(question)
    return {
        hit.passage.source
        for hit in index.search(asked)
        if asked.coverage(asked.met(frozenset(stems(hit.passage.text)))) > 1 / 3
    }


def looked_for(question: Question) -> dict[tuple[str, str], float]:
    return {
        (term.word, alternative): weight
        for term in question.terms
        for alternative, weight in term.alternatives.items()
    }


QUESTIONS = [
    (DIDI, "didi-hi.txt"),
    ("Mamta Bannerjee kahan gayi?", "didi-hi.txt"),
    ("Where did Mamata Banerjee's car go?", "didi-hi.txt"),
    ("What is MGNREGA?", "jobs-en.txt"),
    ("mgnrega kya hai?", "jobs-en.txt"),
    ("What is the rural jobs scheme?", "manrega-hi.txt"),
    ("मनरेगा क्या है?", "jobs-en.txt"),
    ("नरेगा क्या है?", "jobs-en.txt"),
    ("महाराष्ट्र नवनिर्माण सेना क्या है?", "mns-hi.txt"),
    ("maharashtra navnirman sena kya hai?", "mns-hi.txt"),
    ("What is the Maharashtra Navnirman Sena?", "mns-hi.txt"),
    ("What did AAP say?", "aap-hi.txt"),
    ("AAP ne bijli par kya kaha?", "aap-hi.txt"),
    ("हर घर जल कहाँ पहुँचा?", "jal-en.txt"),
    ("har ghar jal kahan hai?", "jal-en.txt"),
    ("nal yojna kahan hai?", "jal-en.txt"),
]


@pytest.mark.parametrize(("question", "source"), QUESTIONS)
def test_a_term_is_found_by_what_means_the_same(index: Index, question: str, source: str) -> None:
    assert source in finds(index, question)


def test_without_the_file_most_of_these_find_nothing(bare: Index) -> None:
    found = [question for question, source in QUESTIONS if source in finds(bare, question)]
    assert len(found) < len(QUESTIONS) / 3


def test_an_answer_is_quoted_that_was_refused_before(bare: Index, tmp_path: Path) -> None:
    assert ask(DIDI, bare).refused
    bare.use_terms(write(tmp_path, TERMS))
    answer = ask(DIDI, bare)
    assert not answer.refused
    assert answer.citations[0].quote == "दीदी शुक्रवार को दार्जिलिंग गईं।"


def test_a_name_is_met_in_the_script_in_which_the_articles_write_it(
    bare: Index, tmp_path: Path
) -> None:
    bare.use_terms(write(tmp_path, "poorvottar rail\tDarjeeling\nthe march party\tMNS"))
    assert "didi-hi.txt" in finds(bare, "What is the Poorvottar Rail?")
    assert "mns-hi.txt" in finds(bare, "What is the march party?")


def test_a_term_of_many_words_is_met_in_the_question_and_in_the_article(
    bare: Index, tmp_path: Path
) -> None:
    bare.use_terms(write(tmp_path, TERMS))
    several = "Mission for Safe Piped Drinking Water in Each Rural Household"
    assert "jal-en.txt" in finds(bare, f"Where is the {several}?")
    bare.use_terms(write(tmp_path, "नल क्रांति\tmission of the Ministry of Drinking Water"))
    assert "jal-en.txt" in finds(bare, "नल क्रांति क्या है?")
    assert "jal-en.txt" in finds(bare, "nal kranti kya hai?")


def test_what_joins_words_in_roman_hindi_is_no_party_unless_it_is_written_as_one(
    index: Index,
) -> None:
    assert "aap" not in {term.word for term in index.read("aap rally me kab gaye?").terms}
    assert "aap" not in {term.word for term in index.read("AAP RALLY ME KAB GAYE?").terms}
    assert "aap" in {term.word for term in index.read("AAP rally me kab gayi?").terms}


def test_it_adds_to_the_lexicon_and_comes_before_it(index: Index) -> None:
    alternatives = {
        alternative: weight
        for (_, alternative), weight in looked_for(index.read("vaccine")).items()
    }
    (own,), (shipped,) = stems("ज़ैबू"), stems("टीका")
    assert 1 > alternatives[own] > alternatives[shipped] > 0
    hits = index.search("vaccine drive in Goa by doctors")
    assert [hit.passage.source for hit in hits[:2]] == ["jab-hi.txt", "tika-hi.txt"]


@pytest.mark.parametrize("question", [question for question, _ in QUESTIONS])
def test_nothing_that_was_looked_for_before_is_left_out(
    bare: Index, tmp_path: Path, question: str
) -> None:
    before = bare.read(question)
    bare.use_terms(write(tmp_path, TERMS))
    after = bare.read(question)
    assert (before.language, before.asks) == (after.language, after.asks)
    new = looked_for(after)
    assert all(new[key] >= weight for key, weight in looked_for(before).items())


@pytest.mark.parametrize(
    ("terms", "question"),
    [
        ("सेना\tShiv", "What scene is this?"),
        ("वाद\tShiv", "वादा किसने किया?"),
        ("नीतीश\tShiv", "नोटिस किसे मिला?"),
        ("कम बोल\tShiv", "कम लोग आए, वह बोल पड़े, बोल कम"),
        ("धारा 370\tShiv", "धारा 371 क्या है?"),
    ],
)
def test_another_word_is_not_the_term(
    bare: Index, tmp_path: Path, terms: str, question: str
) -> None:
    before = bare.read(question)
    bare.use_terms(write(tmp_path, terms))
    assert bare.read(question) == before


def test_they_are_remembered_replaced_and_removed(articles: Path, tmp_path: Path) -> None:
    terms = write(tmp_path, TERMS)
    with Index(tmp_path / "db") as index:
        index.update(articles)
        index.use_terms(terms)
    terms.unlink()
    # All of it lies in the index's folder, wherever that is taken.
    shutil.move(tmp_path / "db", tmp_path / "elsewhere")
    with Index(tmp_path / "elsewhere") as index:
        assert "didi-hi.txt" in finds(index, DIDI)
        index.use_terms(write(tmp_path, "दीदी\tBengal's leader"))
        assert "didi-hi.txt" not in finds(index, DIDI)
        assert "didi-hi.txt" in finds(index, "Who is Bengal's leader?")
    with Index(tmp_path / "elsewhere") as index:
        assert "didi-hi.txt" not in finds(index, DIDI)
        assert index.use_terms(write(tmp_path, "# none\n")) == 0
        assert "didi-hi.txt" not in finds(index, "Who is Bengal's leader?")


def test_they_survive_an_update_of_the_folder(articles: Path, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    shutil.copytree(articles, folder)
    with Index(tmp_path / "db") as index:
        index.use_terms(write(tmp_path, TERMS))
        index.update(folder)
        (folder / "didi-hi.txt").rename(folder / "didi.txt")
        (folder / "jobs-en.txt").unlink()
        index.update(folder)
        assert finds(index, DIDI) == {"didi.txt"}


def test_whoever_has_the_index_open_has_the_new_terms(articles: Path, tmp_path: Path) -> None:
    with Index(tmp_path / "db") as one, Index(tmp_path / "db") as other:
        one.update(articles)
        assert "didi-hi.txt" not in finds(other, DIDI)
        one.use_terms(write(tmp_path, TERMS))
        assert "didi-hi.txt" in finds(other, DIDI)


def test_questions_go_on_while_terms_are_replaced(bare: Index, tmp_path: Path) -> None:
    files = [write(tmp_path, TERMS), Path(os.devnull)]
    before = bare.read(DIDI)
    bare.use_terms(files[0])
    after = bare.read(DIDI)
    seen: list[Question] = []
    failed: list[Exception] = []

    def keep_asking() -> None:
        try:
            seen.extend(bare.read(DIDI) for _ in range(100))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=keep_asking) for _ in range(3)]
    for thread in threads:
        thread.start()
    for i in range(50):
        bare.use_terms(files[i % 2])
    for thread in threads:
        thread.join()
    assert failed == []
    assert all(question in (before, after) for question in seen)


def test_a_file_is_read_as_spreadsheets_and_editors_write_it(bare: Index, tmp_path: Path) -> None:
    first = "\ufeff# ours\r\n\r\n # more\r\n दीदी, बड़ी दीदी \t Mamata Banerjee,ममता , \r\n\t\r\n"
    second = "मनरेगा\t2,000 करोड़ योजना,Mega Plan"
    assert bare.use_terms(write(tmp_path, first + second)) == 2
    assert "didi-hi.txt" in finds(bare, DIDI)
    assert "didi-hi.txt" in finds(bare, "ममता कहाँ गईं?")
    assert "manrega-hi.txt" in finds(bare, "2000 करोड़ योजना क्या है?")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("दीदी\tMamata\nदीदी Mamata Banerjee\n", 2, "no tab (“दीदी Mamata Banerjee”)"),
        ("# a\n\nदीदी\tMamata\tBanerjee", 3, "2 tabs"),
        ("दीदी\t", 1, "nothing on one side"),
        ("\tदीदी", 1, "nothing on one side"),
        ("दीदी\t , ,", 1, "nothing on one side"),
        ("आप\tAam Aadmi Party", 1, "“आप”: function words"),
        ("क\tख\r\nAam Aadmi Party\twho is it", 2, "“who is it”"),
        ("दीदी\t😀", 1, "“😀”"),
        (f"दीदी\t{'ममता बनर्जी ' * 7}", 1, "14 words"),
        ("क\tख\rदीदी\tMamata\0", 2, "not in UTF-8"),
        ("क\tख\n\nदीदी\tMamata".encode("utf-16-le"), 1, "not in UTF-8"),
        ("क\tख\n".encode() + "café\tbar".encode("latin-1"), 2, "not in UTF-8"),
    ],
)
def test_a_line_that_says_nothing_is_named_and_changes_nothing(
    index: Index, tmp_path: Path, text: str | bytes, line: int, said: str
) -> None:
    with pytest.raises(TermsError) as raised:
        index.use_terms(write(tmp_path, text))
    message = str(raised.value)
    assert f"terms.tsv, line {line}, " in message
    assert said in message
    assert "\n" not in message
    assert message.endswith(".")
    assert "didi-hi.txt" in finds(index, DIDI), "what was remembered is in use still"


def test_a_file_that_is_not_there_or_too_large_is_refused(index: Index, tmp_path: Path) -> None:
    for name in ("missing.tsv", ".", "a\0b"):
        with pytest.raises(TermsError, match="cannot be read"):
            index.use_terms(tmp_path / name)
    large = tmp_path / "large.tsv"
    large.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(TermsError, match=f"more than {MAX_BYTES:,} bytes"):
        index.use_terms(large)
    large.write_bytes(b"#" * MAX_BYTES)
    assert index.use_terms(large) == 0


LINES = st.lists(
    st.sampled_from(["\t", ",", "\n", "\r", "#", " ", "दीदी", "AAP", "aap", "of", "2,000", "370"])
    | st.sampled_from(["Mamata Banerjee", "क", "ा", "\u200d", "एमएनएस", "\ufeff", "拉", "ß", "İ"])
    | st.text(max_size=8),
    max_size=30,
).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass"))
PAIRS = st.lists(
    st.tuples(st.text(min_size=1, max_size=12), st.text(min_size=1, max_size=12)), max_size=4
).map(lambda pairs: "\n".join(f"{a}\t{b}" for a, b in pairs).encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=60) | LINES | PAIRS)
@example(("क\t" + ", ".join(f"x{i}y" for i in range(2_000))).encode())
@example("\n".join(f"दीदी\tname{i}" for i in range(1_000)).encode())
def test_whatever_the_file_it_is_refused_or_the_index_answers(
    shared: Index, tmp_path: Path, data: bytes
) -> None:
    file = write(tmp_path, data)
    try:
        shared.use_terms(file)
    except KhabarError as error:
        assert str(error).endswith(".")
        assert "\n" not in str(error)
    for question in (DIDI, "दीदी AAP 370", data.decode("utf-8", "ignore")[:200] + " दीदी क?"):
        try:
            hits = shared.search(question)
        except QuestionError:  # of another script, most likely
            continue
        assert all(hit.passage.text for hit in hits)


def test_the_command_takes_them_and_keeps_them(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = str(tmp_path / "db")
    terms = write(tmp_path, TERMS)
    assert cli.main(["index", str(articles), "--db", db]) == 0
    assert cli.main(["index", str(articles), "--db", db, "--terms", str(terms)]) == 0
    printed = capsys.readouterr()
    assert printed.out.endswith(f"{len(ARTICLES)} unchanged\n")
    assert printed.err == "own terms in use: 6 lines\n"
    assert cli.main(["index", str(articles), "--db", db]) == 0
    capsys.readouterr()
    assert cli.main(["ask", DIDI, "--db", db]) == 0
    assert "दीदी शुक्रवार को दार्जिलिंग गईं।" in capsys.readouterr().out


def test_a_bad_file_ends_the_command_before_anything_is_indexed(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terms = write(tmp_path, "दीदी\tMamata\nदीदी\n")
    command = ["index", str(articles), "--db", str(tmp_path / "db"), "--terms", str(terms)]
    assert cli.main(command) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert re.fullmatch(r"qa: terms.tsv, line 2, has no tab \(“दीदी”\); .*\.\n", printed.err)
    with Index(tmp_path / "db") as index:
        assert index.articles() == []
