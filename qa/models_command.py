"""qa models: which models there are, and which would be used; fetches, adds and removes them."""

import argparse
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict

from index import download, errors, installed, models
from qa import in_use
from qa.model_list import Row, listed
from qa.terminal import Bar, one_line, printable, say, write, write_json

_MB = 1_000_000


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add qa models to the command line."""
    summary = "list the models, fetch, add or remove one"
    parser: argparse.ArgumentParser = commands.add_parser(
        "models", help=summary, description=summary, usage="qa models [-h] [--json] [WHAT ...]"
    )
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    parser.set_defaults(run=_list)
    deeds = parser.add_subparsers(metavar="WHAT", prog="qa models")
    pull = _deed(deeds, "pull", _pull, "fetch a model, or what is still missing of it")
    pull.add_argument("name", metavar="NAME", help="short name, as qa models lists it")
    add = _deed(deeds, "add", _add, "take one that is on this machine (--name NAME to call it so)")
    add.add_argument("path", metavar="PATH", help="GGUF file, or folder of an embedder or reranker")
    add.add_argument("--name", metavar="NAME", help="short name (the one in the list, or PATH's)")
    remove = _deed(deeds, "remove", _remove, "delete a model, or what was fetched of one")
    remove.add_argument("name", metavar="NAME", help="short name, as qa models lists it")


def _deed(
    deeds: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    summary: str,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = deeds.add_parser(name, help=summary, description=summary)

    def run_alone(options: argparse.Namespace) -> int:
        if options.json:
            parser.error("--json prints the list, and goes with nothing else")
        return run(options)

    parser.set_defaults(run=run_alone)
    return parser


def _list(options: argparse.Namespace) -> int:
    damaged = installed.damaged()
    rows = listed(damaged)
    used = in_use.models_in_use()
    if options.json:
        write_json(
            {
                "folder": str(models.folder()),
                "models": [asdict(row) for row in rows],
                "used": {role: asdict(choice) for role, choice in used.items()},
            }
        )
    else:
        cells = [(row.role or "?", row.name, *_cells(row)) for row in rows]
        _write_table([("role", "name", "size", "licence", "here"), *cells], right=2)
        write("")
        for role, choice in used.items():
            write(one_line(f"{role} used: {choice.name} ({choice.why})"))
        write(one_line(f"kept in: {models.folder()}"))
    for reason in damaged.values():
        say(one_line(reason))
    return 0


def _cells(row: Row) -> tuple[str, str, str]:
    return (models.sized(row.bytes) if row.bytes else "–", row.licence or "–", row.here)


def _write_table(rows: Sequence[Sequence[str]], right: int) -> None:
    """Write rows in columns, the one numbered `right` flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if i == right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        write(printable("  ".join(cells)).rstrip())


def _pull(options: argparse.Namespace) -> int:
    model = models.find(options.name)
    if model is None:
        raise errors.ModelError(
            f"There is no model {options.name[:200]} on the list; qa models shows it, and "
            f"{models.folder() / models.FILE_NAME} may add to it."
        )
    with Bar(" MB") as bar:
        here = download.pull(model, lambda done, total: bar.show(done // _MB, total // _MB))
    _say_how_to_use(here)
    return 0


def _add(options: argparse.Namespace) -> int:
    with Bar(" MB") as bar:
        here = installed.add(
            options.path,
            options.name,
            lambda done, total: bar.show(done // _MB, total // _MB),
        )
    _say_how_to_use(here)
    return 0


def _say_how_to_use(here: installed.Installed) -> None:
    write(one_line(f"{here.name} is here: {here.path}"))
    if here.role == "embedder":
        say(
            f"A new index is made with it by: qa index FOLDER --db DIR --embedder {here.name}; "
            "those that are there keep the embedder they were made with."
        )
    elif here.role == "reranker":
        say(f"It is used where it is asked for: --reranker {here.name}")
    elif in_use.models_in_use()["llm"].name == here.name:
        say("It writes the answers from now on.")
    else:
        say(f"It writes the answer where it is asked for: --model {here.name}")


def _remove(options: argparse.Namespace) -> int:
    here = None
    with suppress(errors.ModelError):
        here = installed.find(options.name)
    installed.remove(options.name)
    write(f"removed: {options.name.lower()}")
    if here is not None and here.role == "embedder":
        say("An index made with it cannot be searched until it is back.")
    return 0
