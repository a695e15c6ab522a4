"""What time a question speaks of: "2021 में", "last month", "7 अप्रैल 2021 को"."""

import calendar
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce
from typing import Literal

from index.analyze import stem, words
from index.dates import DAY_WORDS, MONTHS
from index.devanagari import normalise


@dataclass(frozen=True, slots=True)
class AskedTime:
    """The days a question speaks of."""

    since: date
    until: date
    """Inclusive; a side that the question leaves open ends where the calendar does."""
    words: frozenset[str]
    """The question's words that name the time, as the analyser has them."""


_SHORT = frozenset("jan feb mar apr jun jul aug sept sep oct nov dec".split())
"""A month only beside a year: जन and मर are spelled so in roman letters too."""
_DOUBTFUL = frozenset("march मार्च may mai".split())
"""Also a procession, a verb, and मैं and में in roman letters."""
_NO_KIND = frozenset(["", *"ने को पर तक साल वर्ष ne ko par tak saal varsh".split()])
"""Before मार्च में these do not say what march it is, as किसान and उनके do."""
_DAYS = {normalise(word): number for word, number in DAY_WORDS.items()}
_YEAR_WORDS = frozenset("year year's साल वर्ष saal sal varsh".split())
_MONTH_WORDS = frozenset("month month's महीने महीना माह mahine maheene mahina maah".split())
_WEEK_WORDS = frozenset("week week's हफ्ते हफ्ता सप्ताह hafte hafta saptah".split())
_YESTERDAY = frozenset(["yesterday", "yesterday's"])
_SIGNS = MONTHS.keys() | _YEAR_WORDS | _MONTH_WORDS | _WEEK_WORDS | _YESTERDAY
"""A question with none of these, and no digit, names no time."""

_LAST = frozenset(
    "last पिछले पिछला गत बीते pichhle pichle pichhale pichale pichhla pichla beete".split()
)
_IN = frozenset("in during since throughout early late mid".split())
_AHEAD = _IN | frozenset("on of from between and to before after until till by और एवं aur".split())
_INSIDE = frozenset("में mein me men".split())
_FROM = frozenset(["से", "se"])
_OF = frozenset(["के", "ke"])
_TIES = _FROM | _OF | frozenset("का की ka kaa ki kee".split())
_ON_DAY = _FROM | frozenset("को तक ko tak".split())
_BEHIND = _INSIDE | _ON_DAY | _TIES | frozenset(["mei", "main"])
_EARLIER = frozenset("पहले पूर्व pehle pahle purv".split())
_LATER = frozenset("बाद उपरांत baad bad".split())
_TO = frozenset(["से", "se", "से लेकर", "se lekar", "to", "till", "until", "through"])
_AND = frozenset(["", "and", "और", "एवं", "aur"])
_AMOUNT = frozenset(
    """
    over nearly almost about least most exactly some rs inr usd number no flight
    लगभग करीब तकरीबन कुल सिर्फ केवल रुपये रुपए रु नंबर संवत lagbhag kareeb karib kul sirf
    """.split()
)
"""Before a number: it is no year."""
_NOT_THEN = frozenset(
    normalise(word)
    for word in """
    ज़्यादा अधिक कम ऊपर बेहतर बढ़कर मुक़ाबले तुलना अपेक्षा बजाय दशक
    zyada jyada adhik kam upar behtar mukable muqable tulna dashak
    """.split()
)
"""Behind से, के or की: more than it, compared with it, the decade of it."""
_COUNTED = frozenset(
    stem(normalise(word))
    for word in """
    rupees dollars euros pounds crore lakh thousand hundred million billion trillion percent km kms
    kilometres kilometers metres meters feet miles kg kilos tonnes tons mw megawatts acres hectares
    litres barrels hours hrs minutes days weeks months years people persons men children soldiers
    troops prisoners migrants refugees voters candidates members passengers patients villages houses
    homes seats votes cases deaths doses tests jobs vehicles cars buses drones missiles companies
    notes copies times rupaye karod hazar ghante baje din saal mahine log logon sainik jawan bachche
    gaon ghar
    रुपये रुपयों डॉलर यूरो करोड़ लाख हज़ार अरब मिलियन बिलियन प्रतिशत फ़ीसदी किलोमीटर किमी मीटर फ़ुट मील किलो
    टन मेगावाट एकड़ हेक्टेयर लीटर बैरल घंटे मिनट बजे दिन हफ़्ते महीने साल वर्ष लोग व्यक्ति आदमी पुरुष बच्चे
    सैनिक जवान क़ैदी प्रवासी शरणार्थी मतदाता उम्मीदवार सदस्य यात्री मरीज़ गाँव घर सीट वोट मामले मौत ख़ुराक नौकरी
    पद गाड़ी वाहन बसें ड्रोन मिसाइल कंपनी कंपनियाँ नोट बार
    """.split()
)
"""What numbers in news count, by stem; not किसान or women, for whom events of a year are named."""


