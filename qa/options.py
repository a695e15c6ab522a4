"""What the commands' options have in common: what they are called, and what they take."""

import argparse
import datetime
import ipaddress
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import get_args

from index import KhabarError
from qa import extract, llm, secret
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


def listening_options(parser: argparse.ArgumentParser, port: int) -> None:
    """Add where a server listens, at which port if not told, and what it asks for."""
    parser.add_argument(
        "--host",
        type=_address,
        default="127.0.0.1",
        help="address to listen on (127.0.0.1); any but this machine's own needs --auth",
    )
    parser.add_argument(
        "--port", type=up_to(65_535), default=port, help=f"port to listen on ({port})"
    )
    parser.add_argument(
        "--auth",
        metavar="SECRET",
        help="what whoever asks has to show, as a password with any user name or as a bearer "
        f"token (what {secret.VARIABLE} holds, or nothing)",
    )
    parser.set_defaults(wrong_usage=parser.error)


def secret_to_show(options: argparse.Namespace) -> str | None:
    """Say what whoever asks a server has to show; None for nothing.

    Ends the command as wrongly used where the secret is of no use, or there should be one.
    """
    given: str | None = options.auth
    if given is None:
        given = os.environ.get(secret.VARIABLE)
    try:
        if given is not None:
            return secret.checked(given)
    except KhabarError as error:
        options.wrong_usage(str(error))
    if not _is_loopback(options.host):
        options.wrong_usage(
            f"{options.host!r} can be reached from other machines, and whoever asks from there has "
            f"to show a secret; give one as --auth, or in {secret.VARIABLE}, or leave --host out"
        )
    return None


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _address(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("it is empty; leave it out, or give an address")
    return text


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
