"""Hindi ↔ English for the words news is made of, as stems.

Knows nothing of spelling variants (the analyser folds them) nor of names (sound keys join them).
A term of several words is its stems joined by spaces.
"""

import hashlib
import marshal
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from types import MappingProxyType

from index import cldr
from index.analyze import is_function_word, stem
from index.devanagari import normalise, skeleton, sound_key
from index.irregular import BASES

_FILE = "lexicon.tsv"
_MADE_FROM = (
    _FILE,
    "lexicon.py",
    "cldr.py",
    "analyze.py",
    "devanagari.py",
    "irregular.py",
    "stopwords.py",
)
# Endings and what they stand for in the dictionary form; longer endings first.
_INFLECTIONS = (
    ("ियों", ("ी", "ि")),
    ("ियां", ("ी", "ि")),
    ("ुओं", ("ू", "ु")),
    ("ओं", ("",)),
    ("एं", ("",)),
    ("ों", ("", "ा")),
    ("ें", ("", "ा")),
    ("े", ("ा",)),
    ("ी", ("ा",)),
    ("ies", ("y",)),
    ("es", ("", "e")),
    ("s", ("",)),
    ("ied", ("y",)),
    ("ed", ("", "e")),
    ("ing", ("", "e")),
)
_DOUBLED = re.compile(r"([bdglmnprt])\1(?:ed|ing)$")  # kidnapped

# What follows the root of a Hindi verb, in normalised spelling; the dictionary has root + ना.
_VERB_ENDINGS = (
    "ेंगे ेंगी ेगा ेगी एंगे एंगी एगा एगी ूंगा ूंगी ऊंगा ऊंगी तीं ता ते ती ने नी या कर ईं एं ई ए ओ ीं ें ा ी े ो".split()
)


@dataclass(frozen=True)
class Lexicon:
    """Translations as stems, the usual ones first, in both directions."""

    hindi: Mapping[str, tuple[str, ...]]
    """English term → Hindi terms."""
    english: Mapping[str, tuple[str, ...]]
    """Hindi term → English terms."""
    exact: Mapping[str, tuple[str, ...]]
    """Word as written → terms of the other language.

    वादा is a promise and वाद a lawsuit, but their stem is one; so with formation and format.
    """
    by_skeleton: Mapping[str, tuple[str, ...]]
    """Consonants → the Hindi words that sound so, to read roman Hindi."""

    def translate(self, word: str) -> tuple[str, ...]:
        """List what a normalised word, or the term it is a form of, is in the other language."""
        for form in (word, *base_forms(word), *_infinitives(word)):
            if form in self.exact:
                return self.exact[form]
        root = stem(word)
        if len(root) < 2:  # what is left of मई is left of a dozen other words
            return ()
        return self.hindi.get(root) or self.english.get(root) or ()

    def knows(self, root: str) -> bool:
        """Whether a stem is that of a word in the lexicon."""
        return root in self.hindi or root in self.english


@cache
def load() -> Lexicon:
    """Read the lexicon that ships with Khabar, and CLDR's names.

    Made once and kept beside Python's own compiled files, because every cold question waits for
    it; where nothing can be written there, it is made each time.
    """
    kept = _kept_file()
    try:
        # As trusted as the compiled modules it lies beside.
        tables = marshal.loads(kept.read_bytes())  # noqa: S302
        return Lexicon(*map(MappingProxyType, tables))
    except (OSError, ValueError, EOFError, TypeError):
        lexicon = _make()
        _keep(kept, lexicon)
        return lexicon


def _kept_file() -> Path:
    """Name the file after all that goes into the lexicon, so that a stale one is never read."""
    folder = Path(__file__).parent
    digest = hashlib.sha256(metadata.version("babel").encode())
    for name in _MADE_FROM:
        digest.update((folder / name).read_bytes())
    tag = f"{sys.implementation.cache_tag}-{digest.hexdigest()[:16]}"
    return folder / "__pycache__" / f"lexicon-{tag}.marshal"


def _keep(file: Path, lexicon: Lexicon) -> None:
    """Write the lexicon for the next start, whole or not at all."""
    tables = tuple(dict(getattr(lexicon, each.name)) for each in fields(Lexicon))
    unfinished = file.with_suffix(f".{os.getpid()}")
    # Only speed is lost where the packages cannot be written.
    with suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        unfinished.write_bytes(marshal.dumps(tables))
        unfinished.replace(file)
        for old in file.parent.glob("lexicon-*.marshal"):
            if old != file and sys.implementation.cache_tag in old.name:
                old.unlink(missing_ok=True)


def _make() -> Lexicon:
    text = resources.files("index").joinpath(_FILE).read_text(encoding="utf-8")
    names = "\n".join(f"{english}\t{hindi}" for english, hindi in cldr.pairs())
    # Apart, because one foreign letter among CLDR's names makes normalising slow for all.
    return build(f"{normalise(text)}\n{normalise(names)}")


def build(text: str) -> Lexicon:
    """Make a lexicon from normalised lines `headword<TAB>rendering, rendering`."""
    lines = text.splitlines()
    # Each word is stemmed once, because every cold start waits for this.
    vocabulary = set(" ".join(lines).replace("-", " ").replace(",", " ").split())
    roots = {word: stem(word) for word in vocabulary if not is_function_word(word)}

    def term(phrase: str) -> str:
        if phrase in roots:
            return roots[phrase]
        return " ".join(roots[w] for w in phrase.replace("-", " ").split() if w in roots)

    # What a headword's own line says of it comes before what other lines do.
    own: dict[str, list[str]] = defaultdict(list)
    told: dict[str, list[str]] = defaultdict(list)
    own_exact: dict[str, list[str]] = defaultdict(list)
    told_exact: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        headword, _, renderings = line.partition("\t")
        head = term(headword)
        if not head:
            continue
        for rendering in renderings.split(", "):
            if translated := term(rendering):
                own[head].append(translated)
                told[translated].append(head)
                told_exact[rendering].append(head)
                own_exact[headword].append(translated)
    for key, values in told.items():
        own[key] += values
    exact: dict[str, list[str]] = {}
    for key in (*own_exact, *told_exact):
        # What the line of "child" says is true of children, and says more than चिल्ड्रन does.
        forms = (form for form in (*base_forms(key), *_infinitives(key)) if form in own_exact)
        base = own_exact.get(next(forms, ""), []) if key.isascii() or key not in own_exact else []
        exact[key] = [*own_exact.get(key, ()), *base, *told_exact.get(key, ())]
    hindi = {key: values for key, values in own.items() if key.isascii()}
    english = {key: values for key, values in own.items() if not key.isascii()}
    sounds: dict[str, list[str]] = defaultdict(list)
    for word in exact:
        if not word.isascii():
            sounds[skeleton(sound_key(word))].append(word)
    return Lexicon(_frozen(hindi), _frozen(english), _frozen(exact), _frozen(sounds))


def base_forms(word: str) -> Iterator[str]:
    """Yield the dictionary forms a normalised word may be an inflection of."""
    if word in BASES:
        yield BASES[word]
    if _DOUBLED.search(word):
        yield _DOUBLED.sub(r"\1", word)
    for ending, bases in _INFLECTIONS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            for base in bases:
                yield word.removesuffix(ending) + base


def _infinitives(word: str) -> Iterator[str]:
    """Yield what would be the dictionary form if a Hindi word were a form of a verb."""
    for ending in _VERB_ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            yield word.removesuffix(ending) + "ना"
    if not word.isascii():
        yield word + "ना"


def _frozen(table: Mapping[str, Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({key: tuple(dict.fromkeys(values)) for key, values in table.items()})
