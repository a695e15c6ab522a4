"""The command line: qa index, qa ask, qa search, qa chat, qa models, qa doctor, qa eval.

Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 could not, 2 wrong usage.
"""

import argparse
import datetime
import io
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, get_args

from index import Hit, Index, KhabarError, UpdateReport
from qa import extract, llm, models_command, words
from qa.answer import DEFAULT_INDEX, TIMEOUT, open_index, stream
from qa.terminal import Bar, one_line, printable, say, write, write_json
from qa.types import Answer, AnswerLanguage, Citation, Event, Piece, Waiting


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    for output in (sys.stdout, sys.stderr):
        # A terminal that cannot write Devanagari shows escapes; it does not end the command.
        if isinstance(output, io.TextIOWrapper):
            output.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except KhabarError as error:
        say(f"qa: {one_line(str(error))}")
        return 1
    except KeyboardInterrupt:
        say("qa: stopped.")
        return 1
    except OSError as error:
        # A reader like head has what it wanted and has gone; anything else is worth a word.
        if not isinstance(error, BrokenPipeError):
            say(f"qa: {error}")
        # What is still to be written would fail again when Python closes the stream.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="qa", description=_DESCRIPTION, epilog=_EPILOG)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    index = _command(commands, "index", _index, "index a folder of articles, or what changed in it")
    index.add_argument(
        "folder", type=_path, metavar="FOLDER", help="the folder that holds the articles"
    )
    index.add_argument(
        "--terms",
        type=_path,
        metavar="FILE",
        help="your own terms, to be looked for in questions: term, a tab, and what means the same "
        "(those the index remembers)",
    )
    _embedder_option(index)
    _json_option(index)

    ask = _command(commands, "ask", _ask, "answer a question, every sentence with its source")
    _question_options(ask)
    _writing_options(ask)

    search = _command(commands, "search", _search, "list the passages that match a question")
    _question_options(search)
    search.add_argument(
        "--limit",
        type=_up_to(MAX_HITS),
        default=10,
        metavar="N",
        help=f"how many passages (10; at most {MAX_HITS:,})",
    )

    chat = _command(commands, "chat", _chat, "open the chat page in the browser")
    chat.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    chat.add_argument("--port", type=_up_to(65_535), default=7860, help="port to listen on (7860)")
    _embedder_option(chat)
    _reranker_option(chat)
    _model_option(chat)
    _eval_options(commands)
    models_command.register(commands)
    doctor = _command(commands, "doctor", _doctor, "say what runs here, and whether it answers")
    _json_option(doctor)
    return parser


_DESCRIPTION = "Ask a folder of Hindi and English articles; every answer cites its file."
_EPILOG = (
    "Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 could not, 2 wrong "
    "usage. qa COMMAND --help tells more."
)
MAX_HITS = 1_000
"""More than anybody reads; beyond it a search slows down."""


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    summary: str,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary)
    parser.set_defaults(run=run)
    parser.add_argument(
        "--db",
        type=_path,
        default=Path(DEFAULT_INDEX),
        metavar="DIR",
        help=f"the index's folder ({DEFAULT_INDEX})",
    )
    return parser


