"""Articles and questions that want to be more than that, and models that any order turns."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import tiny_gguf
from families import FAMILIES, Family

from index import Index, Passage
from qa import native, prompt, stream
from qa.llama import LlamaEngine
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
        # In English whatever the question: a Hindi answer may not hold what these models say.
        return stream(
            self.question,
            index,
            sources=sources,
            history=self.history,
            engine=engine,
            language="en",
        )


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

    def __init__(self, path: Path) -> None:
        super().__init__(path, wanted={"threads": 1})  # tests run side by side
        self.prompts: list[Prompt] = []

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
    return _control(model, model._tokens(messages))


def _control(model: LlamaEngine, tokens: Sequence[int]) -> list[str]:
    vocabulary = model._words
    is_control = native.library().llama_vocab_is_control
    return [vocabulary.spelled(t) for t in tokens if is_control(vocabulary.pointer, t)]


def is_control(model: LlamaEngine, text: str) -> bool:
    """Whether a text holds control tokens, read without care."""
    return bool(_control(model, model._model.tokenize(text.encode(), add_bos=False, special=True)))


def harmless_prompt() -> Prompt:
    text = "Lavrov planted 3 pine saplings."
    excerpt = Excerpt(Passage(1, "a.txt", 0, len(text), text, "Lavrov", None, "en"), ((0, 31),))
    return prompt.answering("What?", "en", [excerpt])


def could_turn(model: LlamaEngine, injection: Injection) -> bool:
    """Whether anything of an injection is more than text to the models here."""
    earlier = (text for turn in injection.history for text in turn)
    parts = (injection.file, injection.article, injection.question, *earlier)
    text = "\n".join([injection.hostile, *parts])
    return is_control(model, text) or any(word in text for word in WORDS)
