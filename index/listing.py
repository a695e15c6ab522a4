"""What an index holds and what it could not read, a page of it at a time; and where a file lies.

Of a hundred thousand articles, a page looks only at those that it shows; a text, at all their names
and titles.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from index.devanagari import normalise
from index.library import FOLLOWED, Library, read_day, read_language
from index.types import Entry, Language, Listing

# Both parts come sorted out of their tables, so that SQLite stops where a page ends.
_LISTED = """
WITH listed AS (
    SELECT s.source, s.file, s.article FROM sources s
    WHERE NOT ?1 OR is_named(s.source)
        OR is_named((SELECT a.title FROM articles a WHERE a.id = s.article))
    UNION ALL
    SELECT f.source, f.file, NULL FROM failures f
    WHERE (NOT ?1 OR is_named(f.source))
        AND NOT EXISTS (SELECT 1 FROM sources s WHERE s.source = f.source)
)
"""
_COUNT = f"{_LISTED} SELECT count(*) FROM listed"  # noqa: S608, our own words
_PAGE = f"""{_LISTED},
page AS (SELECT * FROM listed ORDER BY source LIMIT ?2 OFFSET ?3)
SELECT page.source, page.file, a.title, a.date, a.language,
    (SELECT count(*) FROM passages p WHERE p.article = page.article),
    (SELECT f.reason FROM failures f WHERE f.source = page.source)
FROM page LEFT JOIN articles a ON a.id = page.article ORDER BY page.source
"""  # noqa: S608


def listing(library: Library, text: str, limit: int, offset: int) -> Listing:
    """List what is searchable and what could not be read, sorted by source."""
    # As `load` spells out what of a file's name is no UTF-8.
    wanted = text.encode("utf-8", "backslashreplace").decode()
    span = max(limit, 0), max(offset, 0)
    with library.reading() as connection:  # both, or an update could come between
        connection.create_function("is_named", 1, _names(wanted), deterministic=True)
        total = connection.execute(_COUNT, [bool(wanted)]).fetchone()[0]
        rows = connection.execute(_PAGE, [bool(wanted), *span]).fetchall()
    entries = tuple(
        Entry(
            source,
            file,
            title,
            read_day(day),
            None if language is None else read_language(language),
            passages,
            problem,
        )
        for source, file, title, day, language, passages, problem in rows
    )
    return Listing(entries, total)


def _names(wanted: str) -> Callable[[str | None], bool]:
    """Make the test whether a name or title has a text in it, in this spelling or another.

    As it stands too: spelling folds by what stands beside a letter, and of what is still being
    typed, "हिन्" of "हिन्दी", that is not there yet.
    """
    folded = normalise(wanted)

    @cache  # asked twice of each, to count and to show them
    def is_named(name: str | None) -> bool:
        if name is None:
            return False
        return wanted in name or (bool(folded) and folded in normalise(name))

    return is_named


def newest(library: Library, language: Language, limit: int) -> dict[str, int]:
    """Map the newest articles of a language to their numbers, newest first, undated ones last.

    An article of several sources has the first of them.
    """
    query = (
        "SELECT (SELECT min(s.source) FROM sources s WHERE s.article = a.id), a.id"
        " FROM articles a WHERE a.state = 'ready' AND a.language = ?"
        " ORDER BY a.date DESC, a.id DESC LIMIT ?"
    )
    return dict(library.rows(query, [language, limit]))


def file(library: Library, source: str) -> Path | None:
    """Find the file of a source that `listing` names; None if it is no file of the folder."""
    query = (
        "SELECT file FROM sources WHERE source = ?1 UNION"
        " SELECT file FROM failures WHERE source = ?1"
    )
    named = library.rows(query, [source.encode("utf-8", "backslashreplace").decode()])
    folder = library.about(FOLLOWED)
    if not named or folder is None:
        return None
    try:
        root = Path(folder).resolve(strict=True)
        there = root / named[0][0]
        # A link may have taken its place, or that of a folder on the way: links are not followed.
        return there if there.resolve(strict=True) == there and there.is_file() else None
    except (OSError, RuntimeError, ValueError):
        return None
