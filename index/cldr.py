"""Names that Unicode's CLDR knows in both languages: countries, months, weekdays, and so on."""

from collections.abc import Iterator
from functools import cache

_LONG = 5
"""Letters and vowel signs of a language's name that is no other word."""


def pairs() -> Iterator[tuple[str, str]]:
    """Yield (English, Hindi) names of territories, languages, currencies, months and weekdays."""
    # Imported here: it is needed once in a process, by the lexicon.
    from babel import Locale

    english, hindi = Locale("en"), Locale("hi")
    for table in ("territories", "languages", "currencies"):
        theirs = getattr(hindi, table)
        for code, name in getattr(english, table).items():
            if code in theirs and not code.isdigit():
                yield name.split("(")[0].strip(), theirs[code].split("(")[0].strip()
    for table in ("months", "days"):
        names = getattr(hindi, table)["format"]["wide"]
        for key, name in getattr(english, table)["format"]["wide"].items():
            yield name, names[key]


@cache
def proper_names() -> frozenset[str]:
    """List the names of one word, in both languages, of territories, cities, months and weekdays.

    Languages too, but for those whose name is short: in Hindi they are other words as well.
    """
    # Imported here, as above.
    from babel import Locale

    found: set[str] = set()
    for locale in (Locale("en"), Locale("hi")):
        found.update(name.split("(")[0].strip() for name in locale.territories.values())
        for table in ("months", "days"):
            found.update(getattr(locale, table)["format"]["wide"].values())
        found.update(zone["city"] for zone in locale.time_zones.values() if "city" in zone)
        found.update(name for name in locale.languages.values() if len(name) >= _LONG)
    # English spells a city as its time zone does, unless it says otherwise.
    zones = map(str, Locale("hi").time_zones)
    found.update(zone.rpartition("/")[2].replace("_", " ") for zone in zones if "/" in zone)
    return frozenset(name for name in found if len(name.split()) == 1)
