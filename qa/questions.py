"""Files of questions with their gold answers, and the articles the questions are asked of.

Three forms: JSON lines that name gold files; SQuAD JSON, 1.1 and 2.0; a JSON object from id to
question. The last two, put to the articles of a SQuAD file, find their gold answers there by id.
Knows nothing of an index.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from index import errors

_JSON_LINES = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what counts as its answer: one of the answers, in one of the sources.

    Without sources the articles do not answer it. `place` is where it stands, for messages.
    """

    id: str
    question: str
    sources: tuple[str, ...]
    answers: tuple[str, ...]
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions, and the articles they are asked of: a folder, or texts by file name."""

    questions: tuple[Asked, ...]
    articles: Path | Mapping[str, str]
    left_out: int = 0
    """Questions of which the articles' file has nothing."""


def read(path: Path, articles: Path | None = None) -> QuestionSet:
    """Read a file of questions and say what they are asked of.

    `articles` is a folder for JSON lines, a SQuAD file for the other forms; None takes a SQuAD
    file's own paragraphs. Raises QuestionFileError for what cannot be read or does not fit.
    """
    text = read_text(path)
    if _is_json_lines(path, text):
        if articles is None or not articles.is_dir():
            _fail(f"{path} names files; give the folder that holds them with --articles.")
        return QuestionSet(_some(_lines(text, path.name), path), articles)
    document = read_object(text, str(path))
    if "data" in document:
        paragraphs, asked = _squad(document, path.name)
        if articles is None:
            return QuestionSet(_some(list(asked.values()), path), paragraphs)
        wanted = {number: item.question for number, item in asked.items()}
    else:
        wanted = {key: _filled(value, f"{path.name}, {key}") for key, value in document.items()}
    return _matched(wanted, path, articles)


def _matched(wanted: Mapping[str, str], path: Path, articles: Path | None) -> QuestionSet:
    """Put questions to the articles of a SQuAD file, whose answers to the same ids are gold."""
    if articles is None or articles.is_dir():
        _fail(f"{path} does not name files; give the SQuAD file that answers it with --articles.")
    document = read_object(read_text(articles), str(articles))
    if "data" not in document:
        _fail(f"{articles} has no articles: it is not in SQuAD's form (no data).")
    paragraphs, gold = _squad(document, articles.name)
    asked = [
        Asked(number, text, gold[number].sources, gold[number].answers, f"{path.name}, {number}")
        for number, text in wanted.items()
        if number in gold
    ]
    if wanted and not asked:
        _fail(f"None of the questions of {path} has its id in {articles}.")
    return QuestionSet(_some(asked, path), paragraphs, len(wanted) - len(asked))


def _is_json_lines(path: Path, text: str) -> bool:
    """Tell by the file's name, or by a first line that is a question by itself."""
    if path.suffix.lower() in _JSON_LINES:
        return True
    first, _, _ = text.lstrip().partition("\n")
    try:
        entry = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return isinstance(entry, dict) and "question" in entry


def _lines(text: str, name: str) -> list[Asked]:
    """Read JSON lines: id, question, sources, answers; no sources for what has no answer."""
    asked: dict[str, Asked] = {}
    # Not splitlines: a JSON string may hold U+2028.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{name}, line {number}"
        entry = _object(_decode(line, place, one_line=True), place)
        sources, answers = (_texts(entry, key, place) for key in ("sources", "answers"))
        if bool(sources) != bool(answers):
            there, lacking = ("sources", "answers") if sources else ("answers", "sources")
            _fail(f"{place}: there are {there} and no {lacking}; an unanswerable one has neither.")
        _add(
            asked,
            Asked(_id(entry, place), _text(entry, "question", place), sources, answers, place),
        )
    return list(asked.values())


