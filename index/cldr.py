"""Names that Unicode's CLDR knows in both languages: countries, months, weekdays, and so on."""

from collections.abc import Iterator


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
        for width in ("wide",):
            names = getattr(hindi, table)["format"][width]
            for key, name in getattr(english, table)["format"][width].items():
                yield name, names[key]
