"""Hindi ↔ English for the words news is made of, as stems.

Knows nothing of spelling variants (the analyser folds them) nor of names (sound keys join them).
A term of several words is its stems joined by spaces.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from types import MappingProxyType

from index import cldr
from index.analyze import is_function_word, stem
from index.devanagari import normalise, skeleton, sound_key

_FILE = "lexicon.tsv"


@dataclass(frozen=True)
class Lexicon:
    """Translations as stems, the usual ones first, in both directions."""

    hindi: Mapping[str, tuple[str, ...]]
    """English term → Hindi terms."""
    english: Mapping[str, tuple[str, ...]]
    """Hindi term → English terms."""
    exact: Mapping[str, tuple[str, ...]]
    """Hindi word as written → English terms: वादा is a promise, वाद a lawsuit, their stem is one."""

    def translate(self, word: str) -> tuple[str, ...]:
        """List what a normalised word, or the term it is a form of, is in the other language."""
        root = stem(word)
        return self.exact.get(word) or self.hindi.get(root) or self.english.get(root) or ()

    def knows(self, root: str) -> bool:
        """Whether a stem is that of a word in the lexicon."""
        return root in self.hindi or root in self.english

    @cached_property
    def by_skeleton(self) -> Mapping[str, tuple[str, ...]]:
        """Consonants → the Hindi words that sound so, to read roman Hindi."""
        sounds: dict[str, list[str]] = defaultdict(list)
        for word in self.exact:
            sounds[skeleton(sound_key(word))].append(word)
        return _frozen(sounds)


@cache
def load() -> Lexicon:
    """Read the lexicon that ships with Khabar, and CLDR's names."""
    text = resources.files("index").joinpath(_FILE).read_text(encoding="utf-8")
    names = "\n".join(f"{english}\t{hindi}" for english, hindi in cldr.pairs())
    return build(f"{text}\n{names}")


def build(text: str) -> Lexicon:
    """Make a lexicon from lines `headword<TAB>rendering, rendering`."""
    hindi: dict[str, dict[str, None]] = defaultdict(dict)
    english: dict[str, dict[str, None]] = defaultdict(dict)
    exact: dict[str, dict[str, None]] = defaultdict(dict)
    # Normalised in one go, because every cold start waits for it.
    for line in normalise(text).splitlines():
        headword, _, renderings = line.partition("\t")
        head = _term(headword)
        for rendering in renderings.split(", "):
            term = _term(rendering)
            if head and term:
                hindi[head][term] = None
                english[term][head] = None
                if " " not in term:
                    exact[rendering.strip()][head] = None
    return Lexicon(_frozen(hindi), _frozen(english), _frozen(exact))


def _term(words: str) -> str:
    kept = [stem(word) for word in words.replace("-", " ").split() if not is_function_word(word)]
    return " ".join(kept)


def _frozen(table: Mapping[str, Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({key: tuple(values) for key, values in table.items()})
