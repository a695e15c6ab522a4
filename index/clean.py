"""Page furniture: what a saved web page carries around the article.

Lines are classified, never changed: every offset goes on counting the file's own characters.
When in doubt a line is the article's, because a lost sentence is worse than a stray caption.
"""

import re
from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise

from index import byline, furniture
from index.chunk import LINE_END, is_wrapped, words
from index.dates import is_date_line
from index.devanagari import normalise
from index.types import Span


class Kind(Enum):
    """What a line of the file is."""

    TITLE = "title"
    BODY = "body"
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True)
class Line:
    """A line without the white space around it."""

    start: int
    end: int
    text: str
    kind: Kind


_MAX_TITLE_WORDS = 40
_MAX_AUTHOR_BOX_WORDS = 60
_HEAD_LINES = 3
"""Lines of text a bare date or a reporter's name may stand under: headline, repetition, summary.
Further down they are the article's: the subheads of a timeline, a name spelled out."""
_MIN_ARTICLE_WORDS = 150
_MAX_JUDGED_CHARS = 2_000
"""A longer line is a paragraph; nothing that long is furniture."""
FRONT_MATTER = re.compile(r"---[ \t]*\r?\n.*?\r?\n---[ \t]*(?=\r?\n|$)", re.DOTALL)


def classify(text: str) -> list[Line]:
    """Sort the non-blank lines of a file into title, body and furniture, in order.

    At most one line is the title. If nothing would be left as body, everything is body: a file
    that looks like furniture throughout is an unusual article, not an empty one.
    """
    lines = _lines(text)
    found = _furniture(lines, _front_matter_end(text))
    title = _title_line(text, lines, found)
    if title is not None:
        found |= _repeats(lines, title)
    if len(found) + (title is not None) == len(lines):
        return lines
    kinds = dict.fromkeys(found, Kind.FURNITURE) | (
        {title: Kind.TITLE} if title is not None else {}
    )
    return [replace(line, kind=kinds.get(i, Kind.BODY)) for i, line in enumerate(lines)]


def body_runs(lines: Sequence[Line]) -> list[Span]:
    """Join body lines that no furniture separates; passages stay within one such run."""
    runs: list[Span] = []
    open_run = False
    for line in lines:
        if line.kind is not Kind.BODY:
            open_run = False
        elif open_run:
            runs[-1] = Span(runs[-1].start, line.end)
        else:
            runs.append(Span(line.start, line.end))
            open_run = True
    return runs


def author(lines: Sequence[Line]) -> str | None:
    """Read the author's name from a byline, or from the line under "लेखक" or "Author"."""
    marked = [line.text for line in lines if line.kind is Kind.FURNITURE]
    labelled = furniture.writer, _under_label(lines)
    for read in (*labelled, byline.signed, furniture.editor, furniture.reporter):
        for text in marked:
            if (found := read(text)) and (name := byline.name(found)):
                return name
    return None


def _under_label(lines: Sequence[Line]) -> Callable[[str], str | None]:
    """Read, for a line that is only "लेखक" or "Author", the line below it."""
    below = {
        line.text: following.text
        for line, following in pairwise(lines)
        if line.kind is Kind.FURNITURE and furniture.is_author_label(line.text)
    }
    return below.get


def _lines(text: str) -> list[Line]:
    lines = []
    position = 0
    for end, following in [(m.start(), m.end()) for m in LINE_END.finditer(text)] + [
        (len(text),) * 2
    ]:
        raw = text[position:end]
        if stripped := raw.strip():
            start = position + len(raw) - len(raw.lstrip())
            lines.append(Line(start, start + len(stripped), stripped, Kind.BODY))
        position = following
    return lines


def _front_matter_end(text: str) -> int:
    match = FRONT_MATTER.match(text)
    return match.end() if match else 0


def _furniture(lines: Sequence[Line], front_matter_end: int) -> set[int]:
    """Index the lines that are furniture, by what they say and by where they stand."""
    found: set[int] = set()
    placed: list[int] = []
    signed: list[int] = []
    comments = comments_start(lines)
    for i, line in enumerate(lines):
        if line.start < front_matter_end or i >= comments:
            found.add(i)
        elif len(line.text) > _MAX_JUDGED_CHARS:
            continue
        elif furniture.is_furniture(line.text) or (i and _belongs_to(lines[i - 1], line)):
            found.add(i)
        elif furniture.reporter(line.text) or is_date_line(line.text):
            placed.append(i)
        elif byline.signed(line.text):
            signed.append(i)
    others = [i for i in range(len(lines)) if i not in found and i not in placed]
    found.update(i for i in placed if is_at_an_end(bisect(others, i), len(others)))
    # Of two an event may be what is named: "Mumbai Attack | 26 November 2008" is a subhead, and
    # alone on top it is the headline.
    if len(signed) == 1 and others[0] not in signed:
        others.remove(signed[0])
        found.update(i for i in signed if is_at_an_end(bisect(others, i), len(others)))
    return found | _author_box(lines, found)


