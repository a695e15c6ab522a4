"""The command line: qa index, ask, search, chat, serve, eval, models, doctor.

Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 could not, 2 wrong usage.
"""

import argparse
import io
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress

from index import KhabarError
from qa import index_command, models_command, results, serve
from qa.answer import stream
from qa.listening import listening
from qa.opening import open_index, reach
from qa.options import (
    MAX_HITS,
    command,
    embedder_option,
    json_option,
    model_option,
    path,
    question_options,
    reranker_option,
    up_to,
    writing_options,
)
from qa.terminal import Bar, one_line, printable, say, write, write_json
from qa.types import Answer, Event, Piece, Waiting


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

    index_command.register(commands)
    ask = command(commands, "ask", _ask, "answer a question, every sentence with its source")
    question_options(ask)
    writing_options(ask)

    search = command(commands, "search", _search, "list the passages that match a question")
    question_options(search)
    search.add_argument(
        "--limit",
        type=up_to(MAX_HITS),
        default=10,
        metavar="N",
        help=f"how many passages (10; at most {MAX_HITS:,})",
    )

    chat = command(commands, "chat", _chat, "open the chat page in the browser")
    chat.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    chat.add_argument("--port", type=up_to(65_535), default=7860, help="port to listen on (7860)")
    embedder_option(chat)
    reranker_option(chat)
    model_option(chat)
    serve.register(commands)
    _eval_options(commands)
    models_command.register(commands)
    doctor = command(commands, "doctor", _doctor, "say what runs here, and whether it answers")
    json_option(doctor)
    return parser


_DESCRIPTION = "Ask a folder of Hindi and English articles; every answer cites its file."
_EPILOG = (
    "Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 could not, 2 wrong "
    "usage. qa COMMAND --help tells more."
)


def _eval_options(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add qa eval; it has an index of its own, and so no --db."""
    summary = "measure search, answers and refusals on questions with known answers"
    parser: argparse.ArgumentParser = commands.add_parser("eval", help=summary, description=summary)
    parser.set_defaults(run=_eval)
    parser.add_argument("questions", type=path, metavar="QUESTIONS", help="JSON lines or SQuAD")
    articles = "folder, or SQuAD file (the paragraphs of QUESTIONS, where that is one)"
    parser.add_argument("--articles", type=path, metavar="PATH", help=articles)
    parser.add_argument("--compare", type=path, metavar="RUN", help="what --json printed earlier")
    without = "ask again with each article taken out that answers"
    parser.add_argument("--without", action="store_true", help=without)
    parser.add_argument("--misses", action="store_true", help="list the questions that went wrong")
    embedder_option(parser)
    reranker_option(parser)
    json_option(parser)


def _ask(options: argparse.Namespace) -> int:
    with reach(options.db, options.embedder, options.reranker) as index:
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
        write_json(results.answer_fields(answer))
    else:
        results.print_answer(answer)
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


def _search(options: argparse.Namespace) -> int:
    with reach(options.db, options.embedder, options.reranker) as index:
        hits = index.search(
            options.question, options.limit, options.since, options.until, options.sources
        )
    if options.json:
        write_json([results.hit_fields(hit) for hit in hits])
    else:
        results.print_hits(hits)
    return 0


def _chat(options: argparse.Namespace) -> int:
    # Imported here: Gradio takes seconds to import.
    from qa import chat

    models = options.embedder, options.reranker
    with open_index(options.db, *models) as index, listening(index, lambda: options.model):
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
    index_command.say_unread(run.report)
    if options.json:
        about = vars(options) | {"left_out": asked.left_out}
        write_json(report.as_json(about, run.outcomes, before))
    else:
        for line in report.lines(run.outcomes, before, misses=options.misses):
            write(printable(line))
    return 0
