"""Saved web pages: the article's text, and what the page states of it."""

import datetime

from index.errors import FileError
from index.load import RawArticle, decode
from index.meta import Metadata


def read(data: bytes) -> tuple[list[RawArticle], dict[str, str]]:
    """Extract the article of a web page; nothing of it is reported as unread.

    Raises FileError if the bytes are not text, or the page holds no article.
    """
    # Imported here: it costs a quarter of a second.
    import trafilatura

    document = trafilatura.bare_extraction(
        decode(data),
        include_comments=False,
        include_tables=True,
        with_metadata=True,
        # A date is the page's own statement or none: no guessing from whatever looks like one.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    text = (document.text or "").strip() if document else ""
    if not document or not text:
        raise FileError("no article text was found in this page; save it as text instead.")
    day = datetime.date.fromisoformat(document.date) if document.date else None
    return [RawArticle(text, Metadata(document.title, document.author, day))], {}
