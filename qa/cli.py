"""The command line: qa index, qa ask, qa search, qa chat.

Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 could not, 2 wrong usage.
"""

import argparse
import datetime
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from index import Hit, Index, KhabarError, UpdateReport
from qa.answer import DEFAULT_INDEX, open_index, stream
from qa.types import Answer, Citation, Piece


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except KhabarError as error:
        _say(f"qa: {error}")
        return 1
    except KeyboardInterrupt:
        _say("qa: stopped.")
        return 130
    except BrokenPipeError:
        # The reader (head, less) has what it wanted; nothing more can be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="qa", description=_DESCRIPTION)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    index = _command(commands, "index", _index, "index a folder of articles, or what changed in it")
    index.add_argument("folder", metavar="FOLDER", help="the folder that holds the articles")
    _embedder_option(index)
    _json_option(index)

    ask = _command(commands, "ask", _ask, "answer a question, every sentence with its source")
    _question_options(ask)
    _model_option(ask)

    search = _command(commands, "search", _search, "list the passages that match a question")
    _question_options(search)
    search.add_argument(
        "--limit", type=_positive, default=10, metavar="N", help="how many passages (10)"
    )

    chat = _command(commands, "chat", _chat, "open the chat page in the browser")
    chat.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    chat.add_argument("--port", type=_positive, default=7860, help="port to listen on (7860)")
    _embedder_option(chat)
    _model_option(chat)
    return parser


_DESCRIPTION = "Ask a folder of Hindi and English articles; every answer cites its file."


def _command(
    commands: Any,
    name: str,
    run: Callable[[argparse.Namespace], int],
    summary: str,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary)
    parser.set_defaults(run=run)
    parser.add_argument(
        "--db", default=DEFAULT_INDEX, metavar="DIR", help=f"the index's folder ({DEFAULT_INDEX})"
    )
    return parser


def _question_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", metavar="QUESTION", help="in Hindi, English or roman Hindi")
    parser.add_argument("--since", type=_day, metavar="DATE", help="articles from this day on")
    parser.add_argument("--until", type=_day, metavar="DATE", help="articles up to this day")
    parser.add_argument(
        "--source", action="append", metavar="FILE", dest="sources", help="only this file (repeat)"
    )
    _embedder_option(parser)
    _json_option(parser)


def _embedder_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--embedder", metavar="DIR", help="folder of a sentence-transformers model (built-in)"
    )


def _model_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="FILE", help="GGUF model that answers (quotes)")


def _json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2023-05-05") from None


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _index(options: argparse.Namespace) -> int:
    with Index(options.db, options.embedder) as index, _Bar() as bar:
        report = index.update(options.folder, bar.show)
    if options.json:
        _print_json(asdict(report))
    else:
        _print_report(report)
    return 0


class _Bar:
    """A progress bar on stderr, on a terminal only."""

    def __enter__(self) -> "_Bar":
        # Imported here: no other command shows progress.
        from tqdm import tqdm

        self._bar = tqdm(unit=" files", file=sys.stderr, disable=None, leave=False)
        return self

    def show(self, done: int, total: int) -> None:
        """Move the bar."""
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def __exit__(self, *_: object) -> None:
        self._bar.close()


def _print_report(report: UpdateReport) -> None:
    counts = (
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.removed)} removed, "
        f"{len(report.unchanged)} unchanged"
    )
    _print(counts)
    for source, reason in sorted(report.failed.items()):
        _say(f"failed: {_printable(source)}: {reason}")
    for source, reason in sorted(report.skipped.items()):
        _say(f"passed over: {_printable(source)}: {reason}")


def _ask(options: argparse.Namespace) -> int:
    with open_index(options.db, options.embedder) as index:
        events = stream(
            options.question,
            index,
            since=options.since,
            until=options.until,
            sources=options.sources,
            engine=options.model,
        )
        for event in events:
            if isinstance(event, Answer):
                answer = event
            elif isinstance(event, Piece) and options.model and sys.stderr.isatty():
                sys.stderr.write(event.text)
                sys.stderr.flush()
    if options.json:
        _print_json(asdict(answer))
    else:
        _print_answer(answer)
    return 0


def _print_answer(answer: Answer) -> None:
    if answer.note:
        _say(answer.note)
    _print(answer.text)
    if answer.citations:
        _print("")
    for citation in answer.citations:
        _print(f"[{citation.number}] {_place(citation)}")


def _place(citation: Citation) -> str:
    parts = [citation.title or "", citation.date.isoformat() if citation.date else ""]
    about = ", ".join(part for part in parts if part)
    place = f"{_printable(citation.source)} {citation.start}-{citation.end}"
    return f"{about} ({place})" if about else place


def _search(options: argparse.Namespace) -> int:
    with open_index(options.db, options.embedder) as index:
        hits = index.search(
            options.question, options.limit, options.since, options.until, options.sources
        )
    if options.json:
        _print_json([asdict(hit.passage) | {"score": hit.score} for hit in hits])
    else:
        _print_hits(hits)
    return 0


def _print_hits(hits: Iterable[Hit]) -> None:
    for hit in hits:
        passage = hit.passage
        _print(f"{hit.score:.3f}  {_printable(passage.source)} {passage.start}-{passage.end}")
        _print(f"       {' '.join(passage.text.split())}\n")


def _chat(options: argparse.Namespace) -> int:
    # Imported here: Gradio takes seconds to import.
    from qa import chat

    with open_index(options.db, options.embedder) as index:
        chat.serve(index, options.model, options.host, options.port)
    return 0


def _printable(name: str) -> str:
    """Keep a file's name on one line and free of control characters."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in name)


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _print_json(value: object) -> None:
    _print(json.dumps(value, ensure_ascii=False, indent=2, default=_jsonable))


def _jsonable(value: object) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
