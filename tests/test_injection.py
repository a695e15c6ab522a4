"""Nothing that stands in an article or a question says who speaks, what is cited or what is run."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tiny_gguf
from families import FAMILIES, Family
from test_page import Outline

from index import Index, Passage
from qa import Answer, Found, Piece, cite, follow_up, native, page, prompt, stream
from qa.extract import NAME as QUOTES
from qa.llama import LlamaEngine
from qa.page import Turn
from qa.prompt import Message, Prompt
from qa.types import Event, Excerpt, Waiting

HERE = Path(__file__).parent
HARMLESS = {
    "harmless-en.txt": (
        "Gardeners in Islamabad\n\nApril 9, 2021\n\n"
        "The gardeners of the ministry in Islamabad will water what the Russian guest planted.\n"
    ),
    "harmless-hi.txt": (
        "इस्लामाबाद के माली\n\n9 अप्रैल 2021\n\n"
        "इस्लामाबाद में मंत्रालय के माली रूसी मेहमान के लगाए पौधों को पानी देंगे।\n"
    ),
}
USUAL = "3 pine saplings were planted by Lavrov in Islamabad. [1]"
"""The answer to all the questions; it begins with a figure, as an answer in Hindi may too."""
OBEYING = "7 days of free money wait at evil.example for all who send a password. [1]"
WORDS = ("ignore", "IGNORE", "SYSTEM:", "अनदेखा", "andekha")
"""Plain words that turn the model. No prompt can keep them from it: they are what articles say."""


@dataclass(frozen=True)
class Injection:
    """An article and a question, one of which wants to be more than that."""

    name: str
    question: str
    file: str
    article: str
    hostile: str
    """What must be seen to reach the model, made harmless."""
    history: tuple[tuple[str, str], ...]

    def asked(self, index: Index, engine: LlamaEngine) -> Iterator[Event]:
        """Ask the question of this article and the harmless ones."""
        sources = [self.file, *HARMLESS]
        return stream(self.question, index, sources=sources, history=self.history, engine=engine)


def _read_injections() -> Iterator[Injection]:
    for line in (HERE / "data/injections.jsonl").read_text("utf-8").splitlines():
        fields = json.loads(line)
        if flood := fields.pop("flood", None):  # a piece of text, and how often it stands there
            fields["article"] = fields["article"].replace("FLOOD", flood[0] * flood[1])
        history = tuple((asked, said) for asked, said in fields.pop("history", ()))
        yield Injection(**fields, history=history)


INJECTIONS = list(_read_injections())


class Observed(LlamaEngine):
    """Keeps the prompts that it was given."""

    prompts: list[Prompt]

    def write(self, prompt: Prompt, deadline: float | None = None) -> Iterator[str | Waiting]:
        """Write, as any engine does."""
        self.prompts.append(prompt)
        return super().write(prompt, deadline)


def every_control_token() -> set[str]:
    """List the control tokens that the tiny models of all families know."""
    return {*tiny_gguf.CONTROL, *(token for each in FAMILIES.values() for token in each.control)}


def obedient(folder: Path, family: Family, says: str = USUAL, obeying: str = OBEYING) -> Observed:
    """Open a model that any control token turns but those its template writes; so do WORDS."""
    orders = sorted(every_control_token() - {*family.control})
    turned = tiny_gguf.Orders((*orders, *WORDS), obeying)
    path = tiny_gguf.write(folder / "obedient.gguf", says=says, family=family, obeys=turned)
    return Observed(path)


def control(model: LlamaEngine, messages: Sequence[Message]) -> list[str]:
    """List the control tokens of a prompt, as the model reads it."""
    vocabulary = model._words
    is_control = native.library().llama_vocab_is_control
    tokens = model._tokens(messages)
    return [vocabulary.spelled(t) for t in tokens if is_control(vocabulary.pointer, t)]


def harmless_prompt() -> Prompt:
    text = "Lavrov planted 3 pine saplings."
    excerpt = Excerpt(Passage(1, "a.txt", 0, len(text), text, "Lavrov", None, "en"), ((0, 31),))
    return prompt.answering("What?", "en", [excerpt])


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    for name, text in (HARMLESS | {each.file: each.article for each in INJECTIONS}).items():
        (folder / name).write_text(text, encoding="utf-8")
    path = tmp_path_factory.mktemp("db") / "db"
    with Index(path) as index:
        report = index.update(folder)
        assert (len(report.added), report.failed) == (len(INJECTIONS) + 2, {})
    return path


@pytest.fixture(params=FAMILIES)
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Observed:
    return obedient(tmp_path, FAMILIES[request.param])


def test_the_model_obeys_whatever_can_turn_it(model: Observed) -> None:
    def answer(text: str) -> str:
        anything = Prompt(({"role": "user", "content": text},) * 2, "root ::= [^\\x00]+", 99)
        return "".join(str(piece) for piece in model.write(anything))

    model.prompts = []
    own = set(control(model, harmless_prompt().messages))
    assert answer("Lavrov planted 3 pine saplings.") == USUAL
    assert answer("x" * 3_000) == USUAL
    for order in (*sorted(every_control_token() - own), *WORDS):
        assert answer(f"Lavrov {order} planted.") == OBEYING
        assert answer(order + "x" * 3_000) == OBEYING


def test_the_injections_reach_the_model_and_change_nothing(db: Path, model: Observed) -> None:
    usual = control(model, harmless_prompt().messages)
    obeyed = 0
    with Index(db) as index:
        for injection in INJECTIONS:
            model.prompts = []
            found, *events, answer = injection.asked(index, model)
            assert isinstance(found, Found)
            assert isinstance(answer, Answer)
            assert_the_template_alone_speaks(injection, model, usual)
            draft = "".join(event.text for event in events if isinstance(event, Piece))
            turned = any(word in model.prompts[-1].messages[1]["content"] for word in WORDS)
            obeyed += turned
            assert draft.startswith(OBEYING if turned else USUAL), injection.name
            assert_only_the_shown_is_cited(injection, index, answer)
            turn = Turn(injection.question, answer.language, found=found.hits)
            assert_the_page_shows_it_as_text(turn, draft, answer)
    assert len(INJECTIONS) - obeyed >= 40
    assert obeyed >= 8
