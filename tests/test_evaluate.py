"""qa eval, from a file of questions to figures, over real indexes."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

import pytest
from conftest import ARTICLES

from index import Evidence, Hit, Passage, errors
from qa import cli, evaluate, questions
from qa.evaluate import Run
from qa.questions import Asked, QuestionSet

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
SEED_QUESTIONS = ROOT / "tests" / "data" / "seed_questions.jsonl"

WICKETS = Asked(
    "w", "Who won the cricket final in Mumbai?", ("sub/cricket-en.txt",), ("India won",)
)
TIKA = Asked("t", "टीका अभियान कितने दिन चलेगा?", ("goa-tika-hi.txt",), ("एक महीना",))
BOTH = Asked(
    "b",
    "Where did the vaccine drive begin?",
    ("goa-vaccine-en.txt", "goa-tika-hi.txt"),
    ("Goa", "गोवा"),
)
ROMAN = Asked(
    "r", "lavrov ne pakistan ko kya dene ka vaada kiya?", ("lavrov-hi.txt",), ("सैन्य उपकरण",)
)
NOBODY = Asked("n", "Which actress received an Oscar for a Korean comedy?", (), ())
ASKED = (WICKETS, TIKA, BOTH, ROMAN, NOBODY)


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def write_lines(path: Path, *asked: Asked) -> Path:
    keys = ("id", "question", "sources", "answers")
    entries = [{key: getattr(item, key) for key in keys} for item in asked]
    text = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Take the place of the machine's folder for temporary files."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Ask the questions above of the articles of conftest, with and without what answers them."""
    folder = tmp_path_factory.mktemp("articles")
    for source, text in ARTICLES.items():
        (folder / source).parent.mkdir(exist_ok=True)
        (folder / source).write_text(text, encoding="utf-8")
    return evaluate.run(QuestionSet(ASKED, folder), without=True)


# What is noted of a question


def test_each_question_has_an_outcome_in_order_and_again_without_its_articles(done: Run) -> None:
    assert [(outcome.id, outcome.without) for outcome in done.outcomes] == [
        *[("w", False), ("t", False), ("b", False), ("r", False), ("n", False)],
        *[("w", True), ("t", True), ("b", True), ("r", True)],
    ]


def test_the_gold_file_and_the_answer_sentence_are_found(done: Run) -> None:
    for outcome in done.outcomes[:4]:
        assert (outcome.rank, outcome.sentence_rank) == (1, 1), outcome.id
        assert outcome.first_file in outcome.sources
        assert not outcome.refused
        assert outcome.ms > 0
    assert [outcome.language for outcome in done.outcomes[:5]] == [
        "en",
        "hi",
        "en",
        "hi-Latn",
        "en",
    ]


def test_what_has_no_answer_has_no_rank(done: Run) -> None:
    nobody = done.outcomes[4]
    assert nobody.rank is nobody.sentence_rank is None
    assert nobody.refused
    assert not nobody.answerable


def test_the_best_sentence_is_noted_with_its_place(done: Run) -> None:
    best = done.outcomes[0].first_sentence
    assert best is not None
    assert best.source == "sub/cricket-en.txt"
    assert ARTICLES[best.source][best.start : best.end] == best.text


def test_without_its_articles_a_question_is_asked_as_if_they_had_never_been_there(
    done: Run, articles: Path, tmp_path: Path
) -> None:
    for item, outcome in zip(ASKED[:4], done.outcomes[5:], strict=True):
        assert not outcome.answerable
        assert outcome.rank is outcome.sentence_rank is None
        assert outcome.first_file not in outcome.sources
        folder = tmp_path / item.id
        shutil.copytree(articles, folder)
        for source in item.sources:
            (folder / source).unlink()
        unanswerable = Asked(item.id, item.question, (), ())
        (fresh,) = evaluate.run(QuestionSet((unanswerable,), folder)).outcomes
        assert fresh.refused == outcome.refused
        assert fresh.first_file == outcome.first_file
        assert fresh.first_sentence == outcome.first_sentence


