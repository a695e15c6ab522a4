"""Sentences and passages, as spans of the text they stand in.

Knows how Hindi and English end sentences; does not know what the words mean.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from index.devanagari import is_devanagari
from index.types import Span

PASSAGE_WORDS = 120
"""Words a passage aims at: a paragraph or two, what a 512-token embedder takes whole."""
_LONG_WORD_CHARS = 16
MAX_SENTENCE_WORDS = 200
MAX_SENTENCE_CHARS = 2_000
"""A "sentence" beyond either is a list or broken text; it is cut between words."""

_CLOSERS = "\"'”’»)\\]}›"
# Where no danda is at hand people type "|" right behind the word.
_END = re.compile(
    rf"[।॥]+[{_CLOSERS}]*|(?<=[\u0900-\u097f])[ ]?\|(?=\s|$)|[.?!…]+[।॥.?!…]*[{_CLOSERS}]*"
)
_WORD = re.compile(r"\S+")
_WORD_EDGE = re.compile(r"[\s(\"'“‘\[\-–—/,]")
LINE_END = re.compile(r"\r\n|[\n\r\u2028\u2029\x0b\x0c\x85]")

# Words whose full stop does not end a sentence, without the stop, lower case.
_ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof sr jr st rev hon gen lt col maj capt sgt cmdr gov sen rep pres supt
    vs etc eds al cf ca approx dept est inc ltd co corp pvt bros
    jan feb apr jun jul aug sep sept oct nov dec mon tue thu fri
    rs sq km cm mm kg ft hrs mins e.g i.e u.s u.k u.n a.m p.m b.c a.d
    डॉ डा श्री श्रीमती सुश्री कु पं प्रो मो मौ ले कर्नल लेफ्टि जन सं नं रु कि.मी कि.ग्रा से.मी
    ई.पू वि.सं ता पृ उ.प्र म.प्र अ.जा स्व एड इं मि चौ ठा
    """.split()
)
# These only before a number: "No. 5", but "He said no."
_NUMBERED = frozenset(["no", "nos", "vol", "pp", "fig", "mar", "ed"])
# After these a sentence may end all the same; a word that opens an English one tells.
_MAY_END = frozenset("jr sr etc inc ltd co corp pvt hrs a.m p.m b.c a.d u.s u.k u.n u.s.a".split())
_OPENERS = frozenset(
    """
    the a an he she it they we i you this that these those his her its their our but and however
    in on at for after before while when if as according there
    """.split()
)
# Initials: one letter of either script, or the Hindi spelling of an English letter's name.
_INITIAL = re.compile(
    r"[A-Za-z\u0904-\u0939\u0958-\u0961]|एम|एन|एल|एफ|एस|आर|एच|ओ|पी|बी|सी|डी|वी|यू|वाई|जेड|क्यू|डब्ल्यू|डब्लू"
    r"|एक्स|के|टी|जे|ए|ई"
)
# Names of letters that are words too (आई: came, जी: sir): initials beside another initial, or
# where a sentence begins.
_DOUBTFUL_INITIAL = re.compile(r"आई|जी")
_LOOK = 64
"""Characters looked at on either side of a stop; no abbreviation or name is longer."""
_NEXT_IS_INITIAL = re.compile(rf"\s*(?:{_INITIAL.pattern}|{_DOUBTFUL_INITIAL.pattern})\.")
# Verbs that close a Hindi sentence; after them a stop ends it even when no space follows.
_CLOSING_VERBS = frozenset(
    """
    है हैं था थे थी थीं हूँ हूं हो गया गए गये गई गयी की कहा दिया दी दिए किया लिया रहा रहे रही
    होगा होगी होंगे
    """.split()
)


