"""What the commands' options have in common: what they are called, and what they take."""

import argparse
import datetime
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from qa import extract, llm
from qa.answer import DEFAULT_INDEX, TIMEOUT
from qa.types import AnswerLanguage

MAX_HITS = 1_000
"""More than anybody reads; beyond it a search slows down."""


def command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    summary: str,
) -> argparse.ArgumentParser:
    """Add a command that works on an index, to be run by `run`."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary)
    parser.set_defaults(run=run)
    parser.add_argument(
        "--db",
        type=path,
        default=Path(DEFAULT_INDEX),
        metavar="DIR",
        help=f"the index's folder ({DEFAULT_INDEX})",
    )
    return parser


def question_options(parser: argparse.ArgumentParser) -> None:
    """Add the question, and what narrows it."""
    parser.add_argument("question", metavar="QUESTION", help="in Hindi, English or roman Hindi")
    parser.add_argument("--since", type=day, metavar="DATE", help="articles from this day on")
    parser.add_argument("--until", type=day, metavar="DATE", help="articles up to this day")
    parser.add_argument(
        "--source", action="append", metavar="FILE", dest="sources", help="only this file (repeat)"
    )
    embedder_option(parser)
    reranker_option(parser)
    json_option(parser)


def embedder_option(parser: argparse.ArgumentParser) -> None:
    """Add --embedder."""
    parser.add_argument(
        "--embedder",
        metavar="MODEL",
        help="folder of a sentence-transformers model, name of one that is installed, or "
        '"built-in" (the one the index was made with; for a new one, what KHABAR_EMBEDDER names, '
        'or "built-in")',
    )


def reranker_option(parser: argparse.ArgumentParser) -> None:
    """Add --reranker."""
    parser.add_argument(
        "--reranker",
        metavar="MODEL",
        help="folder of a cross-encoder that reads the best passages again, name of one that is "
        'installed, or "none" (what KHABAR_RERANKER names, or none)',
    )


def model_option(parser: argparse.ArgumentParser) -> None:
    """Add --model."""
    parser.add_argument(
        "--model",
        metavar="MODEL",
        help="what writes the answer: a GGUF file, an installed model's name, a server's http "
        f'address, or "{extract.NAME}" for quotes (what {llm.MODEL_VARIABLE} names, or the model '
        "installed last, or quotes)",
    )


def writing_options(parser: argparse.ArgumentParser) -> None:
    """Add how the answer is written."""
    model_option(parser)
    parser.add_argument(
        "--language",
        choices=get_args(AnswerLanguage),
        help="language of the answer (the question's)",
    )
    parser.add_argument(
        "--timeout",
        type=up_to(86_400),
        default=TIMEOUT,
        metavar="SECONDS",
        help=f"stop a model that has not ended by then ({TIMEOUT:.0f})",
    )


def json_option(parser: argparse.ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def day(text: str) -> datetime.date:
    """Read a day."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2023-05-05") from None


def up_to(most: int) -> Callable[[str], int]:
    """Read a whole number from 1 to `most`."""

    def number(text: str) -> int:
        if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {most:,}")
        return int(text)

    return number


def path(text: str) -> Path:
    """Read a path; ~ is the user's home."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise argparse.ArgumentTypeError(f"{text!r} names a user that is not here") from None
