"""Evidence packing: which sentences of the found passages a model is shown. Pure, knows no model.

A model reads half of what whole passages would be: the sentences that answer best, each with what
is needed to understand it.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from index import Evidence, Hit, Passage, sentences
from qa import extract, prompt
from qa.types import Excerpt

_WHOLE = 5
"""Passages that a model would be shown if they were shown whole."""
_SHARE = 0.5
"""Of the tokens that these take, with their titles, what packing takes at most."""
_BEST = 2 * extract.MAX_SENTENCES
"""Sentences that a follow-up must not miss: twice as many as an answer without a model quotes."""
_BACK = 2
"""Sentences, at most, that come along before one that points back, as each may in turn."""
_OPENING = 6
"""Words within which a sentence's subject begins, where a time or a place stands before it."""

_ALONE = re.compile(r"\d|[^\w\s\u0900-\u0963]")
"""Figures and stops: a token each, as four letters are."""
_WORD = re.compile(r"[^\s।॥.;:!?()\[\]\"'“”‘’|–—-]+")
_ENDS_SENTENCE = re.compile(r"[।॥.!?…|:;][\"'”’»)\]]*$")
# Words that stand for something said before.
_POINTS = re.compile(
    r"he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|such|both"
    r"|[इउ][सन](?:का|की|के|को|ने|में|से|पर|लिए|लिये|ी|े)?|[इउ]न्ह(?:ें|ों|ीं|ोंने|ोने)"
    r"|यह|यही|ये|वह|वही|वो|वे|[यव]हां|[यव]हीं|ऐस[ाेी]|दोनों|उक्त"
)
_SAID = re.compile(r"[,”\"] (?:he|she|they) (?:said|added|told|wrote)\b|, उन्होंने (?:कहा|बताया)")
# Words that join a sentence to the one before, where they open it.
_LINKS = frozenset(
    """
    and but or nor so yet however thus therefore hence nevertheless nonetheless moreover furthermore
    besides instead otherwise meanwhile also similarly likewise consequently still
    लेकिन मगर किंतु किन्तु परंतु परन्तु पर हालांकि अतः बल्कि तथापि अन्यथा जबकि और तथा फिर तब
    """.split()
)
_LINKING_PAIRS = frozenset(["the latter", "the former", "the same", "the two", "साथ ही"])
# Words that open a time, a place or a clause before the subject, and such as close one in Hindi.
_OPENS = frozenset(
    """
    in on at by after before since during from under for with when while as although though if
    because until despite later then now soon
    """.split()
)
_CLOSES = frozenset("में से पर तक को बाद पहले दौरान साथ लिए अनुसार मुताबिक बावजूद तहत".split())


@dataclass(frozen=True, slots=True)
class _Span:
    """A sentence of a passage; `start` and `end` count the passage's characters."""

    passage: Passage
    start: int
    end: int

    @property
    def place(self) -> tuple[str, int, int]:
        """The file, and start and end in its characters."""
        offset = self.passage.start
        return self.passage.source, offset + self.start, offset + self.end


_Group = tuple[_Span, ...]  # a sentence, after what is needed to understand it


def choose(
    hits: Sequence[Hit],
    evidence: Sequence[Evidence],
    *,
    earlier: Sequence[Excerpt] = (),
    fits: Callable[[Sequence[Excerpt]], bool],
) -> list[Excerpt]:
    """Choose what a model is shown: excerpts by the rank of their passages; empty if none fits.

    `hits` and `evidence` come best first. `earlier` is what the model was shown for the question
    before: while it holds some of the best sentences and there is room, it stays first as it is,
    and only what it lacks of them is added, so that the model need not read it again. `fits` tells
    whether a prompt with these excerpts leaves room for the answer; it is asked a few times.
    """
    best = [_span(item) for item in evidence[:_BEST]]
    if any(_is_shown(span, _places(earlier)) for span in best):
        more = [*earlier, *_excerpts(hits, map(_with_context, best), _places(earlier))]
        if fits(more):
            return more
    groups = _within_share(hits, [_with_context(_span(item)) for item in evidence])
    packed = _excerpts(hits, groups)
    if fits(packed):
        return packed
    tries: list[Sequence[_Group]] = [[(span,) for span in best[:1]]]
    tries += [groups[: i + 1] for i in range(len(groups))]
    count = bisect_left(tries, True, key=lambda groups: not fits(_excerpts(hits, groups)))
    return _excerpts(hits, tries[count - 1]) if count else []