def _any_of(names: Collection[str]) -> str:
    return f"(?:{'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})(?![^ ])"


_PRICE = re.compile(r"[₹$€£]\s?(\d{4})")
_ASKS_YEAR = re.compile(
    rf"(?:किस|कौन से|कौनसे|which|what|kis|kaun se) {_any_of(_YEAR_WORDS | {'सन', 'सन्', 'san'})}"
)
_FIRST_YEAR = 1900
_LAST_YEAR = 2100
_LEAP_YEARS_APART = 8
_YEARS_ABBREVIATED = 10
"""2014-24 is a time; in 2019 40 of something is none."""
_NUMBER = r"\d{1,2}(?:st|nd|rd|th)?(?![^ ])"
_YEAR = r"[12]\d{3}(?![^ ])"
_ERA = r"(?:year|साल|वर्ष|सन्|सन|saal|varsh|san)"
_UNIT = _any_of(_YEAR_WORDS | _MONTH_WORDS | _WEEK_WORDS)
_TIME = re.compile(  # over normalised words joined by single spaces
    rf"(?<![^ ])(?:"
    rf"(?:(?P<day>{_NUMBER}|{_any_of(_DAYS)}) (?:of )?)?(?P<month>{_any_of(MONTHS)})"
    rf"(?: (?:महीने|माह|mahine|maah)(?![^ ]))?(?(day)|(?: (?P<late_day>{_NUMBER}))?)"
    rf"(?: (?:of |{_ERA} )?(?P<month_year>{_YEAR}))?"
    rf"|(?P<numbers>\d{{1,2}}[ .]\d{{1,2}}[ .]{_YEAR}|{_YEAR} \d\d \d\d(?![^ ]))"
    rf"|(?:{_ERA} )?(?P<year>{_YEAR})(?: (?P<to_year>\d\d)(?![^ ]))?"
    rf"|(?P<last>{_any_of(_LAST)}) (?P<last_unit>{_UNIT})"
    rf"|(?:(?:this|इसी|इस) (?P<this_unit>{_UNIT})"
    rf"|(?:isi|iss|is) (?P<is_unit>saal|varsh|mahine|maah|hafte|saptah)(?![^ ]))"
    rf"|(?P<before>day before )?(?P<yesterday>{_any_of(_YESTERDAY)}))"
)


_Days = tuple[date, date]
"""The first and the last."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A time as the question names it; a month or day may lack its year."""

    match: re.Match[str]
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    to_year: int | None = None
    span: _Days | None = None
    """Where it is none of these: a week."""

    @property
    def before(self) -> list[str]:
        """The two words in front; empty ones where there are none."""
        return ["", "", *self.match.string[: self.match.start()].rsplit(maxsplit=2)][-2:]

    @property
    def behind(self) -> list[str]:
        """The two words that follow; empty ones where there are none."""
        return [*self.match.string[self.end :].split(maxsplit=2), "", ""][:2]

    @property
    def words(self) -> list[str]:
        return self.match.string[self.match.start() : self.end].split()

    def days(self) -> _Days | None:
        """Tell the first and the last day; None for a day that no calendar has."""
        if self.span or not self.year:
            return self.span
        if not self.month:
            return date(self.year, 1, 1), date(self.to_year or self.year, 12, 31)
        last = calendar.monthrange(self.year, self.month)[1]
        if not self.day:
            return date(self.year, self.month, 1), date(self.year, self.month, last)
        if not 0 < self.day <= last:
            return None
        return (date(self.year, self.month, self.day),) * 2


