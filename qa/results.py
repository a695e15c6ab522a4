"""Answers and passages as a command gives them: the fields of the JSON, and lines to read."""

import re
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from index import Hit
from qa import words
from qa.terminal import one_line, printable, say, write
from qa.types import Answer, Citation

_LIST = re.compile(rf"\n\n(?:{'|'.join(words.SOURCES.values())})(?:\n\[\d+\] .*+)++\s*+\Z")


def answer_fields(answer: Answer) -> dict[str, Any]:
    """Give the fields of an answer, whose dates are still dates."""
    fields = asdict(replace(answer, shown=()))  # whole passages, and they are in the articles
    del fields["shown"]
    return fields


def print_answer(answer: Answer) -> None:
    """Write an answer and where it stands."""
    if answer.note:
        say(answer.note)
    write("\n".join(printable(line) for line in answer.text.split("\n")))
    if answer.citations:
        write("")
    for citation in answer.citations:
        write(f"[{citation.number}] {_place(citation)}")
    for sentence in answer.sentences:
        if not sentence.marks:
            say(f"{words.UNSUPPORTED[answer.language]} {one_line(sentence.text)}")


def answer_text(answer: Answer) -> str:
    """Write an answer as one text: what it says, what one should know of it, and its sources."""
    parts = [answer.text]
    if answer.note:
        parts.append(answer.note)
    if answer.citations:
        places = [f"[{citation.number}] {_place(citation)}" for citation in answer.citations]
        parts.append("\n".join([words.SOURCES[answer.language], *places]))
    return "\n\n".join(parts)


def without_sources(text: str) -> str:
    """Take from an answer's text the list of sources that `answer_text` put at its end."""
    return _LIST.sub("", text)


def _place(citation: Citation) -> str:
    title = one_line(citation.title or "")
    date = citation.date.isoformat() if citation.date else ""
    about = ", ".join(part for part in (title, date) if part)
    page = f", page {citation.page}," if citation.page else ""
    also = "".join(f", also in {printable(other)}" for other in citation.also_in)
    place = f"{printable(citation.source)}{page} {citation.start}-{citation.end}{also}"
    return f"{about} ({place})" if about else place


def hit_fields(hit: Hit) -> dict[str, Any]:
    """Give the fields of a passage, whose date is still a date."""
    fields = asdict(hit.passage) | {"score": hit.score}
    del fields["id"]  # of the index, and another one after every change
    del fields["page_breaks"]  # to tell the pages of its sentences, whose fields have them
    return fields


def hits_text(hits: Iterable[Hit]) -> str:
    """Write passages as one text, each below its place."""
    return "\n\n".join(
        f"{printable(hit.passage.source)} {hit.passage.start}-{hit.passage.end}\n"
        f"{one_line(hit.passage.text)}"
        for hit in hits
    )


def print_hits(hits: Iterable[Hit]) -> None:
    """Write passages, each with its place."""
    for hit in hits:
        passage = hit.passage
        write(f"{hit.score:.3f}  {printable(passage.source)} {passage.start}-{passage.end}")
        write(f"       {one_line(passage.text)}\n")
