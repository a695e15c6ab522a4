"""Dates as Hindi and English newspapers print them, found in a line and read."""

import re
from dataclasses import dataclass
from datetime import date

from index.devanagari import normalise

_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    r"|जनवरी|(?:फ\u093c?|\u095e)रवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सित(?:ं|म्)बर|अक्(?:टू|तू)बर|नव(?:ं|म्)बर|दिस(?:ं|म्)बर"
)
_MONTH_NAMES = """
january jan janvari janwari जनवरी
february feb farvari farwari फरवरी
march mar मार्च
april apr aprail अप्रैल अप्रेल
may mai मई
june jun joon जून
july jul julai जुलाई
august aug agast अगस्त
september sept sep sitambar सितंबर
october oct aktubar aktoobar अक्टूबर अक्तूबर
november nov navambar नवंबर
december dec disambar दिसंबर
"""
MONTHS = {
    name: number
    for number, line in enumerate(_MONTH_NAMES.strip().splitlines(), 1)
    for name in line.split()
}
"""Numbers of months, by their names as the analyser has them, roman Hindi ones among them."""
_ENGLISH_DAYS = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_HINDI_DAYS = r"(?:सोम|मंगल|बुध|गुरु|गुरू|बृहस्पति|वीर|शुक्र|शनि|रवि)"
_WEEKDAYS = rf"{_ENGLISH_DAYS}|{_HINDI_DAYS}(?:वार)?|इतवार"
DAY_WORDS = dict(
    zip(
        "एक दो तीन चार पांच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस बीस "
        "इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस".split(),
        range(1, 32),
        strict=True,
    )
) | {"पाँच": 5, "छः": 6, "छ:": 6, "पन्द्रह": 15, "इकत्तीस": 31, "उन्तीस": 29}
"""Hindi words for the days of a month, with their numbers."""
_DAY = rf"(?:[0-9०-९]{{1,2}}(?:st|nd|rd|th)?|{'|'.join(sorted(DAY_WORDS, key=len, reverse=True))})"
_YEAR = r"(?:[0-9०-९]{4})"
_EDGE = r"(?<![\w\u0900-\u0963\u0966-\u097f])"
_NO_LETTER = r"(?![\w\u0900-\u0963\u0966-\u097f])"
_GAP = r"[\s.,\-–]{0,3}"
_DATE = re.compile(
    rf"{_EDGE}(?:"
    rf"(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})"
    rf"|(?P<numeric>\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{4}})"
    rf"|(?P<dmy>(?P<day>{_DAY}){_GAP}(?P<month>{_MONTHS}){_GAP}{_YEAR})"
    rf"|(?P<mdy>(?P<month_first>{_MONTHS})\.?\s*(?P<day_second>{_DAY})(?P<gap>{_GAP}){_YEAR})"
    rf"|(?P<partial>{_DAY}\s+(?:{_MONTHS})|(?:{_MONTHS})\s+{_DAY}){_NO_LETTER}"
    rf")(?!\d)",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s*[ap]\.?m\.?)?|\b(?:ist|gmt|utc|hrs|am|pm)\b"
    rf"|{_EDGE}बजे{_NO_LETTER}"
    r"|[+-]\d{1,2}:\d{2}|T\d{2}:\d{2}:\d{2}\S*|Z\b"
    r"|\d+\s*(?:min(?:ute)?s?\s+read|मिनट\s+में\s+पढ़ें)",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(rf"{_EDGE}(?:{_WEEKDAYS}){_NO_LETTER}", re.IGNORECASE)
