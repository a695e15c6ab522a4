"""Initialisms in both scripts: SCO and एससीओ are the same letters."""

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
_LETTERS = dict(
    sorted(
        ((normalise(name), letter) for letter, name in _NAMES.items()),
        key=lambda pair: (-len(pair[0]), pair[0]),
    )
)


def in_hindi(word: str) -> str | None:
    """Spell a Latin initialism by the Hindi names of its letters; None for what is none."""
    if not (2 <= len(word) <= _MAX_LETTERS and word.isascii() and word.isalpha()):
        return None
    return normalise("".join(_NAMES[letter] for letter in word))


@lru_cache(maxsize=10_000)
def in_english(word: str) -> str | None:
    """Read a normalised Hindi word as the names of English letters; None if it is not that."""
    letters = _spelled(word, _MAX_LETTERS)
    return letters if letters and len(letters) > 1 else None


def _spelled(word: str, most: int) -> str | None:
    """Read a whole word as names of at most `most` letters, longer names first."""
    if not word:
        return ""
    for name, letter in _LETTERS.items():
        if most and word.startswith(name):
            rest = _spelled(word[len(name) :], most - 1)
            if rest is not None:
                return letter + rest
    return None
