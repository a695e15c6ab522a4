"""Ask an index of articles a set of questions, and note what came of each.

The articles are indexed in a temporary folder; no other index and no file of the user is touched.
"""

import shutil
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from index import Evidence, Index, Question, UpdateReport, errors
from qa.measures import Outcome, Sentence
from qa.questions import Asked, QuestionSet

_DEPTH = 100
"""Passages searched for the gold file: enough for ten files of several passages each."""

Progress = Callable[[int, int], None]
"""Called with (done, in all): first of files, then of questions."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of each question, and what was indexed for it."""

    outcomes: tuple[Outcome, ...]
    report: UpdateReport


def run(
    asked: QuestionSet,
    embedder: str | None = None,
    reranker: str | None = None,
    *,
    without: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Index the articles in a temporary folder and ask every question.

    With `without`, each answerable question is asked again with its sources taken out of the
    index. Raises KhabarError for articles, a model or a question that cannot be used.
    """
    with TemporaryDirectory(prefix="khabar-eval-") as scratch:
        folder = _folder(asked.articles, Path(scratch), copied=without)
        with Index(Path(scratch) / "index", embedder, reranker) as index:
            report = index.update(folder, progress)
            _check_sources(asked.questions, {*index.articles(), *report.failed, *report.skipped})
            answerable = [item for item in asked.questions if item.sources and without]
            if without:
                _check_rest(answerable, set(index.articles()))
            total = len(asked.questions) + len(answerable)
            step = _Steps(progress, total).step
            outcomes = ask(index, asked.questions, step)
            outcomes += ask_without(index, folder, answerable, step)
    return Run(tuple(outcomes), report)


class _Steps:
    """Counts questions for a progress bar."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._done = 0
        self._total = total

    def step(self) -> None:
        self._done += 1
        if self._progress:
            self._progress(self._done, self._total)


def _folder(articles: Path | Mapping[str, str], scratch: Path, *, copied: bool) -> Path:
    """Lay out the articles; a user's folder is copied before anything is taken out of it."""
    if isinstance(articles, Path) and not copied:
        return articles
    folder = scratch / "articles"
    if isinstance(articles, Path):
        try:
            shutil.copytree(articles, folder, symlinks=True, ignore=_passed_over)
        except shutil.Error as error:
            source, _, reason = error.args[0][0]
            raise errors.FolderError(f"{source} cannot be copied: {reason}") from error
    else:
        folder.mkdir()
        for name, text in articles.items():
            (folder / name).write_bytes(text.encode())
    return folder


def _passed_over(folder: str, names: Sequence[str]) -> set[str]:
    """List what no index takes in: hidden files, pipes and the like."""
    paths = [Path(folder, name) for name in names]
    return {
        path.name
        for path in paths
        if path.name.startswith(".") or not (path.is_symlink() or path.is_file() or path.is_dir())
    }


def _check_sources(asked: Sequence[Asked], there: set[str]) -> None:
    """Refuse gold files that are not there: a slip in a name would count as a miss.

    One that is there and could not be read is a miss.
    """
    for item in asked:
        for source in item.sources:
            if source not in there:
                raise errors.QuestionFileError(
                    f"{item.place}: {source!r} is not a file of the folder of articles; name it "
                    "by its path inside that folder."
                )


def _check_rest(asked: Sequence[Asked], there: set[str]) -> None:
    for item in asked:
        if there <= set(item.sources):
            raise errors.QuestionFileError(
                f"{item.place}: without the files that answer it no article is left to ask."
            )


def ask(
    index: Index, asked: Sequence[Asked], step: Callable[[], None] = lambda: None
) -> list[Outcome]:
    """Ask every question of an index. Raises QuestionFileError for one that cannot be asked."""
    # All are read before the first is asked: whoever waits for an hour has a file without slips.
    questions = [_read(index, item) for item in asked]
    if questions:
        # What is loaded for the first question only is no question's time.
        index.weigh(questions[0], index.search(questions[0], _DEPTH))
    outcomes = []
    for item, question in zip(asked, questions, strict=True):
        outcomes.append(_outcome(index, item, question, without=False))
        step()
    return outcomes


def ask_without(
    index: Index,
    folder: Path,
    asked: Sequence[Asked],
    step: Callable[[], None] = lambda: None,
) -> list[Outcome]:
    """Ask every question with its sources taken out of the folder and the index.

    The files are put back; the index has them again only after its next update.
    """
    there = set(index.articles())
    groups: dict[tuple[str, ...], list[Asked]] = {}
    for item in asked:
        groups.setdefault(tuple(sorted(set(item.sources))), []).append(item)
    outcomes = {}
    for sources, members in groups.items():
        taken = {
            folder / source: (folder / source).read_bytes() for source in sources if source in there
        }
        try:
            for path in taken:
                path.unlink()
            index.update(folder)
            for item in members:
                question = _read(index, item)
                outcomes[item.id] = _outcome(index, item, question, without=True)
                step()
        finally:
            for path, data in taken.items():
                path.write_bytes(data)
    return [outcomes[item.id] for item in asked]


def _read(index: Index, item: Asked) -> Question:
    try:
        return index.read(item.question)
    except errors.QuestionError as error:
        raise errors.QuestionFileError(f"{item.place}: {error}") from error


def _outcome(index: Index, item: Asked, question: Question, *, without: bool) -> Outcome:
    begin = time.perf_counter()
    hits = index.search(question, _DEPTH)
    verdict = index.weigh(question, hits)
    ms = round(1000 * (time.perf_counter() - begin), 3)
    files = list(dict.fromkeys(hit.passage.source for hit in hits))
    ranks = (rank for rank, name in enumerate(files, start=1) if name in item.sources)
    ranked = enumerate(verdict.evidence, start=1)
    return Outcome(
        id=item.id,
        question=item.question,
        language=question.language,
        sources=item.sources,
        answers=item.answers,
        without=without,
        rank=next(ranks, None),
        sentence_rank=next((rank for rank, found in ranked if answers(item, found)), None),
        refused=not verdict.answerable,
        ms=ms,
        first_file=files[0] if files else None,
        first_sentence=_first(verdict.evidence),
    )


def _first(ranked: Sequence[Evidence]) -> Sentence | None:
    if not ranked:
        return None
    best = ranked[0]
    return Sentence(best.hit.passage.source, best.start, best.end, best.text)


def answers(item: Asked, found: Evidence) -> bool:
    """Whether a sentence is of a gold file and holds a gold answer, however it is encoded."""
    sentence = _plain(found.text)
    return found.hit.passage.source in item.sources and any(
        _plain(answer) in sentence for answer in item.answers
    )


def _plain(text: str) -> str:
    """Take away what is not seen: the ways to encode क़, and where a line ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())
