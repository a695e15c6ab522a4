"""Spread hits over stories: what is told twice counts only for what is new in it."""

import math
import re
from collections.abc import Sequence
from functools import cached_property
from itertools import islice, pairwise

from index.types import Hit

_PLACES = 10
"""Places filled with care: the hits that people see and answers are made from."""
LOOKED_AT = 40
"""Hits that may come into one of those places; an agency report of five passages in eight papers
fills no more."""
_COPIED = 0.2
"""A passage with this share of its pairs of words in one of another article was copied.

Of passages on the same meeting in seeds/, 99 in 100 pairs share less than 0.13, and all but one
less than 0.17. XQuAD's articles copied twice, each copy without one sentence in ten and with one
word in five changed: 95 in 100 passages share 0.20 or more with the likest of the other copy, half
of them 0.33. Stems without their order tell the two apart worse: up to 0.57 on one meeting, from
0.30 for copies.
"""
_LEAST_SHARED = 5
"""Fewer pairs (विदेश मंत्री, क्या है) two short passages share by chance: one in ten in seeds/ does."""
_CONTAINED = 0.5
"""A passage of which this share stands in one of the same article says little that is new. Passages
share a sentence by design; a lower bound costs up to 0.3 of nDCG@10 for the answer's passage on
XQuAD, and buys nothing."""
_WORD = re.compile(r"[^\s।॥.,;:!?()\[\]\"'“”‘’|–—-]+")


def spread(hits: Sequence[Hit]) -> list[Hit]:
    """Reorder hits, best first, so that what is told twice leaves room for other stories.

    After Maximal Marginal Relevance (Carbonell and Goldstein 1998): each of the first places goes
    to the hit with the best score, where a passage that was copied from a better-placed one, or
    lies mostly within it, counts only for the share of it that is new, and with every further copy
    for less. Scores stay as they are, no hit is lost, the first stays first, and of equals the one
    that came first is placed first.
    """
    waiting = [_Candidate(hit) for hit in hits[:LOOKED_AT]]
    placed: list[_Candidate] = []
    while waiting and len(placed) < _PLACES:
        best, best_worth = 0, -math.inf
        for i, candidate in enumerate(waiting):
            if candidate.hit.score <= best_worth:
                break  # nothing is worth more than its score, and those behind have lower ones
            worth = candidate.worth(placed)
            if worth > best_worth:
                best, best_worth = i, worth
        placed.append(waiting.pop(best))
    return [*(candidate.hit for candidate in (*placed, *waiting)), *hits[LOOKED_AT:]]


class _Candidate:
    """A hit, with how much of it is new after the hits placed before it."""

    def __init__(self, hit: Hit) -> None:
        self.hit = hit
        self._new = 1.0
        self._compared = 0

    @cached_property
    def pairs(self) -> frozenset[str]:
        """The passage's pairs of neighbouring words.

        As they are spelled: to normalise them takes four times as long, and a report that another
        paper spells without nukta and chandrabindu keeps 0.84 of them or more.
        """
        return frozenset(map(" ".join, pairwise(_WORD.findall(self.hit.passage.text.lower()))))

    def worth(self, placed: Sequence["_Candidate"]) -> float:
        """Discount the score, for each copy placed anew; `placed` only grows between calls."""
        for other in islice(placed, self._compared, None):
            self._new *= 1 - self._share_in(other)
        self._compared = len(placed)
        return self.hit.score - abs(self.hit.score) * (1 - self._new)

    def _share_in(self, other: "_Candidate") -> float:
        """Tell what share of this passage, from 0 to 1, the other one has said."""
        mine, theirs = self.hit.passage, other.hit.passage
        if mine.source == theirs.source:
            overlap = min(mine.end, theirs.end) - max(mine.start, theirs.start)
            contained = overlap / max(mine.end - mine.start, 1)
            return contained if contained >= _CONTAINED else 0.0
        shared = len(self.pairs & other.pairs)
        if shared < max(_LEAST_SHARED, _COPIED * len(self.pairs)):
            return 0.0
        # A pair is kept where both its words are, so the words kept are the root of the pairs kept.
        return math.sqrt(shared / len(self.pairs))
