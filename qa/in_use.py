"""Which models would be used, and why: what the environment names, what is installed, or none."""

import os
from dataclasses import dataclass

from index import errors, installed, models
from qa import extract
from qa.llm import MODEL_VARIABLE


@dataclass(frozen=True, slots=True)
class Used:
    """What would be used for a role."""

    name: str
    why: str


def models_in_use() -> dict[models.Role, Used]:
    """Tell for each role what is used where nothing else is asked for."""
    return {"embedder": _embedder(), "reranker": _reranker(), "llm": _llm()}


def _embedder() -> Used:
    if named := os.environ.get(models.EMBEDDER_VARIABLE):
        return _named(named, models.EMBEDDER_VARIABLE, "embedder")
    return Used(
        "built-in",
        "unless another is asked for with --embedder; an index keeps the one it was made with",
    )


def _reranker() -> Used:
    if named := os.environ.get(models.RERANKER_VARIABLE):
        return _named(named, models.RERANKER_VARIABLE, "reranker")
    return Used("none", f"unless one is asked for with --reranker or in {models.RERANKER_VARIABLE}")


def _llm() -> Used:
    if named := os.environ.get(MODEL_VARIABLE):
        return _named(named, MODEL_VARIABLE, "llm")
    try:
        last = installed.default("llm")
    except errors.ModelError as error:
        return Used("none", str(error))
    if last:
        return Used(last.name, "the one installed last")
    return Used(extract.NAME, "no llm is here, so answers are quotes")


def _named(choice: str, variable: str, role: models.Role) -> Used:
    """Say that the environment makes a choice, and what is wrong with it if that can be seen."""
    no_model = {"embedder": "built-in", "reranker": "none", "llm": extract.NAME}[role]
    why = f"{variable} names it"
    try:
        if "://" in choice and role == "llm":
            why += f"; the server has {_offered(choice)}"
        elif choice != no_model and not installed.locate(choice, role).exists():
            why += ", but there is no such file or model"
    except errors.ModelError as error:
        why += f", but: {error}"
    return Used(choice, why)


def _offered(address: str) -> str:
    # Imported here: nothing else asks a server before a question is asked.
    from qa import remote

    return ", ".join(remote.models(address))
