"""Devanagari and Latin spelling: one normal form, and sound keys that agree across scripts.

Knows letters, not words: no dictionary and no language is consulted here.
"""

import re
import unicodedata
from functools import lru_cache

_NUKTA = "\u093c"
_VIRAMA = "\u094d"
_ANUSVARA = "\u0902"
_JOINERS = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_FOLDS = str.maketrans(
    {
        "ँ": _ANUSVARA,  # चाँद, चांद
        "ऑ": "आ",  # लॉवरोव, लावरोव
        "ॉ": "ा",
        "ऍ": "ए",
        "ॅ": "े",
        "ऎ": "ए",
        "ॆ": "े",
        "ऒ": "ओ",
        "ॊ": "ो",
        "ः": None,  # दुःख, दुख
        "’": "'",
    }
)
# A nasal before a consonant of its own class is usually written as anusvara: हिन्दी, हिंदी.
_CLASS_NASAL = re.compile("ङ्(?=[क-घ])|ञ्(?=[च-झ])|ण्(?=[ट-ढ])|न्(?=[त-ध])|म्(?=[प-भ])")
# गये, गयी and गए, गई: the glide before े and ी is optional in spelling. It is looked for first, and
# what stands before it after: vowels are everywhere.
_GLIDE = re.compile("य(?<=[अ-औक-हा-ौ]य)([ेी])")
_GLIDE_VOWELS = {"े": "ए", "ी": "ई"}

