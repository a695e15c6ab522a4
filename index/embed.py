"""Embeddings: the built-in one, which needs nothing, and sentence-transformers from a folder."""

import hashlib
import math
import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index import installed, lexicon
from index.analyze import stems
from index.devanagari import skeleton, sound_key
from index.errors import ModelError
from index.memo import Memo

Vectors = npt.NDArray[np.float32]

BUILT_IN = "built-in"
DIMENSION = 384
"""Of the built-in vectors: small enough for Chroma to add a thousand a second."""

_SOUND_WEIGHT = 0.5
_CONCEPT_WEIGHT = 1.0
_MIN_SKELETON = 3
"""Two consonants are shared by too many words to mean one of them."""
_AT_ONCE = 32
"""Texts a model reads at a time; a question that comes meanwhile waits for no more than these."""
_E5 = re.compile(r"(?<![a-z0-9])e5(?![a-z0-9])")
_FINGERPRINT_BYTES = 65_536
"""Of each of three places in a file: settings whole, weights enough to tell trainings apart."""


class Embedder(Protocol):
    """Texts to unit vectors; questions and passages may need different treatment."""

    @property
    def name(self) -> str:
        """Say which vectors these are; vectors of different names do not compare."""

    @property
    def absolute(self) -> bool:
        """Whether a cosine says something by itself: 0 for nothing in common, 1 for the same.

        If not, cosines only compare with others of the same question. Those of E5 models lie
        between 0.7 and 1 for anything at all.
        """

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed passages. Returns shape (len(texts), dimension)."""

    def question(self, text: str) -> Vectors:
        """Embed a question. Returns shape (dimension,)."""


class HashingEmbedder:
    """The built-in embedder: feature hashing over stems, sounds and lexicon concepts.

    A pure function of the text, the same on every machine. Both languages and both scripts meet
    in it, because लावरोव and Lavrov have one sound and टीका and vaccine one concept. Feature
    hashing after Weinberger et al. 2009.
    """

    name = f"{BUILT_IN}-2-{DIMENSION}"
    absolute = True
    light = True
    """It is Python, and best made where texts are analysed."""
    at_once = 2_000
    """Passages to embed and write together: a second or two of work, for this one as for others."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed passages. Returns shape (len(texts), dimension)."""
        parts: list[_Place] = []
        weights: list[float] = []
        first: list[int] = []
        for i, text in enumerate(texts):
            counts = Counter(stems(text))
            parts += map(_PLACES.__getitem__, counts)
            weights += [1 + math.log(count) for count in counts.values()]
            first += [i * DIMENSION] * len(counts)
        if not parts:
            return np.zeros((len(texts), DIMENSION), dtype=np.float32)
        # All at once: for each text, to call NumPy takes longer than to add.
        buckets, values = zip(*parts, strict=True)
        lengths = [len(each) for each in values]
        where = np.concatenate(buckets) + np.repeat(first, lengths)
        shares = np.concatenate(values) * np.repeat(weights, lengths)
        sums = np.bincount(where, shares, len(texts) * DIMENSION)
        vectors = sums.reshape(-1, DIMENSION).astype(np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(norms, norms, np.float32(1)), dtype=np.float32)

    def question(self, text: str) -> Vectors:
        """Embed a text. Returns shape (dimension,); zeros where the text has no words."""
        vector: Vectors = self.passages([text])[0]
        return vector


_Place = tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]
"""What a stem adds to a vector: to which of its numbers, and how much."""


def _places(stem: str) -> _Place:
    """Say what a stem adds: whole for itself, and less for what it sounds like and means."""
    weights = {stem: 1.0}
    consonants = skeleton(sound_key(stem))
    if len(consonants) >= _MIN_SKELETON:
        weights[f"sound {consonants}"] = _SOUND_WEIGHT
    concepts = _concepts(stem)
    for concept in concepts:
        weights[f"concept {concept}"] = _CONCEPT_WEIGHT / math.sqrt(len(concepts))
    buckets, signs = zip(*map(_hash, weights), strict=True)
    return np.array(buckets), np.array(signs) * np.array([*weights.values()])


_PLACES = Memo(_places, 200_000)


def _concepts(stem: str) -> tuple[str, ...]:
    """Name the concepts of a stem by English headwords."""
    words = lexicon.load()
    if stem in words.hindi:
        return (stem,)
    return words.english.get(stem, ())


