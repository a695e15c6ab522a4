"""Reranking: a cross-encoder from a folder on this machine reads question and passage together."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index import installed
from index.errors import ModelError

NONE = "none"
"""The choice of no reranker, where the environment names one."""
_BATCH = 8
"""Pairs read at once. Sorted by length, small batches are padded little; a processor gains nothing
from larger ones."""


class Reranker:
    """A cross-encoder; nothing is downloaded. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Load the model.

        Raises ModelError if the folder is not a cross-encoder that gives one number a pair.
        """
        check(folder)
        # Imported here: it takes many seconds, and only those who have a model need it.
        from sentence_transformers import CrossEncoder
        from torch.nn import Sigmoid

        self._folder = folder
        try:
            # Of a model with one output sentence-transformers takes the sigmoid too, unless its
            # settings name another activation; some name none at all, and give logits.
            self._model = CrossEncoder(str(folder), local_files_only=True, activation_fn=Sigmoid())
        # Damaged weights and settings raise whatever the library that reads them raises.
        except Exception as error:
            reason = (str(error).strip() or repr(error)).splitlines()[0]
            raise ModelError(
                f"The reranker in {folder} cannot be loaded ({reason}); fetch it again."
            ) from error
        if self._model.num_labels != 1:
            raise ModelError(
                f"The model in {folder} gives {self._model.num_labels} numbers for a question and "
                "a passage, and a reranker gives one; give another folder with --reranker."
            )
        self._reading = threading.Lock()

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Judge how well each text answers, from 0 to 1; what the model cannot take in is cut off.

        Equal texts get equal scores. Raises ModelError if the model's numbers are none.
        """
        # The same text padded to another length comes out a ten-millionth higher or lower.
        distinct = list(dict.fromkeys(texts))
        # One at a time: its tokenizer keeps settings that a second thread would change, and two
        # threads on one processor only slow each other down.
        with self._reading:
            found = self._model.predict(
                [(question, text) for text in distinct],
                batch_size=_BATCH,  # predict sorts by length before it cuts
                show_progress_bar=False,
            )
        if not np.isfinite(found).all():
            raise ModelError(
                f"The reranker in {self._folder} gives no numbers; its weights are damaged, so "
                "fetch it again."
            )
        score = dict(zip(distinct, map(float, found), strict=True))
        return [score[text] for text in texts]


def check(folder: Path) -> None:
    """Look whether a folder holds a cross-encoder, without loading it.

    Raises ModelError if not. Of another kind of model, sentence-transformers would make a
    cross-encoder with random weights on top.
    """
    kind = installed.architecture(folder)
    if kind is None:
        reason = "it has no config.json that names an architecture"
    elif not installed.is_cross_encoder(kind):
        reason = f"its config.json says {kind[:100]}, not ...ForSequenceClassification"
    else:
        return
    raise ModelError(
        f"{folder} is not a cross-encoder ({reason}); give the folder that holds one with "
        "--reranker."
    )


def check_choice(choice: str) -> None:
    """Look whether `open_reranker` has something to open.

    Raises ModelError if not.
    """
    if choice != NONE:
        check(installed.locate(choice, "reranker"))


def open_reranker(choice: str) -> Reranker | None:
    """Open the reranker of a folder, or one that is installed, by its name; None for "none".

    Raises ModelError if there is no such model, or it is not a cross-encoder.
    """
    return None if choice == NONE else Reranker(installed.locate(choice, "reranker"))
