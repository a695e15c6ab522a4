"""The numbers of a text by their value: 9, nine and नौ; 50 करोड़, 500 million and 50,00,00,000."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_NUKTA, _VISARGA, _ANUSVARA = "\u093c", "\u0903", "\u0902"
_FOLDS: dict[int, str | None] = {
    **dict.fromkeys(map(ord, f"{_NUKTA}{_VISARGA}\u200b\u200c\u200d\u2060\u00ad")),
    ord("ँ"): _ANUSVARA,
    **{ord(dash): "-" for dash in "‐‑‒–—"},
}
_CLASS_NASAL = re.compile("न्(?=[त-ध])")

# Groups of two or three digits with three at the end, as India and the West write them.
_DIGITS = r"\d{1,3}(?:,\d{2,3})*,\d{3}(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
_TOKEN = re.compile(
    rf"(?P<digits>{_DIGITS})|(?P<word>[a-z]+|[\u0900-\u0963\u0970-\u097f]+)|(?P<sign>[$£€₹])"
)

# One and एक are articles too: they count before a scale, and "one" after a ten.
_ENGLISH = """
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen
""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_HINDI = """
दो तीन चार पांच छह/छ/छे/छै सात आठ नौ दस
ग्यारह बारह तेरह चौदह पंद्रह/पंद्रा सोलह सत्रह अठारह/अट्ठारह उन्नीस बीस
इक्कीस/इकीस बाईस/बाइस तेईस/तेइस चौबीस पच्चीस/पचीस छब्बीस सत्ताईस/सत्ताइस/सताईस
अट्ठाईस/अट्ठाइस/अठ्ठाईस/अठाईस उनतीस/उन्तीस/उंतीस तीस
इकतीस/इकत्तीस/इक्कतीस बत्तीस तैंतीस/तेंतीस/तेतीस चौंतीस/चौतीस पैंतीस/पेंतीस छत्तीस सैंतीस/सेंतीस
अड़तीस उनतालीस/उंतालीस/उनचालीस चालीस
इकतालीस बयालीस/ब्यालीस तैंतालीस/तेंतालीस/तेतालीस चौवालीस/चवालीस/चौंवालीस/चौआलीस पैंतालीस/पेंतालीस
छियालीस/छयालीस सैंतालीस/सेंतालीस अड़तालीस उनचास/उंचास/उनपचास पचास
इक्यावन/इकावन बावन तिरपन/तिरेपन/तरेपन चौवन/चउवन/चौअन पचपन छप्पन सत्तावन/सतावन
अट्ठावन/अठावन/अठ्ठावन उनसठ साठ
इकसठ बासठ तिरसठ/तिरेसठ/तरेसठ चौंसठ/चौसठ पैंसठ/पेंसठ छियासठ/छयासठ सड़सठ/सरसठ अड़सठ उनहत्तर/उनत्तर सत्तर
इकहत्तर/इकत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर/पिचहत्तर छिहत्तर/छियत्तर सतहत्तर/सतत्तर
अठहत्तर उनासी/उन्यासी/उनआसी अस्सी
इक्यासी बयासी/ब्यासी तिरासी चौरासी पचासी छियासी सत्तासी/सतासी अट्ठासी/अठासी/अठ्ठासी नवासी नब्बे
इक्यानवे/इक्यानबे बानवे/बानबे तिरानवे/तिरानबे चौरानवे/चौरानबे पचानवे/पचानबे/पंचानवे/पंचानबे
छियानवे/छियानबे सत्तानवे/सत्तानबे/सतानवे अट्ठानवे/अट्ठानबे/अठानवे/अठानबे निन्यानवे/निन्यानबे/निन्नानवे
"""
# Only what is no English word or name, and no other Hindi one: saath is also "with".
_ROMAN = {"chaar": 4, "paanch": 5, "saat": 7, "aath": 8, "bees": 20, "tees": 30, "chalis": 40}
_ROMAN |= {"chaalis": 40, "pachas": 50, "pachaas": 50, "nabbe": 90}
_SCALES = {
    2: "सौ hundred sau",
    3: "हज़ार thousand hazar hazaar hajar hajaar थाउज़ेंड",
    5: "लाख lakh lakhs lac lacs",
    6: "million millions mn मिलियन",
    7: "करोड़ crore crores karod karor cr",
    9: "अरब billion bn बिलियन",
    11: "खरब",
    12: "trillion tn ट्रिलियन",
}
_MONEY_SCALES = {"m": Decimal(10**6), "k": Decimal(1000), "b": Decimal(10**9)}
"""Letters that are scales behind a sum of money: $500m."""
_HALVES = {"डेढ़": "1.5", "ढाई": "2.5", "half": "0.5", "आधा": "0.5", "आधे": "0.5"}
_NUDGES = {"साढ़े": "0.5", "सवा": "0.25", "पौने": "-0.25"}
_ONE = frozenset(["one", "a", "an", "एक", "ek"])
_VAGUE = frozenset("कई कुछ चंद अनेक several few many some multi kai kuch".split())
_ARABS = frozenset("देश देशों लीग राष्ट्र राष्ट्रों मुल्क मुल्कों नागरिक नागरिकों लोग लोगों नेता नेताओं".split())
"""Behind these अरब is no scale."""
_BARE = frozenset("सौ हजार लाख करोड".split())
"""Said without a number these are one of it."""


