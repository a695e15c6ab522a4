"""qa index: make the index of a folder of articles, or bring it up to what changed there."""

import argparse
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict

from index import Index, UpdateReport
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
    embedder_option(parser)
    json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    # Indexing ranks nothing, so whatever reranker the environment names does not matter.
    with (
        reach(options.db, options.embedder, "none", make=True) as index,
        _answering(index, options.embedder),
        Bar(" files") as bar,
    ):
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


def _answering(index: object, embedder: str | None) -> AbstractContextManager[None]:
    """Let other processes ask meanwhile, where it is this one that has the index open."""
    if not isinstance(index, Index):
        return nullcontext()
    return listening(index, embedder=embedder, reranker="none", after=_LONG)


def _print_report(report: UpdateReport) -> None:
    counts = (
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.removed)} removed, "
        f"{len(report.unchanged)} unchanged"
    )
    write(counts)
    say_unread(report)


def say_unread(report: UpdateReport) -> None:
    """Say on stderr which files are not in the index, and why."""
    for source, reason in sorted(report.failed.items()):
        say(f"failed: {printable(source)}: {one_line(reason)}")
    for source, reason in sorted(report.skipped.items()):
        say(f"passed over: {printable(source)}: {one_line(reason)}")