def _squad(document: Mapping[str, Any], name: str) -> tuple[dict[str, str], dict[str, Asked]]:
    """Read SQuAD: the paragraphs by file name, and the questions by id.

    `data[3].paragraphs[7]` becomes the file `03-007.txt`.
    """
    paragraphs: dict[str, str] = {}
    asked: dict[str, Asked] = {}
    for i, article in enumerate(_list(document, "data", name)):
        for j, entry in enumerate(_list(article, "paragraphs", f"{name}, data[{i}]")):
            place = f"{name}, data[{i}].paragraphs[{j}]"
            source = f"{i:02d}-{j:03d}.txt"
            paragraphs[source] = _text(_object(entry, place), "context", place)
            for k, qa in enumerate(_list(entry, "qas", place)):
                _add(asked, _squad_question(qa, source, f"{place}.qas[{k}]"))
    return paragraphs, asked


def _squad_question(entry: object, source: str, place: str) -> Asked:
    qa = _object(entry, place)
    number, question = _id(qa, place), _text(qa, "question", place)
    if qa.get("is_impossible") is True:
        return Asked(number, question, (), (), place)
    answers = [
        _text(_object(answer, place), "text", place) for answer in _list(qa, "answers", place)
    ]
    if not answers:
        _fail(f"{place}: there is no answer; an unanswerable question has is_impossible true.")
    return Asked(number, question, (source,), tuple(dict.fromkeys(answers)), place)


def _add(asked: dict[str, Asked], item: Asked) -> None:
    if item.id in asked:
        _fail(f"{item.place}: the id {item.id!r} stands twice, first in {asked[item.id].place}.")
    asked[item.id] = item


def _some(asked: Sequence[Asked], path: Path) -> tuple[Asked, ...]:
    if not asked:
        _fail(f"{path} holds no question.")
    return tuple(asked)


def read_text(path: Path) -> str:
    """Read a UTF-8 file. Raises QuestionFileError if that cannot be done."""
    try:
        data = path.read_bytes()
    except OSError as error:
        _fail(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        _fail(f"{path.name}, line {number}: this is not UTF-8; save the file as UTF-8.")


def read_object(text: str, name: str) -> dict[str, Any]:
    """Read one JSON object. Raises QuestionFileError naming the line that is wrong."""
    return _object(_decode(text, name), name)


def _decode(text: str, place: str, *, one_line: bool = False) -> object:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        entry = dict(pairs)
        if len(entry) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            _fail(f"{place}: the key {twice!r} stands twice in one object.")
        return entry

    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        where = "" if one_line else f", line {error.lineno}"
        _fail(f"{place}{where}: this is not JSON: {error.msg} at column {error.colno}.")
    except (ValueError, RecursionError):  # a number of 5,000 digits, ten thousand brackets
        _fail(f"{place}: this is JSON that no question needs.")


def _object(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _fail(f"{place}: this is not a JSON object, {{...}}.")
    return value


def _list(value: object, key: str, place: str) -> list[Any]:
    found = _object(value, place).get(key)
    if not isinstance(found, list):
        _fail(f"{place}: {key} is not a list.")
    return found


def _text(entry: Mapping[str, Any], key: str, place: str) -> str:
    return _filled(entry.get(key), f"{place}: {key}")


def _texts(entry: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
    """Read a list of texts; null is an empty one, but a key left out may be a slip."""
    if key not in entry:
        _fail(f"{place}: there is no {key}; an unanswerable question has an empty list.")
    if entry[key] is None:
        return ()
    return tuple(_filled(value, f"{place}: {key}") for value in _list(entry, key, place))


def _id(entry: Mapping[str, Any], place: str) -> str:
    number = entry.get("id")
    # True is an int to Python and no id to anybody.
    if isinstance(number, int) and not isinstance(number, bool):
        return str(number)
    return _text(entry, "id", place)


def _filled(value: object, place: str) -> str:
    if not isinstance(value, str) or not value.strip():
        _fail(f"{place} is not a text.")
    if any("\ud800" <= char <= "\udfff" for char in value):
        _fail(f"{place} holds half a character (a lone surrogate).")
    return value


def _fail(message: str) -> NoReturn:
    raise errors.QuestionFileError(message)