def is_at_an_end(above: int, count: int) -> bool:
    """Whether a line with so many of the article's `count` lines above stands at head or foot."""
    return above <= _HEAD_LINES or above == count


def comments_start(lines: Sequence[Line]) -> int:
    """Index the line that opens the readers' comments at the foot; all lines if none does.

    "Leave a comment" also stands as a link under headlines: below it there is more text than
    above, and it opens nothing.
    """
    counts = [words(line.text) for line in lines]
    above, total = 0, sum(counts)
    for i, line in enumerate(lines):
        if len(line.text) <= _MAX_JUDGED_CHARS and furniture.is_comment_form(line.text):
            below = total - above - counts[i]
            if above >= min(below, _MIN_ARTICLE_WORDS):
                return i
        above += counts[i]
    return len(lines)


def _belongs_to(above: Line, line: Line) -> bool:
    """Whether a line is a video's title under its length, or the name under "लेखक"."""
    if furniture.ends_sentence(line.text):
        return False
    if furniture.is_video_time(above.text):
        return True
    return words(line.text) <= byline.MAX_NAME_WORDS and furniture.is_author_label(above.text)


def _author_box(lines: Sequence[Line], found: set[int]) -> set[int]:
    """Find the note on the author that follows a byline at the foot of the page."""
    total = sum(words(line.text) for i, line in enumerate(lines) if i not in found)
    for i in sorted(found):
        text = lines[i].text
        if len(text) > _MAX_JUDGED_CHARS or not (
            furniture.writer(text) or furniture.is_author_label(text)
        ):
            continue
        rest = [j for j in range(i + 1, len(lines)) if j not in found]
        after = sum(words(lines[j].text) for j in rest)
        if after <= min(_MAX_AUTHOR_BOX_WORDS, total // 4):
            return set(rest)
    return set()


def _title_line(text: str, lines: Sequence[Line], found: set[int]) -> int | None:
    """Find the headline: the first line that is not furniture, if it reads like one."""
    first = next((i for i in range(len(lines)) if i not in found), None)
    if first is None:
        return None
    head = lines[first].text
    heading = head.startswith("# ")
    if not heading and (words(head) > _MAX_TITLE_WORDS or re.search(r"[।॥.]$", head)):
        return None
    if is_wrapped(text, _paragraph(text, lines, first)):
        return None  # only the first line of a paragraph
    others = any(i not in found for i in range(first + 1, len(lines)))
    return first if others else None


def _paragraph(text: str, lines: Sequence[Line], first: int) -> list[Span]:
    """Take the lines from `first` down to the next blank one."""
    spans = [Span(lines[first].start, lines[first].end)]
    for line in lines[first + 1 :]:
        if len(LINE_END.findall(text, spans[-1].end, line.start)) > 1:
            break
        spans.append(Span(line.start, line.end))
    return spans


def _repeats(lines: Sequence[Line], title: int) -> set[int]:
    """Find the lines that only say the headline again, in one language or in two."""
    headline = _bare(lines[title].text)
    found = set()
    for i, line in enumerate(lines):
        halves = [_bare(half) for half in re.split(r"\s+\|\s+", line.text)]
        if i != title and headline and (headline in halves or _bare(line.text) == headline):
            found.add(i)
    return found


def _bare(text: str) -> str:
    return " ".join(re.findall(r"[\w\u0900-\u0963\u0966-\u097f]+", normalise(text)))


def headline(text: str) -> str:
    """Take heading marks, white space and the site's name after a bar off a title line."""
    title = " ".join(re.sub(r"^#{1,6}\s+", "", text).split())
    head, bar, site = title.rpartition(" | ")
    if bar and words(head) >= 4 and words(site) <= 8:
        return head
    tail = re.fullmatch(r"(.+) [-–—] (.+?)", title)
    return tail[1] if tail and furniture.is_outlet(tail[2]) else title