def _hash(feature: str) -> tuple[int, int]:
    digest = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "little")
    return (digest >> 1) % DIMENSION, 1 if digest & 1 else -1


class NeuralEmbedder:
    """A sentence-transformers model from a folder on this machine; nothing is downloaded.

    Safe to use from several threads.
    """

    absolute = False
    light = False
    at_once = 4 * _AT_ONCE

    def __init__(self, folder: Path) -> None:
        """Load the model.

        Raises ModelError if the folder is not a sentence-transformers model.
        """
        self.name = neural_name(folder)
        # Imported here: it takes many seconds, and only those who have a model need it.
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(str(folder), local_files_only=True)
        # Damaged weights and settings raise whatever the library that reads them raises.
        except Exception as error:
            reason = (str(error).strip() or repr(error)).splitlines()[0]
            raise ModelError(
                f"The embedder in {folder} cannot be loaded ({reason}); fetch it again."
            ) from error
        self._question_prompt, self._passage_prompt = _prompts(folder, self._model.prompts)
        self._reading = threading.Lock()

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed passages. Returns shape (len(texts), dimension)."""
        return self._encode(list(texts), self._passage_prompt)

    def question(self, text: str) -> Vectors:
        """Embed a question. Returns shape (dimension,)."""
        vector: Vectors = self._encode([text], self._question_prompt)[0]
        return vector

    def _encode(self, texts: list[str], prompt: str) -> Vectors:
        vectors = np.zeros((len(texts), self._model.get_embedding_dimension()), dtype=np.float32)
        # Those of about one length together: a short text is padded to the longest beside it.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for i in range(0, len(texts), _AT_ONCE):
            part = order[i : i + _AT_ONCE]
            # One at a time: its tokenizer keeps settings that a second thread would change, and
            # two threads on one processor only slow each other down.
            with self._reading:
                vectors[part] = self._model.encode(
                    [texts[j] for j in part],
                    prompt=prompt,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                )
        return vectors


def _prompts(folder: Path, stated: Mapping[str, str]) -> tuple[str, str]:
    """Choose what stands before questions and passages.

    A model's own prompts count; E5 models state none and want theirs all the same.
    """
    question = stated.get("query", "")
    passage = next((stated[name] for name in ("document", "passage") if stated.get(name)), "")
    called = f"{folder.resolve().name} {installed.origin(folder)}"
    if not question and not passage and _E5.search(called.lower()):
        return "query: ", "passage: "
    return question, passage


def _fingerprint(folder: Path) -> str:
    """Tell models apart by their files' sizes and parts of them, without reading all weights."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            size = path.stat().st_size
            digest.update(f"{name.as_posix()} {size}\n".encode())
            with path.open("rb") as file:
                for place in (0, size // 2, max(0, size - _FINGERPRINT_BYTES)):
                    file.seek(place)
                    digest.update(file.read(_FINGERPRINT_BYTES))
    return digest.hexdigest()[:12]


def neural_name(folder: Path) -> str:
    """Name the vectors of a model folder, without loading the model.

    Raises ModelError if the folder is not a sentence-transformers model.
    """
    if not (folder / "modules.json").is_file():
        raise ModelError(
            f"{folder} is not a sentence-transformers model (it has no modules.json); give the "
            "folder that holds one with --embedder."
        )
    try:
        return f"{folder.resolve().name}-{_fingerprint(folder)}"
    except OSError as error:
        raise ModelError(f"The embedder in {folder} cannot be read: {error}") from error


def embedder_name(choice: str) -> str:
    """Say which vectors `open_embedder` would make, without loading anything.

    Raises ModelError if there is no such model.
    """
    if choice == BUILT_IN:
        return HashingEmbedder.name
    return neural_name(neural_folder(choice))


def embedder_kind(choice: str) -> type[HashingEmbedder] | type[NeuralEmbedder]:
    """Say which kind of embedder `open_embedder` would open, without loading anything."""
    return HashingEmbedder if choice == BUILT_IN else NeuralEmbedder


def open_embedder(choice: str = BUILT_IN) -> Embedder:
    """Open the embedder of a folder, one that is installed, by its name, or the built-in one.

    Raises ModelError if there is no such model.
    """
    if choice == BUILT_IN:
        return HashingEmbedder()
    return NeuralEmbedder(neural_folder(choice))


def neural_folder(choice: str) -> Path:
    """Find the folder of a neural embedder. Raises ModelError if it is known and not here."""
    return installed.locate(choice, "embedder")
