"""Titles and authors in a document's properties: which are somebody's, which the program's."""

import re

_MAX_TITLE_CHARS = 300
_MAX_NAME_CHARS = 100
_FILE_NAME = re.compile(
    r"\.(?:docx?|docm|dotx?|odt|rtf|txt|pdf|html?|indd|qxd|qxp|pmd|p65|cdr|ai|eps|tex|dvi|pptx?"
    r"|xlsx?|jpe?g|png|tiff?)$",
    re.IGNORECASE,
)
_PROGRAMS_TITLE = re.compile(
    r"(?:microsoft |ms )(?:word|powerpoint|excel|office)\b.*|(?:word|powerpoint|excel) - .*"
    r"|untitled.*|no title|title|slide \d+"
    r"|(?:new |blank )?(?:document|doc|page|scan|layout|presentation|file|book)[ _-]*\d*"
    r"|शीर्षकहीन.*|about:blank|(?:https?|file):.*|[\W\d_]*",
    re.IGNORECASE,
)
_PROGRAMS_NAME = re.compile(
    r"(?:(?:the|a|my|ms|windows|microsoft|office|pc|home|default|guest|test|unknown|anonymous"
    r"|admin|administrator|owner|user|users|author|root|client|computer|desktop|laptop|lenovo"
    r"|dell|hp|acer|asus|intel|system|operator|dtp|lap|comp|word|adobe|pagemaker|python-docx|un-named"
    r"|unnamed|none|null)[\W\d_]*)*",
    re.IGNORECASE,
)


def title(stated: str | None) -> str | None:
    """Take a stated title if it reads like one; None for a file's name or a program's own."""
    text = " ".join((stated or "").split())
    if not text or len(text) > _MAX_TITLE_CHARS or "\ufffd" in text or not text.isprintable():
        return None
    return None if _FILE_NAME.search(text) or _PROGRAMS_TITLE.fullmatch(text) else text


def author(stated: str | None) -> str | None:
    """Take a stated author if it reads like a name; None for a computer's or an account's."""
    text = " ".join((stated or "").split())
    if not text or len(text) > _MAX_NAME_CHARS or "\ufffd" in text or not text.isprintable():
        return None
    if _PROGRAMS_NAME.fullmatch(text) or re.search(r"[@\\/]|\d", text):
        return None
    return text