def words(text: str) -> int:
    """Count the words of a text: runs without white space."""
    return len(text.split())


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Cut `text[start:end]` into sentences, without the white space between them.

    A sentence ends at danda, double danda, or `.?!…`, together with the quotes and brackets that
    close after it; not at an abbreviation, an initial or inside a number. A blank line always
    ends one, and so does a line end, unless the lines are evidently wrapped at a fixed width.
    """
    spans: list[Span] = []
    for block in _blocks(text, start, len(text) if end is None else end):
        spans.extend(_block_sentences(text, block))
    return spans


def _blocks(text: str, start: int, end: int) -> Iterable[Span]:
    """Lines, or groups of lines that are one wrapped paragraph."""
    lines: list[Span] = []
    position = start
    for match in LINE_END.finditer(text, start, end):
        lines.append(Span(position, match.start()))
        position = match.end()
    lines.append(Span(position, end))
    group: list[Span] = []
    for line in [*lines, Span(end, end)]:
        if text[line.start : line.end].strip():
            group.append(line)
            continue
        if is_wrapped(text, group):
            yield Span(group[0].start, group[-1].end)
        else:
            yield from group
        group = []


def is_wrapped(text: str, lines: Sequence[Span]) -> bool:
    """Whether lines are one paragraph: nearly of one length, most stopping in mid-sentence."""
    if len(lines) < 3:
        return False
    lengths = [line.end - line.start for line in lines[:-1]]
    widest = max(lengths)
    if not 40 <= widest <= 120 or min(lengths) < 0.7 * widest:
        return False
    open_ended = sum(
        not _END.search(text[line.start : line.end].rstrip()[-3:]) for line in lines[:-1]
    )
    return open_ended * 2 > len(lengths)


def _block_sentences(text: str, block: Span) -> Iterable[Span]:
    begin = block.start
    for match in _END.finditer(text, block.start, block.end):
        if match.start() < begin or not _ends_sentence(text, begin, match, block.end):
            continue
        yield from _trimmed(text, begin, match.end())
        begin = match.end()
    yield from _trimmed(text, begin, block.end)


def _ends_sentence(text: str, begin: int, stop: re.Match[str], block_end: int) -> bool:
    mark = stop.group()
    after = text[stop.end() : min(block_end, stop.end() + _LOOK)]
    if mark == " |":  # a bar between spaces separates names, unless a verb stands before it
        return _last_word(text, begin, stop.start()) in _CLOSING_VERBS
    if mark[0] in "।॥|":
        return True
    last = _last_word(text, begin, stop.start())
    if after and not after[0].isspace():
        # A stop inside a word or number, unless only the space was forgotten: "है.उन्होंने".
        forgotten = last in _CLOSING_VERBS if mark == "." else mark[0] in "?!"
        return forgotten and is_devanagari(after[0])
    if not after.strip():
        return True
    if mark == "." and _keeps_sentence_open(text, begin, stop.start(), last, after):
        return False
    # An English sentence opens with a capital: "Is it?" he asked.
    return not after.lstrip()[:1].islower()


def _keeps_sentence_open(text: str, begin: int, stop: int, last: str, after: str) -> bool:
    """Whether the full stop at `stop` belongs to the word before it."""
    opening = after.split(maxsplit=1)[0]
    if last.casefold() in _MAY_END and opening[0].isupper():
        return opening.casefold() not in _OPENERS
    if last.casefold() in _ABBREVIATIONS:
        return True
    if last.casefold() in _NUMBERED and after.lstrip()[:1].isdigit():
        return True
    letter = last.rsplit(".", 1)[-1]
    if _INITIAL.fullmatch(letter):
        return True
    if _DOUBTFUL_INITIAL.fullmatch(letter):
        before = text[max(begin, stop - _LOOK) : stop - len(letter)].rstrip()
        return not before or before.endswith(".") or bool(_NEXT_IS_INITIAL.match(after))
    # "1. First point": the number opens a list item.
    return last.isdigit() and len(last) <= 2 and not text[begin : stop - len(last)].strip()


def _last_word(text: str, begin: int, end: int) -> str:
    """Take the run of letters, digits and inner stops that ends at `end`."""
    return _WORD_EDGE.split(text[max(begin, end - _LOOK) : end])[-1]


def _trimmed(text: str, start: int, end: int) -> Iterable[Span]:
    """Strip white space, and cut what is too long to be one sentence."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start == end:
        return
    if end - start <= MAX_SENTENCE_CHARS and words(text[start:end]) <= MAX_SENTENCE_WORDS:
        yield Span(start, end)
        return
    cut = start
    count = 0
    for match in _WORD.finditer(text, start, end):
        count += 1
        if count > MAX_SENTENCE_WORDS or (
            match.end() - cut > MAX_SENTENCE_CHARS and match.start() > cut
        ):
            yield Span(cut, _before_space(text, cut, match.start()))
            cut, count = match.start(), 1
        while match.end() - cut > MAX_SENTENCE_CHARS:
            middle = _cluster_start(text, cut + MAX_SENTENCE_CHARS)
            yield Span(cut, middle)
            cut = middle
    yield Span(cut, end)


def _before_space(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end


def _cluster_start(text: str, position: int) -> int:
    """Move back to where a Devanagari syllable begins, so that no vowel sign is cut off."""
    limit = position - 16
    while position > limit and (
        "\u0900" <= text[position] <= "\u0903"
        or "\u093a" <= text[position] <= "\u094f"
        or text[position - 1] == "\u094d"
        or text[position] in "\u200c\u200d"
    ):
        position -= 1
    return position


def passages(text: str, runs: Iterable[Sequence[Span]]) -> list[Span]:
    """Group each run of sentences into passages of about `PASSAGE_WORDS` words.

    A run is the sentences between two pieces of furniture; a passage never reaches across. Within
    a run, passages are of like length, and each shares its last sentence with the next one.
    """
    spans: list[Span] = []
    for run in runs:
        spans.extend(_run_passages(text, run))
    return spans


def _length(sentence: str) -> int:
    """Measure a sentence in words; where there are no spaces, in what would be words."""
    return max(words(sentence), len(sentence) // _LONG_WORD_CHARS)


def _run_passages(text: str, run: Sequence[Span]) -> list[Span]:
    if not run:
        return []
    lengths = [_length(text[s.start : s.end]) for s in run]
    total = sum(lengths)
    parts = max(1, round(total / PASSAGE_WORDS))
    firsts = [0]  # index of the first sentence of each part
    seen = 0
    for i, length in enumerate(lengths):
        # A sentence opens the next part when its middle lies beyond the part's share.
        if i and seen + length / 2 > total * len(firsts) / parts and len(firsts) < parts:
            firsts.append(i)
        seen += length
    spans = []
    for first, following in pairwise([*firsts, len(run)]):
        opening = first
        if first and lengths[first - 1] <= PASSAGE_WORDS // 2 and first - 1 > 0:
            opening = first - 1  # the shared sentence
        spans.append(Span(run[opening].start, run[following - 1].end))
    return spans
