"""Measure the local LLM path on a random-weight model of some 0.4 billion parameters (big_gguf.py).

    python bench/generation.py [--model FILE] [--questions N]

Prints tokens a second through `stream` beside a bare llama.cpp loop, in turns; the time to the
first token of a question and of a follow-up over the same passages; how soon a stop frees the
model; and the resident memory over N questions. The articles are those of seeds/.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import big_gguf
import numpy as np
import psutil

from index import Index
from qa import native, prompt, stream
from qa.llama import LlamaEngine
from qa.prompt import LONGEST_ANSWER, Prompt
from qa.types import Answer, Exchange, Piece, Waiting

SEEDS = Path(__file__).parent.parent / "seeds"
QUESTIONS = (
    "What kind of tree did Lavrov plant in Islamabad?",
    "लावरोव ने पाकिस्तान से क्या वादा किया?",
    "When was Qin Gang made foreign minister of China?",
    "जून 2019 में शंघाई सहयोग संगठन की बैठक किस शहर में हुई थी?",
    "lavrov kitne din ke daure par pakistan aaye the?",
)
FOLLOW_UPS = (
    ("What kind of tree did Lavrov plant in Islamabad?", "When did he plant it?"),
    ("लावरोव ने पाकिस्तान से क्या वादा किया?", "और उन्होंने यह कब कहा?"),
    ("lavrov ne pakistan se kya vaada kiya?", "aur unhone yeh kab kaha?"),
)
TURNS = 5
_SETTLES = 5
"""Questions after which everything has been loaded that is loaded late."""


class Watched:
    """An engine that remembers the prompt it was last given."""

    def __init__(self, engine: LlamaEngine) -> None:
        self.engine, self.name, self.room, self.count = (
            engine,
            engine.name,
            engine.room,
            engine.count,
        )
        self.prompt: Prompt | None = None
        self.longest = LONGEST_ANSWER

    def write(self, prompt: Prompt, deadline: float | None = None) -> Iterator[str | Waiting]:
        """Write, and remember the prompt."""
        self.prompt = replace(prompt, longest=min(prompt.longest, self.longest))
        return self.engine.write(self.prompt, deadline)

    @property
    def last(self) -> Prompt:
        """The prompt it was last given."""
        assert self.prompt is not None
        return self.prompt

    def forget(self) -> None:
        """Have the next prompt read from its beginning."""
        self.engine._model.reset()


def ask(
    index: Index, engine: Watched, question: str, history: tuple[Exchange, ...] = ()
) -> tuple[float, float, Answer]:
    """Ask; returns the seconds to the first piece and from there to the last, and the answer."""
    begun = time.perf_counter()
    first = last = 0.0
    for event in stream(question, index, engine=engine, history=history):
        if isinstance(event, Piece):
            # Quotes that take the answer's place come as one more piece, after the check.
            last = time.perf_counter() if len(event.text) < 60 else last
            first = first or last
    assert isinstance(event, Answer)
    return first - begun, last - first, event


def bare_loop(engine: Watched, tokens: list[int], count: int) -> float:
    """Generate the likeliest tokens with llama.cpp and nothing else; returns the seconds."""
    model = engine.engine._model
    engine.forget()
    model.eval(tokens)
    token = int(np.argmax(native.logits(model)))
    begun = time.perf_counter()
    for _ in range(count):
        model.eval([token])
        token = int(np.argmax(native.logits(model)))
    return time.perf_counter() - begun


def speed(index: Index, engine: Watched) -> None:
    """Compare tokens a second, in turns."""
    ratios = []
    for turn in range(TURNS):
        engine.forget()
        _, seconds, _ = ask(index, engine, QUESTIONS[turn % len(QUESTIONS)])
        read = engine.engine._tokens(engine.last.messages)
        count = int(engine.engine._model.n_tokens) - len(read) - 1  # after the first
        alone = bare_loop(engine, read, count)
        ratios.append(alone / seconds)
        print(
            f"  {len(read):,} tokens read, {count} written: {count / seconds:.1f}/s through stream,"
            f" {count / alone:.1f}/s bare"
        )
    print(
        f"tokens/s through stream ÷ bare loop: {statistics.median(ratios):.3f}, median of {TURNS}"
    )


def follow_up(index: Index, engine: Watched) -> None:
    """Compare the time to the first token of a question and of a follow-up to it.

    Once the follow-up is asked as it stands, over the same passages; once through the whole path,
    where the model first puts it anew, for which one that says nothing takes all 80 tokens.
    """
    plain, whole = [], []
    for question, further in FOLLOW_UPS:
        engine.forget()
        first, _, answer = ask(index, engine, question)
        read = engine.count(engine.last.messages)
        begun = time.perf_counter()
        next(engine.write(prompt.answering(further, answer.language, answer.shown)))
        again = time.perf_counter() - begun
        engine.forget()
        next(engine.write(prompt.answering(question, answer.language, answer.shown)))
        anew, _, _ = ask(index, engine, further, (answer,))
        plain.append(again / first)
        whole.append(anew / first)
        print(
            f"  {read:,} tokens in {first:.2f} s; the follow-up in {again:.2f} s, put anew first in"
            f" {anew:.2f} s"
        )
    print(
        f"time to first token, follow-up ÷ first: {statistics.median(plain):.2f}, put anew first "
        f"{statistics.median(whole):.2f}, median of {len(plain)}"
    )


def stops(engine: Watched) -> None:
    """Time from a stop to the moment when the model is free for the next."""
    for what in ("reading", "writing"):
        waits = []
        for _ in range(TURNS):
            engine.forget()
            events = engine.engine.write(engine.last)
            if what == "writing":
                next(event for event in events if isinstance(event, str))
            else:
                next(events)  # its place in line, told again a fifth of a second after it began
            begun = time.perf_counter()
            events.close()  # type: ignore[attr-defined]
            engine.engine._line._thread.submit(lambda: None).result()
            waits.append(time.perf_counter() - begun)
        print(f"stop while {what}: free after {max(waits):.3f} s, at most of {TURNS}")


def memory(index: Index, engine: Watched, questions: int) -> None:
    """Watch the resident memory over many short answers, each question many times in a row."""
    process = psutil.Process()
    engine.longest = 24
    sizes = []
    for number in range(questions):
        for _ in stream(QUESTIONS[number * len(QUESTIONS) // questions], index, engine=engine):
            pass
        sizes.append(process.memory_info().rss / 1e6)
    settled = sizes[_SETTLES:]
    low, high = min(settled), max(settled)
    middle = (low + high) / 2
    print(
        f"resident memory over {questions} questions: {settled[0]:.0f} MB after the first "
        f"{_SETTLES}, {settled[-1]:.0f} MB at the end, ± {(high - middle) / middle:.1%}"
    )


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="GGUF file (a random one is written)")
    parser.add_argument("--questions", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.model or big_gguf.write(Path(folder) / "random.gguf")
        engine = Watched(LlamaEngine(path))
        print(f"{path.stat().st_size / 1e6:.0f} MB, {engine.engine.settings}")
        with Index(Path(folder) / "db") as index:
            index.update(SEEDS)
            speed(index, engine)
            follow_up(index, engine)
            stops(engine)
            memory(index, engine, options.questions)


if __name__ == "__main__":
    main()
