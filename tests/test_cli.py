"""The qa command, run as people run it."""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import tiny_gguf
from holding import terminal

from qa import cli

ARTICLES = {
    "talks.txt": (
        "Lavrov in Islamabad: talks on energy\n\nApril 7, 2021\n\n"
        "The foreign ministers of Pakistan and Russia held wide-ranging talks on Wednesday. "
        "Lavrov planted a pine sapling in the grounds of the Foreign Ministry.\n"
    ),
    "sub/वादा 🙂\nदो.txt": (
        "रूस पाकिस्तान को सैन्य उपकरण देगा\n\n8 अप्रैल 2021\n\n"
        "रूस के विदेश मंत्री सर्गेई लावरोव ने पाकिस्तान को सैन्य उपकरण देने का वादा किया। "
        "दोनों देश \x1b[31mसंयुक्त सैन्य अभ्यास करेंगे। यह अभ्यास अगले साल पहाड़ी इलाक़े में होगा, "
        "और इसमें दोनों देशों के सैनिक हिस्सा लेंगे।\n"
    ),
}
PLANTED = "What did Lavrov plant in Islamabad?"
PROMISED = "लावरोव ने पाकिस्तान से क्या वादा किया?"
COMMANDS = ("index", "ask", "search", "chat", "serve")


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    for name, text in ARTICLES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def db(articles: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("db") / "db"
    assert cli.main(["index", str(articles), "--db", str(path)]) == 0
    return path


@pytest.fixture(autouse=True)
def no_model_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KHABAR_MODEL", raising=False)


def run(
    *arguments: str | Path, encoding: str = "utf-8", **options: object
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, as a shell would."""
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONWARNINGS": "ignore"}
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [sys.executable, "-m", "qa", *map(str, arguments)],
        env=environment,
        text=True,
        encoding="utf-8",
        capture_output=True,
        **options,
    )


def usage_error(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    written = capsys.readouterr()
    assert written.out == ""
    return written.err


# Help


def test_help_names_every_command_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    for command in COMMANDS:
        assert re.search(rf"^    {command} +\w", text, re.MULTILINE), command
    assert "0 done, 1 could not, 2 wrong usage" in " ".join(text.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_documents_every_option(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    text = capsys.readouterr().out
    options = re.findall(r"^  (--?\w[\w-]*)(?:, --\w+)?(?: [A-Z]+)?(.*)", text, re.MULTILINE)
    assert "--db" in dict(options)
    for option, described in options:
        # The description stands behind the option or on the line below.
        assert described.strip() or re.search(rf"{option}.*\n {{20,}}\S", text), option


# Usage


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "COMMAND"),
        (["frobnicate"], "invalid choice: 'frobnicate'"),
        (["ask"], "QUESTION"),
        (["index"], "FOLDER"),
        (["ask", "x", "--since", "yesterday"], "'yesterday' is not a date like 2023-05-05"),
        (["ask", "x", "--until", "2023-02-30"], "'2023-02-30' is not a date"),
        (["search", "x", "--limit", "0"], "'0' is not a whole number from 1 to 1,000"),
        (["search", "x", "--limit", "-3"], "--limit"),
        (["search", "x", "--limit", "²"], "'²' is not a whole number"),
        (["search", "x", "--limit", "9" * 5000], "is not a whole number"),
        (["chat", "--port", "70000"], "'70000' is not a whole number from 1 to 65,535"),
        (["ask", "x", "--db", "~nobody-here/db"], "names a user that is not here"),
        (["ask", "x", "--frobnicate"], "unrecognized arguments: --frobnicate"),
    ],
)
def test_wrong_usage_is_said_on_stderr_with_exit_code_2(
    arguments: Sequence[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in usage_error(arguments, capsys)


# Indexing


def test_index_reports_what_changed(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["index", str(articles), "--db", str(tmp_path / "db")]
    assert cli.main(arguments) == 0
    assert capsys.readouterr() == ("2 added, 0 changed, 0 removed, 0 unchanged\n", "")
    assert cli.main([*arguments, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report) == {
        *("added", "changed", "removed", "unchanged", "moved", "failed", "skipped")
    }
    assert sorted(report["unchanged"]) == sorted(ARTICLES)


def test_files_that_fail_are_named_on_stderr_on_one_line_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "good.txt").write_text(ARTICLES["talks.txt"])
    (folder / "ख़राब\n🙂.txt").write_bytes(b"\x00\x01\x02\x03" * 500)
    assert cli.main(["index", str(folder), "--db", str(tmp_path / "db")]) == 0
    written = capsys.readouterr()
    assert written.out == "1 added, 0 changed, 0 removed, 0 unchanged\n"
    (line,) = written.err.splitlines()
    assert line.startswith("failed: ख़राब\\n🙂.txt: ")


@pytest.mark.parametrize("command", [["index"], ["ask"], ["search"], ["chat"]])
def test_what_is_not_there_is_said_in_one_line_with_exit_code_1(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argument = [] if command == ["chat"] else [str(tmp_path / "no such folder")]
    assert cli.main([*command, *argument, "--db", str(tmp_path / "no\ndb")]) == 1
    written = capsys.readouterr()
    assert written.out == ""
    (line,) = written.err.splitlines()
    assert line.startswith("qa: ")


def test_a_folder_that_is_no_index_and_a_file_are_refused(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    for db in (articles, tmp_path / "file"):
        for command in (["ask", PLANTED], ["search", PLANTED], ["index", str(articles)]):
            assert cli.main([*command, "--db", str(db)]) == 1
            assert capsys.readouterr().err.count("\n") == 1
    assert sorted(path.name for path in articles.iterdir()) == ["sub", "talks.txt"]


# Asking and searching


def test_an_answer_stands_on_stdout_with_its_sources(
    db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["ask", PLANTED, "--db", str(db)]) == 0
    written = capsys.readouterr()
    assert written.err == ""
    answer, sources = written.out.split("\n\n[1] ")
    assert "Lavrov planted a pine sapling in the grounds of the Foreign Ministry. [1]" in answer
    start = ARTICLES["talks.txt"].index("Lavrov planted")
    place = f"talks.txt {start}-{start + 69}"
    assert sources.startswith(f"Lavrov in Islamabad: talks on energy, 2021-04-07 ({place})")


def test_json_has_the_fields_of_the_contract(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ask", PLANTED, "--db", str(db), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {"question", "text", "refused", "language", "engine", "citations"} <= set(answer)
    citation = answer["citations"][0]
    assert set(citation) == {
        *("number", "source", "title", "date", "start", "end", "quote", "page", "also_in")
    }
    assert citation["date"] == "2021-04-07"
    text = ARTICLES[citation["source"]]
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert cli.main(["search", PLANTED, "--db", str(db), "--json", "--limit", "1"]) == 0
    (hit,) = json.loads(capsys.readouterr().out)
    assert set(hit) == {
        *("source", "start", "end", "text", "title", "date", "language", "score"),
        *("page", "also_in"),
    }
    assert ARTICLES[hit["source"]][hit["start"] : hit["end"]] == hit["text"]


def test_a_refusal_is_an_answer(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ask", PROMISED, "--db", str(db), "--source", "none.txt"]) == 0
    assert capsys.readouterr() == ("इन लेखों में इस सवाल का जवाब नहीं मिला।\n", "")


def test_dates_and_files_narrow_the_search(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def sources(*options: str) -> set[str]:
        assert cli.main(["search", "Lavrov", "--db", str(db), "--json", *options]) == 0
        return {hit["source"] for hit in json.loads(capsys.readouterr().out)}

    assert sources() == set(ARTICLES)
    assert sources("--until", "2021-04-07") == {"talks.txt"}
    assert sources("--since", "2021-04-08") == set(ARTICLES) - {"talks.txt"}
    assert sources("--source", "talks.txt") == {"talks.txt"}
    assert sources("--source", "talks.txt", "--source", "sub/वादा 🙂\nदो.txt") == set(ARTICLES)


def test_names_and_texts_cannot_break_the_line_or_speak_to_the_terminal(
    db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["search", PROMISED, "--db", str(db)]) == 0
    out = capsys.readouterr().out
    assert "sub/वादा 🙂\\nदो.txt " in out
    assert cli.main(["ask", "दोनों देश क्या अभ्यास करेंगे?", "--db", str(db)]) == 0
    out += capsys.readouterr().out
    assert "\\x1b[31mसंयुक्त" in out
    assert "\x1b" not in out


@pytest.mark.parametrize(
    "question", ["", "?!", "Что обещал Лавров?", "x" * 100_000, "\udcff\udcfe"], ids=len
)
def test_what_cannot_be_asked_is_one_line_and_exit_code_1(
    question: str, db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("ask", "search"):
        assert cli.main([command, question, "--db", str(db)]) == 1
        written = capsys.readouterr()
        assert written.out == ""
        assert re.fullmatch(r"qa: The question .{10,200}\.\n", written.err)


def test_bytes_that_are_no_text_in_a_question_do_no_harm(
    db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["ask", f"{PLANTED} \udcff", "--db", str(db)]) == 0  # as Python decodes them
    assert capsys.readouterr().err == ""


# Models


def test_a_model_writes_and_its_answer_is_checked(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tiny_gguf.write(tmp_path / "tiny.gguf", says="Lavrov planted a pine. [1]")
    assert cli.main(["ask", PLANTED, "--db", str(db), "--model", str(model)]) == 0
    written = capsys.readouterr()
    assert written.out.startswith("Lavrov planted a pine. [1]\n\n[1] Lavrov in Islamabad")
    assert written.err == ""
    tiny_gguf.write(model, says="The Bank of England raised rates. [1]")
    other = model.rename(tmp_path / "other.gguf")
    assert cli.main(["ask", PLANTED, "--db", str(db), "--model", str(other)]) == 0
    written = capsys.readouterr()
    assert "could not be checked against the articles" in written.err
    assert "Lavrov planted a pine sapling" in written.out


def test_a_process_that_used_a_model_ends_without_a_word(db: Path, tmp_path: Path) -> None:
    model = tiny_gguf.write(tmp_path / "tiny.gguf", says="Lavrov planted a pine. [1]")
    done = run("ask", PLANTED, "--db", db, "--model", model)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("gemma-4-e2b", "is not on this machine; fetch it with: qa models pull gemma-4-e2b"),
        ("none.gguf", "There is no model file none.gguf"),
        (".", "cannot be read"),
    ],
)
def test_a_model_that_cannot_be_used_is_one_line_and_exit_code_1(
    model: str, said: str, db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["ask", PLANTED, "--db", str(db), "--model", model]) == 1
    written = capsys.readouterr()
    assert written.out == ""
    assert said in written.err
    assert written.err.count("\n") == 1


# Streams


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_stdout_that_cannot_write_hindi_gets_escapes(
    encoding: str, db: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def printed(*options: str) -> str:
        raw = io.BytesIO()
        with io.TextIOWrapper(raw, encoding) as stdout, monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stdout)
            assert cli.main(["ask", PROMISED, "--db", str(db), *options]) == 0
            return raw.getvalue().decode(encoding)

    assert "\\u0935\\u093e\\u0926\\u093e" in printed()
    answer = json.loads(printed("--json"))
    assert answer["question"] == PROMISED
    assert answer["citations"][0]["source"] == "sub/वादा 🙂\nदो.txt"
    assert capsys.readouterr().err == ""


def test_a_reader_that_leaves_early_is_no_error() -> None:
    command = [sys.executable, "-m", "qa", "models"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full to write to")
def test_a_full_disk_is_said() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "qa", "models"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "qa: [Errno 28] No space left on device\n")


def test_ctrl_c_stops_without_a_traceback(
    db: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "stream", interrupted)
    assert cli.main(["ask", PLANTED, "--db", str(db)]) == 1
    assert capsys.readouterr() == ("", "qa: stopped.\n")


def test_progress_shows_on_a_terminal_and_nowhere_else(
    articles: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = ["index", str(articles), "--db"]
    assert cli.main([*command, str(tmp_path / "quiet")]) == 0
    reported = ("2 added, 0 changed, 0 removed, 0 unchanged\n", "")
    assert capsys.readouterr() == reported
    with terminal() as (screen, shown), monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", screen)
        assert cli.main([*command, str(tmp_path / "db")]) == 0
        assert "files" in shown()
    assert capsys.readouterr() == reported


def test_python_m_qa_is_the_command(tmp_path: Path) -> None:
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: qa ")
    done = run("ask", "Lavrov?", "--db", tmp_path / "none")
    assert (done.returncode, done.stdout) == (1, "")
