"""Tables with an article a row: CSV, TSV and JSON Lines."""

import csv
import datetime
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index import dates
from index.errors import FileError
from index.load import RawArticle, decode
from index.meta import Metadata

_TEXT = (
    "text body content article article_text article_body full_text fulltext maintext story news "
    "description summary लेख पाठ सामग्री ख़बर खबर समाचार विवरण सारांश"
).split()
"""Names of the column that is the article's text; where there are several, the first here."""
_TITLE = "title headline heading head शीर्षक हेडलाइन".split()
_AUTHOR = "author authors byline writer reporter लेखक लेखिका संवाददाता पत्रकार".split()
_DATE = (
    "date published published_at published_date publish_date publication_date date_published "
    "pub_date pubdate दिनांक तारीख तारीख़ तिथि प्रकाशित"
).split()
_DELIMITERS = ",;\t|"
"""Excel writes semicolons where the comma is the decimal sign."""
_MAX_COLUMNS = 1_000
_MAX_FIELD = 20_000_000
"""Characters, as many as a file of text may have bytes."""
_MAX_PROBLEMS = 100
"""Rows that are named; the others are counted."""
_MAX_DATE = 40
"""Characters a date may have, with weekday, time and zone."""
_LISTED = 12
"""Columns named in a message."""

Read = tuple[list[RawArticle], dict[str, str]]


@dataclass(frozen=True, slots=True)
class _Columns:
    """The names, as the file spells them, of the columns that are read; None for one not there."""

    text: str
    title: str | None
    author: str | None
    date: str | None


def read_csv(data: bytes, delimiter: str | None = None) -> Read:
    """Read a table with a line of names above it; rows that cannot be read are named.

    `delimiter` is None where the names tell it. Raises FileError if the bytes are not text, no
    column is one of text, or no row holds any.
    """
    text = decode(data)
    if text[:4] == "sep=" and text[4:5] and text[5:6] in "\r\n":  # what Excel reads first
        delimiter, text = text[4], text[5:].lstrip("\r\n")
    csv.field_size_limit(_MAX_FIELD)
    if delimiter is None:
        delimiter = _delimiter(text)
    rows = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        raise FileError(
            f"its first line, of the columns' names, cannot be read ({error})."
        ) from error
    if not any(header):
        raise FileError("its first line is blank; name the columns in it.")
    if len(header) > _MAX_COLUMNS:
        raise FileError(f"a table of {len(header):,} columns; it may have {_MAX_COLUMNS:,}.")
    columns = _columns(header)
    if columns is None:
        raise _no_text_column(header)
    return _articles(_csv_rows(rows, header), columns)


def read_tsv(data: bytes) -> Read:
    """Read a table as `read_csv` does, its columns separated by tabs."""
    return read_csv(data, "\t")


def _lines(text: str) -> Iterator[str]:
    """Cut into lines with their ends; a table's lines end as Windows, Unix or old Macs end them."""
    start = 0
    old = "\n" not in text
    while start < len(text):
        end = text.find("\r" if old else "\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _delimiter(text: str) -> str:
    """Choose what separates the names in the first line: what makes most of them."""
    line = next(_lines(text), "")[:100_000]
    counts = {mark: _names(line, mark) for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: counts[mark])


def _names(line: str, mark: str) -> tuple[bool, int]:
    try:
        header = next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        return False, 0
    return _columns(header) is not None, len(header)


def _csv_rows(
    rows: Iterator[list[str]], header: Sequence[str]
) -> Iterator[Mapping[str, object] | str]:
    """Give each row by column, or say why it cannot be read."""
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error):
                yield (
                    "a quotation mark opens in this row and none closes; this row and all below "
                    "it are not read."
                )
                return
            if "field limit" in str(error):
                yield f"a text of more than {_MAX_FIELD:,} letters; split it."
            else:
                yield f"not a row ({error}); double the quotation marks within a text."
            continue
        if any(field.strip() for field in row[len(header) :]):
            yield (
                f"has {len(row)} fields, the first line names {len(header)} columns; put the text "
                "in quotation marks."
            )
        else:
            yield dict(zip(header, row, strict=False))