def _fold(text: str) -> str:
    """Fold what `index` folds too, as far as the words of numbers have it."""
    decomposed = unicodedata.normalize("NFKD", text.casefold()).translate(_FOLDS)
    ours = (str(unicodedata.decimal(c)) if c.isdecimal() else c for c in decomposed)
    return _CLASS_NASAL.sub(_ANUSVARA, "".join(ours))


_WORDS = {
    **{name: Decimal(value) for value, name in enumerate(_ENGLISH, 2)},
    **{name: Decimal(10 * value) for value, name in enumerate(_TENS, 2)},
    **{
        _fold(name): Decimal(value)
        for value, names in enumerate(_HINDI.split(), 2)
        for name in names.split("/")
    },
    **{name: Decimal(value) for name, value in _ROMAN.items()},
}
_SCALE = {_fold(n): Decimal(10**power) for power, names in _SCALES.items() for n in names.split()}
_PART = {_fold(name): Decimal(value) for name, value in _HALVES.items()}
_NUDGE = {_fold(name): Decimal(value) for name, value in _NUDGES.items()}
_UNITS = {"one": Decimal(1)} | {name: _WORDS[name] for name in _ENGLISH[:8]}


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    gap: str
    """What stands between it and the token before."""

    @property
    def joins(self) -> bool:
        """Whether nothing but spaces or a hyphen parts it from the token before."""
        return not self.gap.strip(" \t\n\u00a0-") and self.gap.count("\n") < 2


@lru_cache(maxsize=4_096)
def values(text: str) -> frozenset[Decimal]:
    """List the numbers that a text tells, each with its scale: "5 करोड़" is 50 million.

    "Millions" and "several hundred" tell none, nor do ordinals in words.
    """
    return frozenset(_Reader(_tokens(_fold(text))).read())


def is_numeric(word: str) -> bool:
    """Whether a word tells a number, or the scale of one."""
    # अरब by itself is Arabia as well.
    return bool(values(word)) or (word != "अरब" and _fold(word) in _SCALE)


def _tokens(text: str) -> list[_Token]:
    found, end = [], 0
    for match in _TOKEN.finditer(text):
        word = match[0]
        if match["word"] and word not in _WORDS and word.endswith("ों"):
            # तीनों देश are three; लाखों are no number.
            bare = word.removesuffix("ों")
            word = bare if bare in _WORDS else word
        found.append(_Token(word, text[end : match.start()]))
        end = match.end()
    return found


