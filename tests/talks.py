"""Three articles, questions about them, and what holds of every answer; for several test files."""

from pathlib import Path

from index import Index
from qa import Answer

ARTICLES = {
    "talks.txt": (
        "Lavrov in Islamabad: talks on energy\n\nApril 7, 2021\n\n"
        "The foreign ministers of Pakistan and Russia held wide-ranging talks on Wednesday. "
        "Lavrov planted a pine sapling in the grounds of the Foreign Ministry.\n"
        "Qureshi said that ties with Russia are a key priority for Pakistan.\n"
    ),
    "vaada.txt": (
        "रूस पाकिस्तान को सैन्य उपकरण देगा\n\n8 अप्रैल 2021\n\n"
        "रूस के विदेश मंत्री सर्गेई लावरोव ने पाकिस्तान को सैन्य उपकरण देने का वादा किया। "
        "दोनों देश आतंकवाद के ख़िलाफ़ संयुक्त सैन्य अभ्यास करेंगे।\n"
    ),
    "rainfall.txt": "Rain in Kerala\n\nThe monsoon reached Kerala on Thursday, two days late.\n",
}
PLANTED = "What did Lavrov plant in Islamabad?"
PROMISED = "लावरोव ने पाकिस्तान से क्या वादा किया?"


def indexed(folder: Path) -> Path:
    """Index the articles in a new folder; returns the index's."""
    (folder / "articles").mkdir()
    for name, text in ARTICLES.items():
        (folder / "articles" / name).write_text(text, encoding="utf-8")
    with Index(folder / "db") as index:
        index.update(folder / "articles")
    return folder / "db"


def assert_sound(answer: Answer) -> None:
    """Check what holds of every answer that is no refusal."""
    assert answer.citations
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    for citation in answer.citations:
        assert ARTICLES[citation.source][citation.start : citation.end] == citation.quote
        assert citation.quote.strip()
        assert f"[{citation.number}]" in answer.text
    assert answer.text.rstrip().endswith("]")
