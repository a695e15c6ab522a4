"""Ask models of random weights: whatever they say must parse, and cite only what was shown.

    python bench/seeds.py [NUMBER]

NUMBER models (300) are written, each with weights of its own, and asked a question in Hindi and one
in English about the articles of seeds/, through `ask` itself.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import tiny_gguf  # noqa: E402, it lies among the tests

from index import Index  # noqa: E402
from qa import Answer, cite, stream  # noqa: E402
from qa.llama import LlamaEngine  # noqa: E402
from qa.types import Piece  # noqa: E402

QUESTIONS = (
    "रूस और पाकिस्तान के राजनयिक रिश्ते कितने साल पुराने हो गए हैं?",
    "What kind of tree did Lavrov plant in Islamabad?",
)


def check(index: Index, question: str, engine: LlamaEngine) -> str:
    """Ask, hold the answer against the articles, and say how it came about."""
    draft = ""
    for event in stream(question, index, engine=engine):
        if isinstance(event, Piece):
            draft += event.text
    assert isinstance(event, Answer)
    shown = {excerpt.passage.source for excerpt in event.shown}
    assert shown
    if event.engine == engine.name:
        written = cite.parse(draft)
        cited = {number for sentence in written for number in sentence.passages}
        assert cited <= set(range(1, len(event.shown) + 1))
        assert {citation.source for citation in event.citations} <= shown
    numbers = {citation.number for citation in event.citations}
    assert {number for sentence in event.sentences for number in sentence.marks} == numbers
    for citation in event.citations:
        article = index.article(citation.source)
        assert article is not None
        assert article.text[citation.start : citation.end] == citation.quote
    return "refused" if event.refused else event.engine


def main() -> None:
    """Ask all of them and count how the answers came about."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", type=int, nargs="?", default=300)
    number = parser.parse_args().number
    os.environ["KHABAR_LLAMA"] = "threads=1"
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, Index(Path(folder) / "db") as index:
        index.update(ROOT / "seeds")
        for seed in range(number):
            engine = LlamaEngine(tiny_gguf.write(Path(folder) / "random.gguf", seed=seed))
            counts.update(check(index, question, engine) for question in QUESTIONS)
    print(f"{number} models, two questions each, all sound: {dict(counts)}")


if __name__ == "__main__":
    main()