def _within_share(hits: Sequence[Hit], groups: Sequence[_Group]) -> list[_Group]:
    """Keep groups, in order, while they take no more than their share; the first at any rate."""
    whole = [Excerpt(hit.passage, ((0, len(hit.passage.text)),)) for hit in hits[:_WHOLE]]
    most = _SHARE * sum(map(_length, whole))
    kept = list(groups[:1])
    for group in groups[1:]:
        # What is too long is left out whole, and a shorter one that follows may still have room.
        if sum(map(_length, _excerpts(hits, [*kept, group]))) <= most:
            kept.append(group)
    return kept


@lru_cache(maxsize=256)
def _length(excerpt: Excerpt) -> int:
    """Estimate the tokens of an excerpt as a prompt writes it, with its title, in quarters."""
    one, none = (prompt.messages(excerpts, "")[-1]["content"] for excerpts in ([excerpt], []))
    return len(one) - len(none) + 3 * (len(_ALONE.findall(one)) - len(_ALONE.findall(none)))


def _excerpts(
    hits: Sequence[Hit], groups: Iterable[_Group], shown: Iterable[tuple[str, int, int]] = ()
) -> list[Excerpt]:
    """Make excerpts of sentences, but for those shown already; passages may overlap."""
    places = list(shown)
    taken: dict[Passage, list[_Span]] = {hit.passage: [] for hit in hits}
    for span in chain.from_iterable(groups):
        if not _is_shown(span, places):
            places.append(span.place)
            taken.setdefault(span.passage, []).append(span)
    return [Excerpt(passage, _joined(spans)) for passage, spans in taken.items() if spans]


def _joined(spans: Sequence[_Span]) -> tuple[tuple[int, int], ...]:
    """Put the sentences of a passage in order, neighbours in one."""
    joined: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda span: span.start):
        if joined and not span.passage.text[joined[-1][1] : span.start].strip():
            joined[-1] = joined[-1][0], span.end
        else:
            joined.append((span.start, span.end))
    return tuple(joined)


def _places(excerpts: Sequence[Excerpt]) -> list[tuple[str, int, int]]:
    return [_Span(one.passage, *ends).place for one in excerpts for ends in one.spans]


def _is_shown(span: _Span, places: Iterable[tuple[str, int, int]]) -> bool:
    source, start, end = span.place
    return any(source == file and start < to and since < end for file, since, to in places)


def _span(evidence: Evidence) -> _Span:
    passage = evidence.hit.passage
    return _Span(passage, evidence.start - passage.start, evidence.end - passage.start)


def _with_context(span: _Span) -> _Group:
    """Put before a sentence those that it points back to."""
    return (*reversed([*_needed(span)]), span)


def _needed(span: _Span) -> Iterator[_Span]:
    """Yield what must be read before a sentence, the nearest first."""
    text = span.passage.text
    if not leans_back(text[span.start : span.end]):
        return
    before = [sentence for sentence in sentences(text) if sentence.end <= span.start]
    for sentence in reversed(before[-_BACK:]):
        yield _Span(span.passage, sentence.start, sentence.end)
        said = text[sentence.start : sentence.end]
        # What a heading names may be meant, or what was said before it.
        if _ENDS_SENTENCE.search(said) and not leans_back(said):
            return


def leans_back(sentence: str) -> bool:
    """Tell whether a sentence opens with, or has for its subject, what the one before names.

    उन्होंने कहा; In 2003, he …; 2003 में वे …; …, he said. But not: इमरान ख़ान ने उनसे कहा.
    """
    folded = sentence.casefold().replace("ँ", "ं")
    opening = _WORD.findall(folded)[:_OPENING]
    words = [word.strip(",") for word in opening]
    if words[:1] and (words[0] in _LINKS or " ".join(words[:2]) in _LINKING_PAIRS):
        return True
    for i, word in enumerate(words):
        if word == "ने":  # it has marked the subject
            break
        if _POINTS.fullmatch(word) and (
            i == 0 or words[0] in _OPENS or words[i - 1] in _CLOSES or opening[i - 1].endswith(",")
        ):
            return True
    return bool(_SAID.search(folded))