class _Reader:
    """Reads numbers off a row of tokens, from left to right."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def read(self) -> list[Decimal]:
        found = []
        while self._at < len(self._tokens):
            value = self._number()
            if value is None:
                self._at += 1
            else:
                found.append(value)
        return found

    def _word(self, at: int, *, joined: bool = True) -> str:
        if not 0 <= at < len(self._tokens) or (joined and not self._tokens[at].joins):
            return ""
        return self._tokens[at].text

    def _number(self) -> Decimal | None:
        """Read the number that begins here, and stop behind it; None if none does."""
        start = self._at
        simple = self._simple(start)
        if simple is None:
            return None
        value, self._at = simple
        # Each part is smaller than the one before: 5 करोड़ | 20 लाख | 3 हज़ार.
        parts, last = [value], Decimal(0)
        while True:
            scale = self._scale(self._at, start, parts[-1])
            if scale is not None:
                multiplied = Decimal(0)
                while parts and parts[-1] < scale:
                    multiplied += parts.pop()
                if multiplied:
                    parts.append(multiplied * scale)
                    last = scale
                    self._at += 1
                    continue
                break
            more = self._more(last)
            if more is None:
                break
            value, self._at = more
            parts.append(value)
        return sum(parts, Decimal(0))

    def _simple(self, at: int) -> tuple[Decimal, int] | None:
        """Read one number without a scale; its value, and where it ends."""
        word = self._word(at, joined=False)
        following = self._word(at + 1)
        if word[:1].isdigit():
            value, at = Decimal(word.replace(",", "")), at + 1
        elif word in _TENS:
            unit = _UNITS.get(following)
            value, at = _WORDS[word] + (unit or 0), at + (2 if unit else 1)
        elif word in _WORDS:
            value, at = _WORDS[word], at + 1
        elif word in _PART:
            at += 2 if word == "half" and following == "a" else 1
            # डेढ़ and ढाई are numbers by themselves, a half is one of a scale.
            if _PART[word] < 1 and self._word(at) not in _SCALE:
                return None
            value = _PART[word]
        elif word in _NUDGE:
            if following in _BARE:  # सवा सौ is 125
                return 1 + _NUDGE[word], at + 1
            rest = self._simple(at + 1) if following else None
            return rest and (rest[0] + _NUDGE[word], rest[1])
        elif word in _ONE and (following in _SCALE or self._and_a_half(at + 1)):
            value, at = Decimal(1), at + 1
        elif word in _BARE and self._word(at - 1, joined=False) not in _VAGUE:
            return _SCALE[word], at + 1
        else:
            return None
        if self._and_a_half(at):
            return value + Decimal("0.5"), at + 3
        return value, at

    def _and_a_half(self, at: int) -> bool:
        return [self._word(at + step) for step in range(3)] == ["and", "a", "half"]

    def _scale(self, at: int, start: int, value: Decimal) -> Decimal | None:
        """Tell the scale that stands here, behind a number that began at `start`."""
        word = self._word(at)
        if word in _MONEY_SCALES and not self._tokens[at].gap:
            money = self._word(start - 1, joined=False) in {"$", "£", "€", "₹", "rs"}
            return _MONEY_SCALES[word] if money else None
        if word == "अरब" and (value >= 1000 or self._word(at + 1) in _ARABS):
            return None
        return _SCALE.get(word)

    def _more(self, last: Decimal) -> tuple[Decimal, int] | None:
        """Read what is added to a number whose last scale was `last`: two hundred *and fifty*."""
        if not last:
            return None
        joint = self._word(self._at) == "and"
        at = self._at + joint
        if not self._word(at) or self._word(at) in _BARE:
            return None
        simple = self._simple(at)
        if simple is None or simple[0] >= last:
            return None
        scale = _SCALE.get(self._word(simple[1]), Decimal(0))
        if scale:
            # "Two hundred and ten thousand" is one number, "one hundred and two hundred" are two.
            return simple if scale < last or last == 100 < scale else None
        in_words = not self._word(at)[0].isdigit()
        return simple if in_words and last <= 1000 else None