def time_asked(text: str, newest: date | None) -> AskedTime | None:
    """Read which days a question speaks of; None where it names no time.

    `newest` is the date of the newest article: a collection is read as of its own time, so "last
    year" is the one before that of `newest`, and "in April" the latest April that had begun by
    then. Where it is None, such times are none. What a question asks for (किस साल, when) is no time
    that it names; a year beside it is.

    Whether a time is that of the reports or part of what is asked about (1947 में भारत का विभाजन, the
    World War of 1914) no rule can tell. So prefer articles of it, and leave out no others.
    """
    found = words(text)
    if not any(word in _SIGNS or word[:1].isdigit() for word in found):
        return None
    line = " ".join(found)
    if newest:  # a file may claim any date; a year on either side must exist
        newest = min(max(newest, date(_FIRST_YEAR + 1, 1, 1)), date(date.max.year - 1, 12, 31))
    prices = {normalise(number) for number in _PRICE.findall(text)}
    said: list[_Said] = []
    for match in reversed(list(_TIME.finditer(line))):
        item = None if match["year"] in prices else _read(match, newest)
        if item and _is_meant(item, newest) and not _leads_to_amount(item, said[:1]):
            said.insert(0, item)
    dated = _dated(said, line, newest)
    if not dated:
        return None
    since, until = reduce(_together, _spans(dated))
    return AskedTime(since, until, frozenset(word for item, _ in dated for word in item.words))


def _read(match: re.Match[str], newest: date | None) -> _Said | None:
    """Read one time that the pattern found; None for one that counts from no known day."""
    if match["month"]:
        return _read_month(match)
    if match["numbers"]:
        first, month, last = map(int, re.split("[ .]", match["numbers"]))
        year, day = max(first, last), min(first, last)
        return _Said(match, match.end(), year, month, day) if 0 < month <= 12 else None
    if match["year"]:
        year, years = int(match["year"]), int(match["to_year"] or 0) - int(match["year"]) % 100
        if 0 < years <= _YEARS_ABBREVIATED:
            return _Said(match, match.end(), year, to_year=year + years)
        return _Said(match, match.end("year"), year)
    if newest is None:
        return None
    if match["yesterday"]:
        yesterday = newest - timedelta(days=2 if match["before"] else 1)
        return _Said(match, match.end(), span=(yesterday, yesterday))
    unit = match["last_unit"] or match["this_unit"] or match["is_unit"]
    back = 1 if match["last"] else 0
    if unit in _YEAR_WORDS:
        return _Said(match, match.end(), newest.year - back)
    if unit in _MONTH_WORDS:
        within = newest.replace(day=1) - timedelta(days=back)
        return _Said(match, match.end(), within.year, within.month)
    monday = newest - timedelta(days=newest.weekday() + 7 * back)
    return _Said(match, match.end(), span=(monday, monday + timedelta(days=6)))


def _read_month(match: re.Match[str]) -> _Said | None:
    month = MONTHS[match["month"]]
    year = int(match["month_year"]) if match["month_year"] else None
    said = match["day"] or match["late_day"]
    if said is None:
        return _Said(match, match.end(), year, month)
    day = _DAYS.get(said) or int(re.sub(r"\D", "", said))
    item = _Said(match, match.end(), year, month, day)
    if match["late_day"] and year is None and item.before[1] in _IN:
        return _Said(match, match.start("late_day") - 1, None, month)  # "in April 20 soldiers"
    return item if 0 < day <= 31 else None


def _is_meant(item: _Said, newest: date | None) -> bool:
    """Whether the words around leave it a time: no amount, no procession, no comparison."""
    (earlier, before), (behind, second) = item.before, item.behind
    if (behind in _TIES and second in _NOT_THEN) or before == "than" or earlier == "compared":
        return False
    last_year = newest.year + 1 if newest else _LAST_YEAR
    if item.year and not (_FIRST_YEAR <= item.year <= last_year and item.days()):
        return False
    match = item.match
    if match["last"]:
        return before != "the" and behind != "of"  # the last year of the war
    if match["month"] and not item.year:
        return _is_month(item)
    return _is_year(item, item.year) if match["year"] and item.year else True


