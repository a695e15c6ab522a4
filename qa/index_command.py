"""qa index: make the index of a folder of articles, or bring it up to what changed there."""

import argparse
import datetime
import signal
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict
from threading import Event
from types import FrameType

from index import Index, KhabarError, UpdateReport
from qa.listening import listening
from qa.opening import reach
from qa.options import command, embedder_option, json_option, path
from qa.terminal import Bar, one_line, printable, say, write, write_json

_LONG = 1.0
"""Seconds after which other processes can ask; a small folder is done by then, at no cost."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add qa index to the command line."""
    parser = command(commands, "index", run, "index a folder of articles, or what changed in it")
    parser.add_argument(
        "folder", type=path, metavar="FOLDER", help="the folder that holds the articles"
    )
    parser.add_argument(
        "--terms",
        type=path,
        metavar="FILE",
        help="your own terms, to be looked for in questions: term, a tab, and what means the same "
        "(those the index remembers)",
    )
    parser.add_argument(
        "--chroma",
        metavar="ADDRESS",
        help="keep the vectors on a Chroma server, http://HOST:PORT, or local, in the index's own "
        "folder (where they are)",
    )
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--watch",
        action="store_true",
        help="go on until Ctrl-C, with an update after each change in the folder; --json then "
        "prints a line for each",
    )
    instead.add_argument(
        "--verify",
        action="store_true",
        help="change nothing, and say what differs between the library, its indexes and the folder",
    )
    instead.add_argument(
        "--rebuild",
        action="store_true",
        help="before the update, make vectors and words anew from the articles the library has",
    )
    embedder_option(parser)
    json_option(parser)
    parser.set_defaults(misused=parser.error)


def run(options: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    if options.watch:
        return _watch(options)
    if options.verify and (options.terms or options.chroma):
        options.misused("--verify changes nothing; leave out --terms and --chroma")
    if options.verify:
        return _verify(options)
    # Indexing ranks nothing, so whatever reranker the environment names does not matter.
    with (
        reach(options.db, options.embedder, "none", options.chroma, make=True) as index,
        _answering(index),
    ):
        # First, because a mistake in the file should not wait for the articles.
        lines = index.use_terms(options.terms) if options.terms else None
        if options.rebuild:
            with Bar(" passages") as bar:
                index.rebuild(bar.show)
        with Bar(" files") as bar:
            report = index.update(options.folder, bar.show)
    if options.json:
        write_json(asdict(report))
    else:
        _print_report(report)
    _say_terms(lines)
    return 0


def _say_terms(lines: int | None) -> None:
    if lines is not None:
        say(f"own terms in use: {lines} {'line' if lines == 1 else 'lines'}")


def _verify(options: argparse.Namespace) -> int:
    with (
        reach(options.db, options.embedder, "none") as index,
        _answering(index),
        Bar(" passages") as bar,
    ):
        differences = index.verify(options.folder, bar.show)
    if options.json:
        write_json(differences)
    else:
        for sentence in differences or ["Library, vectors, words and folder agree."]:
            write(printable(sentence))
    return 1 if differences else 0


def _watch(options: argparse.Namespace) -> int:
    with (
        _until_stopped() as stop,
        Index(options.db, options.embedder, "none", options.chroma) as index,
        listening(index),
    ):
        _say_terms(index.use_terms(options.terms) if options.terms else None)
        with Bar(" files") as bar:
            outcomes = index.follow(options.folder, stop, bar.show)
            first = next(outcomes, None)  # the one that may take long
        if first is not None:
            _tell(first, options.json)
        for outcome in outcomes:
            _tell(outcome, options.json)
    return 0


def _tell(outcome: UpdateReport | KhabarError, as_json: bool) -> None:
    """Print a report, at once, and when it came."""
    time = f"{datetime.datetime.now().astimezone():%Y-%m-%d %H:%M:%S}"
    if isinstance(outcome, KhabarError):
        say(f"{time} {one_line(str(outcome))}")
        return
    say(time)
    if as_json:
        write_json(asdict(outcome), indent=None)
    else:
        _print_report(outcome)
    sys.stdout.flush()


@contextmanager
def _until_stopped() -> Iterator[Event]:
    """Give what is set by Ctrl-C, or by whoever ends the process kindly; a second time ends it."""
    stop = Event()

    def end(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _answering(index: object) -> AbstractContextManager[None]:
    """Let other processes ask meanwhile, where it is this one that has the index open."""
    if not isinstance(index, Index):
        return nullcontext()
    return listening(index, after=_LONG)


def _print_report(report: UpdateReport) -> None:
    counts = (
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.removed)} removed, "
        f"{len(report.unchanged)} unchanged{f', {len(report.moved)} moved' if report.moved else ''}"
    )
    write(counts)
    say_unread(report)


def say_unread(report: UpdateReport) -> None:
    """Say on stderr which files are not in the index, and why."""
    for source, reason in sorted(report.failed.items()):
        say(f"failed: {printable(source)}: {one_line(reason)}")
    for source, reason in sorted(report.skipped.items()):
        say(f"passed over: {printable(source)}: {one_line(reason)}")
