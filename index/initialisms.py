"""Initialisms in both scripts: SCO and एससीओ are the same letters."""

import re
from functools import lru_cache

from index.devanagari import normalise

_MAX_LETTERS = 6
_NAMES = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        "ए बी सी डी ई एफ जी एच आई जे के एल एम एन ओ पी क्यू आर एस टी यू वी डब्ल्यू एक्स वाई ज़ेड".split(),
        strict=True,
    )
)
_LETTERS = {normalise(name): letter for letter, name in _NAMES.items()}
_SPELLED = re.compile("|".join(sorted(map(re.escape, _LETTERS), key=len, reverse=True)))


def in_hindi(word: str) -> str | None:
    """Spell a Latin initialism by the Hindi names of its letters; None for what is none."""
    if not (2 <= len(word) <= _MAX_LETTERS and word.isascii() and word.isalpha()):
        return None
    return normalise("".join(_NAMES[letter] for letter in word))


@lru_cache(maxsize=10_000)
def in_english(word: str) -> str | None:
    """Read a normalised Hindi word as the names of English letters; None if it is not that."""
    letters = []
    position = 0
    while position < len(word):
        match = _SPELLED.match(word, position)
        if match is None:
            return None
        letters.append(_LETTERS[match.group()])
        position = match.end()
    return "".join(letters) if 2 <= len(letters) <= _MAX_LETTERS else None