def read_jsonl(data: bytes) -> Read:
    """Read JSON Lines, an object a line; lines that cannot be read are named by their number.

    Raises FileError if the bytes are not text, no object has a text, or the file is other JSON.
    """
    text = decode(data)
    if text.lstrip()[:1] == "[":
        raise FileError("one list of JSON; write one object a line, without commas between them.")
    keys: dict[str, None] = {}
    rows = list(_json_rows(text, keys))
    columns = _columns(list(keys))
    if columns is None:
        if not keys:
            raise FileError(next((row for row in rows if isinstance(row, str)), _NO_ROWS))
        raise _no_text_column(list(keys))
    return _articles(rows, columns)


def _json_rows(text: str, keys: dict[str, None]) -> Iterator[Mapping[str, object] | str]:
    """Give each line's object, or say why it is none; collect the names of their fields."""
    for line in _lines(text):
        if not line.strip():
            yield {}
            continue
        try:
            # No number is an article; as floats, those of many digits take no time.
            found = json.loads(line, parse_int=float)
        except json.JSONDecodeError as error:
            yield f"no JSON from character {error.pos + 1} on."
        except RecursionError:
            yield "its JSON is nested too deeply."
        else:
            if isinstance(found, dict):
                if len(keys) < _MAX_COLUMNS:
                    keys.update(dict.fromkeys(found))
                yield found
            else:
                yield "no object of JSON, in curly brackets."


def _columns(names: Sequence[str]) -> _Columns | None:
    """Tell the columns by their names; None if none is the text."""
    by_name = {_key(name): name for name in reversed(names)}

    def first(wanted: Iterable[str]) -> str | None:
        return next((by_name[key] for each in wanted if (key := _key(each)) in by_name), None)

    text = first(_TEXT)
    return _Columns(text, first(_TITLE), first(_AUTHOR), first(_DATE)) if text else None


def _key(name: str) -> str:
    """Spell a column's name one way: Article Text, article-text, article_text."""
    plain = unicodedata.normalize("NFKD", name[:100]).casefold().replace("\u093c", "")
    return "_".join(plain.replace("_", " ").replace("-", " ").split())


def _no_text_column(names: Sequence[str]) -> FileError:
    listed = ", ".join(repr(name[:40]) for name in names[:_LISTED])
    more = f" and {len(names) - _LISTED:,} more" if len(names) > _LISTED else ""
    return FileError(
        f"none of its columns is called as one of text is ({listed}{more}); name it "
        f"{', '.join(_TEXT[:3])} or लेख."
    )


_NO_ROWS = "the table has no rows with a text."


def _articles(rows: Iterable[Mapping[str, object] | str], columns: _Columns) -> Read:
    articles: list[RawArticle] = []
    problems: dict[str, str] = {}
    unnamed = 0
    for number, row in enumerate(rows, start=1):
        name = str(number)
        reason = row if isinstance(row, str) else ""
        if not isinstance(row, str):
            text = row.get(columns.text)
            if isinstance(text, str) and text.strip():
                articles.append(RawArticle(text.strip(), _stated(row, columns), name))
            elif any(value is not None and str(value).strip() for value in row.values()):
                reason = f"holds nothing under {columns.text[:40]!r}."
        if reason and len(problems) < _MAX_PROBLEMS:
            problems[name] = reason
        elif reason:
            unnamed += 1
            last = name
    if not articles:
        raise FileError(
            next((f"row {name}: {reason}" for name, reason in problems.items()), _NO_ROWS)
        )
    if unnamed:
        problems[last] = f"{unnamed:,} more rows down to this one cannot be read."
    return articles, problems


def _stated(row: Mapping[str, object], columns: _Columns) -> Metadata:
    return Metadata(
        _said(row, columns.title), _said(row, columns.author), _day(_said(row, columns.date))
    )


def _said(row: Mapping[str, object], column: str | None) -> str | None:
    value = row.get(column) if column else None
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _day(text: str | None) -> datetime.date | None:
    if not text or len(text) > _MAX_DATE:
        return None
    return next((found.day for found in dates.find_dates(text) if found.day), None)