# Text of our two scripts alone needs no Unicode tables: the same folds in one pass. Vedic accents,
# whose order counts, and signs that stand for others are not among it.
_OURS = re.compile(
    "[\\x00-\\x7f\\u2010\\u2012-\\u2016\\u2018-\\u2023\\u20b9\u0900-\u0950\u0955-\u097f\u200b-\u200d]+"
)
_QUICK = (
    _FOLDS
    | _JOINERS
    | {ord(_NUKTA): None}
    | {ord(upper): upper.lower() for upper in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    | {ord("०") + digit: str(digit) for digit in range(10)}
    | {
        code: unicodedata.normalize("NFD", chr(code))[0]
        for code in (0x929, 0x931, 0x934, *range(0x958, 0x960))
    }
)
# Few letters fold; `str.translate` looks up all of them, which takes five times as long.
_QUICK_FOLDS = {chr(code): folded or "" for code, folded in _QUICK.items()}
_FOLDED_LETTER = re.compile(f"[{re.escape(''.join(_QUICK_FOLDS))}]")


def is_devanagari(char: str) -> bool:
    """Whether the character stands in the Devanagari block, dandas included."""
    return "\u0900" <= char <= "\u097f"


def normalise(text: str) -> str:
    """Fold spelling variants that readers take for the same word.

    Compatibility forms, case, nukta, chandrabindu, joiners, accents on Latin letters, homorganic
    nasals, candra vowels and digits of other scripts are folded. Normalising twice is normalising
    once.
    """
    if text.isascii():
        return text.lower()
    if _OURS.fullmatch(text):
        return _fold_spelling(_FOLDED_LETTER.sub(_quick_fold, text))
    while True:
        folded = _fold_once(text)
        if folded == text:
            return folded
        text = folded


def _quick_fold(letter: re.Match[str]) -> str:
    return _QUICK_FOLDS[letter.group()]


def _fold_once(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.casefold()).translate(_JOINERS)
    text = "".join(_ascii_digit(c) for c in text if c != _NUKTA and not "\u0300" <= c <= "\u036f")
    return _fold_spelling(text.translate(_FOLDS))


def _fold_spelling(text: str) -> str:
    text = _CLASS_NASAL.sub(_ANUSVARA, text)
    return _GLIDE.sub(lambda glide: _GLIDE_VOWELS[glide.group(1)], text)


def _ascii_digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


# Sound keys. Consonants fold to one letter for each place of articulation, aspirates and nuktas
# to the plain one; of the vowels only i, u, e, o are kept, because what stands between two
# consonants as "a" may be आ, the unwritten अ, or nothing at all: लावरोव and Lavrov both give lvrov.
_CONSONANTS = {
    **dict.fromkeys("कख", "k"),
    **dict.fromkeys("गघ", "g"),
    **dict.fromkeys("चछ", "c"),
    **dict.fromkeys("जझ", "j"),
    **dict.fromkeys("टठतथ", "t"),
    **dict.fromkeys("डढदध", "d"),
    **dict.fromkeys("ङञणन", "n"),
    "प": "p",
    "फ": "f",
    **dict.fromkeys("बभ", "b"),
    "म": "m",
    "य": "y",
    "र": "r",
    **dict.fromkeys("लळ", "l"),
    "व": "v",
    **dict.fromkeys("शषस", "s"),
    "ह": "h",
}
_VOWELS = {
    **dict.fromkeys("अआा", "a"),
    **dict.fromkeys("इईिी", "i"),
    **dict.fromkeys("उऊुू", "u"),
    **dict.fromkeys("एऐेै", "e"),
    **dict.fromkeys("ओऔोौ", "o"),
    **dict.fromkeys("ऋृ", "ri"),
}
_LABIALS = "pfbm"
_SCHWA = "@"  # the अ that is not written, and often not spoken


def _phonemes(word: str) -> str:
    """Spell a normalised Devanagari word with the letters of `_CONSONANTS` and `_VOWELS`."""
    out: list[str] = []
    for i, char in enumerate(word):
        following = word[i + 1] if i + 1 < len(word) else ""
        if char in _CONSONANTS:
            out.append(_CONSONANTS[char])
            if following not in _VOWELS and following != _VIRAMA:
                out.append(_SCHWA)
        elif char in _VOWELS:
            out.append(_VOWELS[char])
        elif char == _ANUSVARA:
            sound = _CONSONANTS.get(following, "")
            out.append("m" if sound and sound in _LABIALS else "n")
        elif char.isascii() and char.isalnum():
            out.append(char)
    return "".join(out)


# English and roman-Hindi spelling, most specific first. "a" stays a vowel letter until the end.
_LATIN_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"[^a-z0-9]", ""),
        (r"aee|aa[iy](?![aeiou])", "aI"),
        (r"aau", "aU"),
        (r"ee?y(?:aa?)?$|iya?$", "i"),
        (r"tions?$", "san"),
        (r"ssion|[ts]ion", "san"),
        (r"ture", "car"),
        (r"^x", "s"),
        (r"x", "ks"),
        (r"^kn", "n"),
        (r"^wr", "r"),
        (r"^ps", "s"),
        (r"^ct|^pt", "t"),
        (r"rh", "r"),
        (r"ew(?=[^aeiou]|$)", "u"),
        (r"igh(?=t|$)", "ai"),
        (r"ough(?=t|$)", "o"),
        (r"augh(?=t|$)", "o"),
        (r"ck|q(?:u(?=[aei]))?", "k"),
        (r"sch", "sk"),
        (r"tch(?=$|e[drs]|ing|y$)|ch+h*", "C"),
        (r"sh", "s"),
        (r"ph", "f"),
        (r"c(?=[eiy])", "s"),
        (r"dge", "j"),
        (r"zh|z", "j"),
        (r"c", "k"),
        (r"([kgjtdb])h", r"\1"),
        (r"a[uw](?![aeiou])|o[uw](?![aeiou])", "o"),
        (r"w", "v"),
        (r"(?<=[^aeiou])e$", ""),
        (r"h+$|h+(?=[nlmr][^aeiou]|[nlm]$)", ""),
        (r"ee|ea|ie(?=[^aeiou])|y(?=[^aeiou]|$)", "i"),
        (r"oo", "u"),
        (r"a[iy](?![aeiou])|e[iy](?![aeiou])", "e"),
        (r"^[ey]u", "u"),
        (r"C", "c"),
        (r"I", "i"),
        (r"U", "u"),
    )
)
_OPENING_YU = re.compile(r"^yu")  # यूरोप, Europe
_SCHWA_GLIDE = re.compile(rf"{_SCHWA}y{_SCHWA}(?=[^aeiou]|$)")  # जयशंकर, Jaishankar; विजय, Vijay
_BACK_GLIDE = re.compile(r"(?<=[ou])va")  # गोवा, Goa
_FRONT_GLIDE = re.compile(
    r"(?<=i)y(?=[a@]|$)|(?<=[^aeiou@])y(?=u)"
)  # विक्टोरिया, Victoria; न्यूटन, Newton
_NASAL = re.compile(r"n(?=[pbf])")  # लंबी, lanbi
_DOUBLED = re.compile(r"(.)\1+")
_VOWEL_LETTERS = re.compile(r"[aeiou]")
_PLURAL = re.compile(r"(?<=[a-z]{3})(?<![suic])(?:'s?|s'?)$|(?<=[a-z]{2})'s$")


