"""Dates as Hindi and English newspapers print them, found in a line and read by dateparser."""

import re
from dataclasses import dataclass
from datetime import date

_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    r"|जनवरी|फ़?रवरी|फ़रवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सित(?:ं|म्)बर|अक्(?:टू|तू)बर|नव(?:ं|म्)बर|दिस(?:ं|म्)बर"
)
_WEEKDAYS = (
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|(?:सोम|मंगल|बुध|गुरु|गुरू|बृहस्पति|वीर|शुक्र|शनि|रवि)(?:वार)?|इतवार"
)
_DAY_WORDS = dict(
    zip(
        "एक दो तीन चार पांच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस बीस "
        "इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस".split(),
        range(1, 32),
        strict=True,
    )
)
_DAY = rf"(?:[0-9०-९]{{1,2}}(?:st|nd|rd|th)?|{'|'.join(sorted(_DAY_WORDS, key=len, reverse=True))})"
_YEAR = r"(?:[0-9०-९]{4})"
_EDGE = r"(?<![\w\u0900-\u097f])"
_GAP = r"[\s.,\-–]{0,3}"
_DATE = re.compile(
    rf"{_EDGE}(?:"
    rf"(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})"
    rf"|(?P<numeric>\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{4}})"
    rf"|(?P<dmy>{_DAY}{_GAP}(?:{_MONTHS}){_GAP}{_YEAR})"
    rf"|(?P<mdy>(?:{_MONTHS})\.?\s*{_DAY}{_GAP}{_YEAR})"
    rf"|(?P<partial>{_DAY}\s+(?:{_MONTHS})|(?:{_MONTHS})\s+{_DAY}(?!\d))"
    rf")(?!\d)",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s*[ap]\.?m\.?)?|\b(?:ist|gmt|utc|hrs|बजे|am|pm)\b"
    r"|[+-]\d{1,2}:\d{2}|T\d{2}:\d{2}:\d{2}\S*|Z\b",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(rf"(?<![\w\u0900-\u097f])(?:{_WEEKDAYS})(?![\w\u0900-\u097f])", re.I)
_STAMP = re.compile(rf"{_WEEKDAY.pattern}|\d(?:st|nd|rd|th)\b|\d{{1,2}}:\d{{2}}", re.IGNORECASE)
_LABEL_WORDS = (
    r"published|updated|posted|modified|created|last|first|on|at|date|dated|saved|printed|accessed"
    r"|edited|print|edition|प्रकाशित|अपडेटेड|अपडेट|अद्यतन|संशोधित|तारीख|तारीख़|दिनांक|तिथि|प्रकाशन|समय|पर|को|की"
)
_LABELS = re.compile(rf"(?<![\w\u0900-\u097f])(?:{_LABEL_WORDS})(?![\w\u0900-\u097f])", re.I)
_ARTICLE_LABEL = re.compile(
    r"(?<![\w\u0900-\u097f])(?:published|updated|posted|modified|date|dated"
    r"|प्रकाशित|अपडेटेड|अपडेट|दिनांक|तारीख|तिथि|प्रकाशन)(?![\w\u0900-\u097f])",
    re.IGNORECASE,
)
_DATELINE = re.compile(r"\s*[^\s,:(।.][^,:(।.\n]{1,40}?\s*[,(:–—-]\s*")


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a line; `day` is None where the year is not given (सात अप्रैल)."""

    start: int
    end: int
    day: date | None


def find_dates(line: str) -> list[FoundDate]:
    """Find the dates written out in a line, in order."""
    found = []
    for match in _DATE.finditer(line):
        if match.lastgroup == "partial":
            found.append(FoundDate(match.start(), match.end(), None))
        elif day := _parse(match.group()):
            found.append(FoundDate(match.start(), match.end(), day))
    return found


def _parse(text: str) -> date | None:
    # Imported here: it takes a third of a second, and a question without a date does not need it.
    import dateparser

    for word, number in _DAY_WORDS.items():
        text = re.sub(rf"^{word}(?=\s)", str(number), text)
    # A date in a newspaper is Gregorian and, written in digits, day first in India.
    order = "YMD" if re.match(r"\d{4}-", text) else "DMY"
    settings = {"DATE_ORDER": order, "REQUIRE_PARTS": ["day", "month", "year"]}
    parsed = dateparser.parse(text, languages=["en", "hi"], settings=settings)
    return parsed.date() if parsed else None


def is_date_line(line: str) -> bool:
    """Whether a line holds a date and nothing else but labels, weekday and time of day."""
    found = find_dates(line)
    if not found:
        return False
    rest = line
    for item in reversed(found):
        rest = rest[: item.start] + " " + rest[item.end :]
    for pattern in (_CLOCK, _WEEKDAY, _LABELS):
        rest = pattern.sub(" ", rest)
    return not any(char.isalnum() for char in rest)


def is_labelled(line: str) -> bool:
    """Whether a line says of its date that it is the article's (published, updated, प्रकाशित)."""
    return bool(_ARTICLE_LABEL.search(line))


def is_clock(line: str) -> bool:
    """Whether a date line looks like a page's clock: weekday, ordinal or time beside the date."""
    return bool(_STAMP.search(line))


def dateline(paragraph: str) -> FoundDate | None:
    """Find the date an agency report opens with: "इस्लामाबाद, सात अप्रैल …"."""
    opening = _DATELINE.match(paragraph)
    if opening is None:
        return None
    found = find_dates(paragraph[: opening.end() + 40])
    return found[0] if found and found[0].start == opening.end() else None