_STAMP = re.compile(rf"{_WEEKDAY.pattern}|\d(?:st|nd|rd|th)\b|\d{{1,2}}:\d{{2}}", re.IGNORECASE)
_LABEL_WORDS = (
    r"publish|published|updated|posted|modified|created|last|first|on|at|date|dated|saved|printed"
    r"|accessed|downloaded|retrieved|archived|edited|print|edition|today|is"
    r"|प्रकाशित|अपडेटेड|अपडेट|अद्यतन|संशोधित|तारीख|तारीख़|दिनांक|तिथि|प्रकाशन|प्रविष्टि|समय|पर|को|की|किया|गया|हुआ"
    r"|सहेजा|सहेजी|सेव|डाउनलोड|आज"
)
_LABELS = re.compile(rf"{_EDGE}(?:{_LABEL_WORDS}){_NO_LETTER}", re.IGNORECASE)
_ARTICLE_LABEL = re.compile(
    rf"{_EDGE}(?:publish|published|updated|posted|modified|date|dated"
    rf"|प्रकाशित|अपडेटेड|अपडेट|अद्यतन|संशोधित|दिनांक|तारीख|तिथि|प्रकाशन){_NO_LETTER}",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(rf"{_EDGE}(?:publish|published|posted|प्रकाशित|प्रकाशन){_NO_LETTER}", re.I)
# What the reader, the browser or the site's own clock says of the day the page was saved.
_PAGE_LABEL = re.compile(
    rf"{_EDGE}(?:saved|printed|accessed|downloaded|retrieved|archived|today|print\s+date"
    rf"|सहेजा|सहेजी|सेव|डाउनलोड|आज){_NO_LETTER}",
    re.IGNORECASE,
)
# "Mon. Dec 23rd, 2024": the clock that a widespread WordPress theme puts on every page.
_THEME_CLOCK = re.compile(
    rf"\s*(?:{_WEEKDAYS})\.\s+(?:{_MONTHS})\s+\d{{1,2}}(?:st|nd|rd|th),?\s", re.I
)
_STAMP_LABEL = re.compile(
    rf"{_ARTICLE_LABEL.pattern}(?:\s+(?:date|on|at))?\s*[:：]\s*(?:(?:{_WEEKDAYS})\.?,?\s*)?$",
    re.IGNORECASE,
)
_POSTPOSITION = re.compile(rf"\s*(?:को|के|की|का|में|से|तक|पर){_NO_LETTER}")
# Hindi days in full only: people are called रवि and मंगल.
_CALENDAR = re.compile(
    rf"(?:the\s|then{_NO_LETTER}"
    rf"|(?:{_ENGLISH_DAYS}|{_HINDI_DAYS}वार|इतवार|{_MONTHS}){_NO_LETTER})",
    re.I,
)
_NO_PLACE = re.compile(rf"^\s*(?:on|in|since|until|by)\s|{_WEEKDAY.pattern}", re.IGNORECASE)
_MAX_EXTRA_WORDS = 4
_MAX_DATE_LINE_SPACES = 60
"""A line with more words is a paragraph; to look for dates in it takes a while."""
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
        elif day := _read(match):
            found.append(FoundDate(match.start(), match.end(), day))
    return found


def _read(found: re.Match[str]) -> date | None:
    """Read a date that is written out; None if there is no such day."""
    text = found.group()
    if found.lastgroup in ("iso", "numeric"):
        # A date in a newspaper is Gregorian and, written in digits, day first in India.
        numbers = [int(number) for number in re.findall(r"\d+", text)]
        year, month, day = numbers if found.lastgroup == "iso" else numbers[::-1]
        if month > 12:  # but there is no thirteenth month
            month, day = day, month
    elif found["gap"] == "":  # "May 52023"
        return None
    else:
        year = int(text[-4:])
        # The pattern takes a letter without its dot for i, whatever case that is.
        name = (found["month"] or found["month_first"]).casefold().replace("ı", "i")
        month = MONTHS[normalise(name)]
        day = _day(found["day"] or found["day_second"])
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _day(said: str) -> int:
    return DAY_WORDS.get(said) or int(said[:2] if said[1:2].isdigit() else said[:1])


def is_date_line(line: str) -> bool:
    """Whether a line holds a date and nothing else but labels, weekday and time of day."""
    if line.count(" ") > _MAX_DATE_LINE_SPACES:
        return False
    found = find_dates(line)
    if not found:
        return False
    rest = line
    for item in reversed(found):
        rest = rest[: item.start] + " " + rest[item.end :]
    for pattern in (_CLOCK, _WEEKDAY, _LABELS):
        rest = pattern.sub(" ", rest)
    extra = sum(any(char.isalnum() for char in word) for word in rest.split())
    # "Saved from the web on 23 Dec 2024"
    return extra <= (_MAX_EXTRA_WORDS if _PAGE_LABEL.match(line.lstrip(" (")) else 0)


def is_bare(line: str) -> bool:
    """Whether a date line says nothing of its date, neither what it is of nor a time of day."""
    return not (_ARTICLE_LABEL.search(line) or _PAGE_LABEL.search(line) or is_clock(line))


def is_labelled(line: str) -> bool:
    """Whether a line says of its date that it is the article's (published, updated, प्रकाशित)."""
    return bool(_ARTICLE_LABEL.search(line)) and not _PAGE_LABEL.search(line)


def says_published(line: str) -> bool:
    """Whether a line says published, rather than updated."""
    return bool(_PUBLISHED.search(line))


def has_stamp(line: str) -> bool:
    """Whether a date stands right behind a label and a colon: "PIB | Posted On: 7 Apr 2021"."""
    return any(_STAMP_LABEL.search(line[: found.start]) for found in find_dates(line))


def is_clock(line: str) -> bool:
    """Whether a date line looks like a page's clock: weekday, ordinal or time beside the date."""
    return bool(_STAMP.search(line))


def is_page_date(line: str) -> bool:
    """Whether a date is surely that of saving the page, wherever on the page it stands."""
    return bool(_PAGE_LABEL.search(line) or _THEME_CLOCK.match(line))


def opens_with_calendar(text: str) -> bool:
    """Whether a text opens with a weekday or month: "Friday evening", "May 2023"."""
    return bool(_CALENDAR.match(text))


def dateline(paragraph: str) -> FoundDate | None:
    """Find the date an agency report opens with: "इस्लामाबाद, सात अप्रैल …".

    A sentence that only begins with a day ("On Sunday, 15 August 1947", "15 अगस्त को") has none.
    """
    opening = _DATELINE.match(paragraph)
    if opening is None or _NO_PLACE.search(opening.group()):
        return None
    found = find_dates(paragraph[: opening.end() + 40])
    if not found or found[0].start != opening.end():
        return None
    return None if _POSTPOSITION.match(paragraph, found[0].end) else found[0]