def _latin_phonemes(word: str) -> str:
    for pattern, sound in _LATIN_RULES:
        word = pattern.sub(sound, word)
    return word


@lru_cache(maxsize=200_000)
def sound_key(word: str) -> str:
    """How a normalised word sounds, whichever of the two scripts it is written in.

    Equal for the usual spellings of one name (लावरोव, Lavrov: "lvrov"), close in edit distance
    for the rest. Empty for a word with no letter or digit. After the idea of Soundex and of
    Indic phonetic codes, with both scripts mapped to one alphabet.
    """
    if word.isascii():
        sounds = _latin_phonemes(_PLURAL.sub("", word))
    else:
        sounds = _SCHWA_GLIDE.sub("e", _OPENING_YU.sub("u", _phonemes(word)))
    # Doubled letters first: the unwritten अ keeps the two म of ममता apart.
    sounds = _FRONT_GLIDE.sub("", _BACK_GLIDE.sub("a", _NASAL.sub("m", sounds)))
    sounds = _DOUBLED.sub(r"\1", sounds)
    sounds = sounds.replace(_SCHWA, "")
    opening = sounds[:1] if sounds[:1] in "aeiou" else ""
    return opening + sounds[len(opening) :].replace("a", "").removesuffix("h")


_FINAL_Y = re.compile(r"[^aeiou]y$")
# Letters that English reads in more than one way, beside the reading that `sound_key` takes.
_SECOND_READINGS = (
    ("ch", "k"),
    ("ch", "sh"),
    ("ge", "je"),
    ("gi", "ji"),
    ("gy", "ji"),
    ("tu", "chu"),
    ("ow", "aoo"),
    ("ou", "aoo"),
)


@lru_cache(maxsize=200_000)
def sound_keys(word: str) -> tuple[str, ...]:
    """List the ways a normalised word may sound, the likeliest first.

    A Latin word may end in an s that is no plural (James), and its ch, g and tu may be read in
    two ways (Michael, Gerald); Devanagari is read in one.
    """
    readings = [word]
    if word.isascii() and word.isalpha():
        for letters, reading in _SECOND_READINGS:
            if letters in word:
                readings.append(word.replace(letters, reading))
        if _FINAL_Y.search(word):  # rajy, राज्य
            readings.append(f"{word}a")
        if word.endswith("s"):
            readings += [f"{reading}s" for reading in readings]
    return tuple(dict.fromkeys(map(sound_key, readings)))


def skeleton(key: str) -> str:
    """Reduce a sound key to its consonants, with one mark for any opening vowel.

    Words that may be spellings of one another share a skeleton; how alike they are, their sound
    keys tell.
    """
    if not key:
        return ""
    opening = "a" if key[0] in "aeiou" else ""
    return opening + _DOUBLED.sub(r"\1", _VOWEL_LETTERS.sub("", key))