def _eval_options(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add qa eval; it has an index of its own, and so no --db."""
    summary = "measure search, answers and refusals on questions with known answers"
    parser: argparse.ArgumentParser = commands.add_parser("eval", help=summary, description=summary)
    parser.set_defaults(run=_eval)
    parser.add_argument("questions", type=_path, metavar="QUESTIONS", help="JSON lines or SQuAD")
    articles = "folder, or SQuAD file (the paragraphs of QUESTIONS, where that is one)"
    parser.add_argument("--articles", type=_path, metavar="PATH", help=articles)
    parser.add_argument("--compare", type=_path, metavar="RUN", help="what --json printed earlier")
    without = "ask again with each article taken out that answers"
    parser.add_argument("--without", action="store_true", help=without)
    parser.add_argument("--misses", action="store_true", help="list the questions that went wrong")
    _embedder_option(parser)
    _reranker_option(parser)
    _json_option(parser)


def _question_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", metavar="QUESTION", help="in Hindi, English or roman Hindi")
    parser.add_argument("--since", type=_day, metavar="DATE", help="articles from this day on")
    parser.add_argument("--until", type=_day, metavar="DATE", help="articles up to this day")
    parser.add_argument(
        "--source", action="append", metavar="FILE", dest="sources", help="only this file (repeat)"
    )
    _embedder_option(parser)
    _reranker_option(parser)
    _json_option(parser)


def _embedder_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--embedder",
        metavar="MODEL",
        help="folder of a sentence-transformers model, name of one that is installed, or "
        '"built-in" (the one the index was made with; for a new one, what KHABAR_EMBEDDER names, '
        'or "built-in")',
    )


def _reranker_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reranker",
        metavar="MODEL",
        help="folder of a cross-encoder that reads the best passages again, name of one that is "
        'installed, or "none" (what KHABAR_RERANKER names, or none)',
    )


def _model_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        metavar="MODEL",
        help="what writes the answer: a GGUF file, an installed model's name, a server's http "
        f'address, or "{extract.NAME}" for quotes (what {llm.MODEL_VARIABLE} names, or the model '
        "installed last, or quotes)",
    )


def _writing_options(parser: argparse.ArgumentParser) -> None:
    _model_option(parser)
    parser.add_argument(
        "--language",
        choices=get_args(AnswerLanguage),
        help="language of the answer (the question's)",
    )
    parser.add_argument(
        "--timeout",
        type=_up_to(86_400),
        default=TIMEOUT,
        metavar="SECONDS",
        help=f"stop a model that has not ended by then ({TIMEOUT:.0f})",
    )


def _json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2023-05-05") from None


def _up_to(most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {most:,}")
        return int(text)

    return number


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise argparse.ArgumentTypeError(f"{text!r} names a user that is not here") from None


def _index(options: argparse.Namespace) -> int:
    # Indexing ranks nothing, so whatever reranker the environment names does not matter.
    with Index(options.db, options.embedder, "none") as index, Bar(" files") as bar:
        # First, because a mistake in the file should not wait for the articles.
        lines = index.use_terms(options.terms) if options.terms else None
        report = index.update(options.folder, bar.show)
    if options.json:
        write_json(asdict(report))
    else:
        _print_report(report)
    if lines is not None:
        say(f"own terms in use: {lines} {'line' if lines == 1 else 'lines'}")
    return 0


def _print_report(report: UpdateReport) -> None:
    counts = (
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.removed)} removed, "
        f"{len(report.unchanged)} unchanged"
    )
    write(counts)
    _say_unread(report)


def _say_unread(report: UpdateReport) -> None:
    for source, reason in sorted(report.failed.items()):
        say(f"failed: {printable(source)}: {one_line(reason)}")
    for source, reason in sorted(report.skipped.items()):
        say(f"passed over: {printable(source)}: {one_line(reason)}")


def _ask(options: argparse.Namespace) -> int:
    with open_index(options.db, options.embedder, options.reranker) as index:
        events = stream(
            options.question,
            index,
            since=options.since,
            until=options.until,
            sources=options.sources,
            engine=options.model,
            language=options.language,
            timeout=options.timeout,
        )
        answer = (_watched if sys.stderr.isatty() else _awaited)(events)
    if options.json:
        write_json(_answer_fields(answer))
    else:
        _print_answer(answer)
    return 0


def _awaited(events: Iterable[Event]) -> Answer:
    *_, answer = events
    assert isinstance(answer, Answer)  # noqa: S101, the last event always is
    return answer


def _watched(events: Iterable[Event]) -> Answer:
    """Show on stderr what a model writes, as it writes; ends the line, whatever ends the events."""
    held, begun = "", False
    try:
        for event in events:
            if isinstance(event, Waiting) and event.place:
                say(f"in line for the model: {event.place} before this question")
            elif isinstance(event, Piece):
                begun = _show(held) or begun
                held = event.text
            elif isinstance(event, Answer) and held == event.text:
                held = ""  # quotes come in one piece, which is all the answer: once is enough
    finally:
        begun = _show(held) or begun
        if begun:
            say("\n")
    return _awaited([event])


def _show(text: str) -> bool:
    """Write a part of a line to stderr; returns whether there was any."""
    sys.stderr.write("\n".join(printable(line) for line in text.split("\n")))
    sys.stderr.flush()
    return bool(text)


def _answer_fields(answer: Answer) -> dict[str, Any]:
    fields = asdict(replace(answer, shown=()))  # whole passages, and they are in the articles
    del fields["shown"]
    return fields


def _print_answer(answer: Answer) -> None:
    if answer.note:
        say(answer.note)
    write("\n".join(printable(line) for line in answer.text.split("\n")))
    if answer.citations:
        write("")
    for citation in answer.citations:
        write(f"[{citation.number}] {_place(citation)}")
    for sentence in answer.sentences:
        if not sentence.marks:
            say(f"{words.UNSUPPORTED[answer.language]} {one_line(sentence.text)}")


def _place(citation: Citation) -> str:
    title = one_line(citation.title or "")
    date = citation.date.isoformat() if citation.date else ""
    about = ", ".join(part for part in (title, date) if part)
    place = f"{printable(citation.source)} {citation.start}-{citation.end}"
    return f"{about} ({place})" if about else place


def _search(options: argparse.Namespace) -> int:
    with open_index(options.db, options.embedder, options.reranker) as index:
        hits = index.search(
            options.question, options.limit, options.since, options.until, options.sources
        )
    if options.json:
        write_json([_fields(hit) for hit in hits])
    else:
        _print_hits(hits)
    return 0


def _fields(hit: Hit) -> dict[str, Any]:
    fields = asdict(hit.passage) | {"score": hit.score}
    del fields["id"]  # of the index, and another one after every change
    return fields


def _print_hits(hits: Iterable[Hit]) -> None:
    for hit in hits:
        passage = hit.passage
        write(f"{hit.score:.3f}  {printable(passage.source)} {passage.start}-{passage.end}")
        write(f"       {one_line(passage.text)}\n")


def _chat(options: argparse.Namespace) -> int:
    # Imported here: Gradio takes seconds to import.
    from qa import chat

    with open_index(options.db, options.embedder, options.reranker) as index:
        chat.serve(index, options.model, options.host, options.port)
    return 0


def _doctor(options: argparse.Namespace) -> int:
    # Imported here: no other command looks at the machine.
    from qa import doctor

    return doctor.run(options)


def _eval(options: argparse.Namespace) -> int:
    # Imported here: no other command counts.
    from qa import evaluate, questions, report

    asked = questions.read(options.questions, options.articles)
    before = report.read(options.compare) if options.compare else None
    if asked.left_out:
        say(f"left out: {asked.left_out:,} questions whose id is not in {options.articles}")
    with Bar(" steps") as bar:
        models = options.embedder, options.reranker
        run = evaluate.run(asked, *models, without=options.without, progress=bar.show)
    _say_unread(run.report)
    if options.json:
        about = vars(options) | {"left_out": asked.left_out}
        write_json(report.as_json(about, run.outcomes, before))
    else:
        for line in report.lines(run.outcomes, before, misses=options.misses):
            write(printable(line))
    return 0
