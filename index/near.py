"""Skeletons one edit away from a misspelled word's: Zardri for Zardari, Lavorov for Lavrov."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

MIN_SKELETON = 4
"""Shorter skeletons have too many neighbours for one of them to be what was meant."""


class NearSkeletons:
    """The skeletons of an index, to be searched by edit distance.

    One edit within the consonants, the first of which must be right: people misspell the middle
    of a word more than its beginning (Pollock & Zamora 1984).
    """

    def __init__(self, skeletons: Iterable[str]) -> None:
        shelves: dict[tuple[str, int], list[str]] = defaultdict(list)
        for skeleton in skeletons:
            if len(skeleton) >= MIN_SKELETON - 1:
                shelves[skeleton[0], len(skeleton)].append(skeleton)
        self._shelves: Mapping[tuple[str, int], list[str]] = shelves

    def near(self, skeleton: str) -> list[str]:
        """List those that differ by one consonant: another, one more or less, or two swapped."""
        if len(skeleton) < MIN_SKELETON:
            return []
        return [
            other
            for length in (len(skeleton) - 1, len(skeleton), len(skeleton) + 1)
            for other, distance, _ in process.extract(
                skeleton,
                self._shelves.get((skeleton[0], length), ()),
                scorer=OSA.distance,
                score_cutoff=1,
                limit=None,
            )
            if distance == 1
        ]