def test_a_file_counts_once_however_many_passages_stand_before(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    long = "\n\n".join(
        f"The monsoon reached Kerala on day {day}. Farmers in Kerala said the monsoon brought rice "
        f"and {'rain ' * 60} to the monsoon fields of Kerala number {day}."
        for day in range(20)
    )
    (folder / "long.txt").write_text(long, encoding="utf-8")
    short = "Officials said little about the monsoon. A ship was late.\n"
    (folder / "short.txt").write_text(short, encoding="utf-8")
    asked = Asked("1", "When did the monsoon reach Kerala?", ("short.txt",), ("ship",))
    (outcome,) = evaluate.run(QuestionSet((asked,), folder)).outcomes
    assert outcome.first_file == "long.txt"
    assert outcome.rank == 2


def evidence(source: str, text: str) -> Evidence:
    passage = Passage(1, source, 0, len(text), text, None, None, "hi")
    return Evidence(Hit(passage, 1.0), 0, len(text), text, 1.0)


def test_an_answer_counts_in_a_gold_file_only_however_it_is_encoded() -> None:
    composed = "उन्होंने \u0958र्ज़ की\nरकम चुकाई।"
    asked = Asked(
        "1", "क्या?", ("a.txt",), ("नहीं है", unicodedata.normalize("NFD", "\u0958र्ज़ की रकम"))
    )
    assert evaluate.answers(asked, evidence("a.txt", composed))
    assert not evaluate.answers(asked, evidence("b.txt", composed))
    assert not evaluate.answers(asked, evidence("a.txt", "उन्होंने कर्ज की रकम चुकाई।"))


# What is left alone, and what does not fit


@pytest.mark.parametrize("without", [False, True])
def test_no_file_is_changed_and_nothing_is_left_behind(
    without: bool, articles: Path, scratch: Path
) -> None:
    (articles / ".git").mkdir()
    (articles / ".git" / "config").write_text("hidden", encoding="utf-8")
    (articles / "link.txt").symlink_to("nowhere")
    os.mkfifo(articles / "pipe.txt")
    before = contents(articles)
    evaluate.run(QuestionSet(ASKED, articles), without=without)
    assert contents(articles) == before
    assert list(scratch.iterdir()) == []


def test_a_copy_that_cannot_be_made_is_said(articles: Path, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "q.jsonl", WICKETS)
    code = (
        "import resource, sys; from qa import cli, evaluate, report\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))  # as on a disk that is full\n"
        "sys.exit(cli.main(sys.argv[1:]))"
    )
    arguments = ["eval", str(path), "--articles", str(articles), "--without"]
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert done.returncode == 1
    assert re.fullmatch(r"qa: .*-(en|hi)\.\w+ cannot be copied: .*\n", done.stderr)


def test_a_gold_file_that_is_not_there_is_a_mistake(articles: Path) -> None:
    slip = Asked("1", "Who won?", ("cricket-en.txt",), ("India",), "q.jsonl, line 7")
    with pytest.raises(errors.QuestionFileError, match=r"q.jsonl, line 7: 'cricket-en.txt' is not"):
        evaluate.run(QuestionSet((WICKETS, slip), articles))


@pytest.mark.parametrize("without", [False, True])
def test_a_gold_file_that_cannot_be_read_is_a_miss(without: bool, articles: Path) -> None:
    (articles / "empty.txt").touch()
    asked = Asked("1", "Who won the final in Mumbai?", ("empty.txt",), ("India",))
    run = evaluate.run(QuestionSet((asked,), articles), without=without)
    assert run.report.failed == {"empty.txt": "the file is empty."}
    assert [outcome.rank for outcome in run.outcomes] == [None] * (1 + without)


def test_a_question_that_cannot_be_asked_is_named_before_any_is_asked(articles: Path) -> None:
    tamil = Asked("1", "லாவ்ரோவ் யார்?", (), (), "q.jsonl, line 2")
    steps: list[tuple[int, int]] = []
    with pytest.raises(errors.QuestionFileError, match=r"q.jsonl, line 2: \w+"):
        evaluate.run(
            QuestionSet((WICKETS, tamil), articles), progress=lambda *step: steps.append(step)
        )
    assert steps[-1] == (5, 5)  # the files


def test_an_article_cannot_be_taken_out_if_it_is_the_only_one(tmp_path: Path) -> None:
    asked = Asked("1", "Who met Lavrov?", ("00-000.txt",), ("Khan",), "q.json, 1")
    texts = {"00-000.txt": "Lavrov met Khan in Islamabad."}
    assert evaluate.run(QuestionSet((asked,), texts)).outcomes[0].rank == 1
    with pytest.raises(errors.QuestionFileError, match=r"q.json, 1: without the files"):
        evaluate.run(QuestionSet((asked,), texts), without=True)


# Questions and articles in two languages


PARALLEL = {
    "en": (
        ("The tiger reserve in Ranthambore opened in 1973. Tourists come in October.", "1973"),
        ("The bridge over the Yamuna collapsed in the flood. Three buses fell in.", "flood"),
    ),
    "hi": (
        ("रणथंभौर का बाघ अभयारण्य 1973 में खुला। पर्यटक अक्टूबर में आते हैं।", "1973"),
        ("यमुना पर बना पुल बाढ़ में ढह गया। तीन बसें नीचे गिर गईं।", "बाढ़"),
    ),
}
PARALLEL_QUESTIONS = {
    "en": ("When did the tiger reserve in Ranthambore open?", "Why did the bridge collapse?"),
    "hi": ("रणथंभौर का बाघ अभयारण्य कब खुला?", "यमुना का पुल क्यों ढह गया?"),
    "roman": ("ranthambore ka bagh abhyaranya kab khula?", "yamuna ka pul kyon dhah gaya?"),
}


def write_squad(path: Path, language: str, articles: int = 2) -> Path:
    """Write a SQuAD file of an article or two, with the same ids in both languages."""
    pairs = zip(PARALLEL[language], PARALLEL_QUESTIONS[language], strict=True)
    paragraphs = [
        {"context": text, "qas": [{"id": f"{i}", "question": asked, "answers": [{"text": answer}]}]}
        for i, ((text, answer), asked) in enumerate(pairs)
    ]
    data = [{"paragraphs": [paragraph]} for paragraph in paragraphs[:articles]]
    path.write_text(json.dumps({"version": "1.1", "data": data}), encoding="utf-8")
    return path


@pytest.mark.parametrize("asked", ["en", "hi", "roman"])
@pytest.mark.parametrize("told", ["en", "hi"])
def test_questions_in_any_form_are_asked_of_articles_in_either_language(
    asked: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "questions.json"
    if asked == "roman":
        by_id = {f"{i}": text for i, text in enumerate(PARALLEL_QUESTIONS["roman"])}
        path.write_text(json.dumps(by_id), encoding="utf-8")
    else:
        write_squad(path, asked)
    articles = write_squad(tmp_path / "articles.json", told)
    for i, outcome in enumerate(evaluate.run(questions.read(path, articles)).outcomes):
        assert outcome.id == f"{i}"
        assert outcome.language == ("hi-Latn" if asked == "roman" else asked)
        assert (outcome.rank, outcome.sentence_rank) == (1, 1)
        assert outcome.first_file == f"{i:02d}-000.txt"


# The command


def qa_eval(capsys: pytest.CaptureFixture[str], *arguments: str | Path, code: int = 0) -> str:
    """Run the command; returns what it printed, or what it said if it could not."""
    assert cli.main(["eval", *map(str, arguments)]) == code
    written = capsys.readouterr()
    assert "" in ((written.out, written.err) if code else (written.err,))
    return written.err if code else written.out


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Write a slice of the project's own questions: every tenth, of every form."""
    entries = SEED_QUESTIONS.read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(entries[::10]), encoding="utf-8")
    return path


def test_the_shipped_articles_are_measured_and_two_runs_are_alike(
    seeds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    printed = qa_eval(capsys, seeds, "--articles", SEEDS, "--json")
    assert not (tmp_path / ".khabar").exists()
    run = json.loads(printed)
    assert (run["questions"], run["articles"], run["embedder"]) == (str(seeds), str(SEEDS), None)
    assert len(run["outcomes"]) == 15
    assert set(run["measures"]) == {"all", "en", "hi", "hi-Latn"}
    figures = run["measures"]["all"]
    assert (figures["questions with an answer"], figures["questions without"]) == (11, 4)
    assert 0.5 <= figures["recall@1"] <= figures["recall@5"] <= figures["recall@10"] <= 1

    (tmp_path / "run.json").write_text(printed, encoding="utf-8")
    again = qa_eval(capsys, seeds, "--articles", SEEDS, "--compare", tmp_path / "run.json")
    table, _, compared = again.partition("Questions in both runs: 15;")
    assert table.split("\n")[0].split() == ["all", "en", "hi", "hi-Latn"]
    assert f"{100 * figures['recall@1']:.1f} %" in table.split("recall@1")[1].split("\n")[0]
    rows = [line for line in compared.splitlines() if "%" in line][1:]
    assert len(rows) > 8
    assert {tuple(row.split()[-3:]) for row in rows} == {("+0.0", "+0.0", "+0.0")}

    compared_json = qa_eval(
        capsys, seeds, "--articles", SEEDS, "--json", "--compare", tmp_path / "run.json"
    )
    recall = json.loads(compared_json)["comparison"]["all"]["recall@1"]
    assert recall == {
        "questions": 11,
        "before": figures["recall@1"],
        "after": figures["recall@1"],
        "difference": 0,
        "interval": [0, 0],
    }


def test_misses_are_listed_one_a_line_and_cannot_speak_to_the_terminal(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = Asked("x\x1b[31m", "Who\nwon the cricket final?", ("lavrov-hi.txt",), ("कोई नहीं",))
    path = write_lines(tmp_path / "q.jsonl", WICKETS, wrong, NOBODY)
    printed = qa_eval(capsys, path, "--articles", articles, "--misses")
    _, _, misses = printed.partition("\n\n")
    (line,) = misses.splitlines()
    assert line.startswith("x\\x1b[31m: file ")
    assert "answer sentence not found | Who won the cricket final? | sub/cricket-en.txt" in line


def test_refusals_are_calibrated_by_taking_articles_out(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_lines(tmp_path / "q.jsonl", *ASKED)
    printed = qa_eval(capsys, path, "--articles", articles, "--without", "--json")
    run = json.loads(printed)
    taken_out = [outcome["refused"] for outcome in run["outcomes"] if outcome["without"]]
    assert len(taken_out) == 4
    share = run["measures"]["all"]["rightly refused, article out"]
    assert share == pytest.approx(sum(taken_out) / 4)
    assert run["measures"]["all"]["questions with an answer"] == 4


def test_questions_that_are_left_out_and_files_that_fail_are_said(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = write_squad(tmp_path / "en.json", "en")
    one = write_squad(tmp_path / "one.json", "hi", articles=1)
    cli.main(["eval", str(both), "--articles", str(one), "--json"])
    written = capsys.readouterr()
    assert "left out: 1 " in written.err
    assert json.loads(written.out)["left_out"] == 1

    (articles / "empty.txt").touch()
    (articles / "a.jpg").touch()
    path = write_lines(tmp_path / "q.jsonl", WICKETS)
    cli.main(["eval", str(path), "--articles", str(articles)])
    said = capsys.readouterr().err
    assert re.fullmatch(r"failed: empty.txt: .*\npassed over: a.jpg: .*\n", said)


def test_what_cannot_be_measured_is_one_line_and_exit_code_1(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write_lines(tmp_path / "q.jsonl", WICKETS)
    bad = write_lines(tmp_path / "bad.jsonl", WICKETS, WICKETS)
    for arguments in (
        [bad, "--articles", articles],
        [good],
        [good, "--articles", tmp_path / "nowhere"],
        [good, "--articles", articles, "--compare", good],
        [good, "--articles", articles, "--embedder", tmp_path / "nowhere"],
        [good, "--articles", articles, "--reranker", tmp_path / "nowhere"],
    ):
        said = qa_eval(capsys, *arguments, code=1)
        assert said.startswith("qa: ")
        assert said.count("\n") == 1
    assert "bad.jsonl, line 2: the id 'w' stands twice" in qa_eval(
        capsys, bad, "--articles", articles, code=1
    )