def _is_month(item: _Said) -> bool:
    """Whether a month without a year, with a day or alone, is one."""
    name, (earlier, before), (behind, _) = item.match["month"], item.before, item.behind
    if name in _SHORT:
        return False
    if item.day:
        return name not in _DOUBTFUL or before == "on" or behind in _ON_DAY
    if before in _LAST:
        return earlier != "the"
    if name not in _DOUBTFUL:
        return before in _AHEAD or behind in _BEHIND or behind in MONTHS
    return before in _IN or (behind in _INSIDE and before in _NO_KIND)


def _is_year(item: _Said, year: int) -> bool:
    """Whether a number alone is a year."""
    (_, before), (behind, second) = item.before, item.behind
    if before in _AMOUNT or (behind in _INSIDE and second in _FROM):  # 2000 में से 500
        return False
    named = not item.match[0][0].isdigit()  # साल 2021
    if year % 100 and (named or before in _IN or behind in _BEHIND):
        return True
    counts = stem(behind) in _COUNTED or stem(second) in _COUNTED
    # Round numbers are amounts more often than not.
    return not counts and bool(year % 100 or named or before in _AHEAD or behind in _BEHIND)


def _leads_to_amount(item: _Said, following: Sequence[_Said]) -> bool:
    """Whether a number is the first of two amounts, as in 1950 से 2500 रुपये."""
    behind, second = item.behind
    joined = following and _between(item, following[0]) in _TO
    return bool(item.match["year"]) and behind in _TO and second[:1].isdigit() and not joined


def _dated(said: Sequence[_Said], line: str, newest: date | None) -> list[tuple[_Said, _Days]]:
    """Tell the days of each time; a month or day without a year takes one said beside it."""
    years = {item.year for item in said if not item.month and _side(item) is None} - {None}
    asks_year = bool(_ASKS_YEAR.search(line))
    dated: list[tuple[_Said, _Days]] = []
    for item in reversed(said):
        year = item.year
        if item.month and not year:
            joined = dated[0][0] if dated and _between(item, dated[0][0]) in _TO | _AND else None
            if joined and joined.year:
                year = joined.year - (item.month > (joined.month or 12))
            elif len(years) == 1:
                (year,) = years
            elif newest and not asks_year:
                year = _latest(item, newest)
        complete = replace(item, year=year)
        if days := complete.days():
            dated.insert(0, (complete, days))
    return dated


def _latest(item: _Said, newest: date) -> int | None:
    """Find the latest year in which a month or day had begun by the newest article."""
    if item.before[1] in _LAST:
        newest = newest.replace(day=1) - timedelta(days=1)
    for year in range(newest.year, newest.year - _LEAP_YEARS_APART - 1, -1):
        days = replace(item, year=year).days()
        if days and days[0] <= newest:
            return year
    return None


def _between(item: _Said, following: _Said) -> str:
    return item.match.string[item.end : following.match.start()].strip()


def _spans(said: Sequence[tuple[_Said, _Days]]) -> Iterator[_Days]:
    """Tell from when to when each time lasts; two joined by "to" are one."""
    rest = list(said)
    while rest:
        item, days = rest.pop(0)
        if rest and _between(item, rest[0][0]) in _TO:
            ends = (*days, *rest.pop(0)[1])
            yield min(ends), max(ends)
            continue
        side = _side(item)
        if side == "since":
            yield days[0], date.max
        elif side == "after":
            yield days[1] + timedelta(days=1), date.max
        elif side == "before":
            yield date.min, days[0] - timedelta(days=1)
        else:
            yield days


def _side(item: _Said) -> Literal["since", "after", "before"] | None:
    """Tell on which side of it a time is open; None where it is only itself."""
    (earlier, before), (behind, second) = item.before, item.behind
    if behind in _FROM and second in _EARLIER:  # but 2020 के पहले महीने में is early in 2020
        return "before"
    if behind in _OF and second in _LATER:
        return "after"
    if behind in _FROM or before == "since":
        return "since"
    if before == "after":
        return "after"
    return "before" if before == "before" or (earlier, before) == ("prior", "to") else None


def _together(one: _Days, other: _Days) -> _Days:
    """Take the days that two times share; where they share none, all from one to the other."""
    since, until = max(one[0], other[0]), min(one[1], other[1])
    return (since, until) if since <= until else (min(one[0], other[0]), max(one[1], other[1]))
