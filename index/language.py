"""Which language a question is in: Hindi, English, or Hindi typed in roman letters.

Function words and verbs decide, because they stay Hindi however many English nouns stand among
them ("budget mein kya relief mila"). Other words are asked only where those are silent or
divided. Capitals say nothing: names have them, and many people type without.
"""

from collections.abc import Sequence
from functools import cache
from typing import Literal

from index.analyze import stem, words
from index.devanagari import is_devanagari, skeleton, sound_key
from index.lexicon import Lexicon
from index.stopwords import ENGLISH, HINDI, ROMAN

QuestionLanguage = Literal["hi", "en", "hi-Latn"]

_MIN_FORM = 4
_MIN_SOUND = 3
_DECISIVE = 0.5
"""So much evidence of function words no other word outvotes. A word of one language alone is 1."""

# Words of one language that are a word or a name of the other as well (में and me, तो and to; FIR,
# Kia, Jane Goodall), or that stand in sentences of the other ("Bank of Baroda ka", "no ball").
# Above 0 is what still speaks for roman Hindi, below 0 for English. Set by judgement.
_SHARED: dict[str, float] = {
    **dict.fromkeys("the is of and for it with".split(), -0.5),
    **dict.fromkeys("to in or he us use so do".split(), -0.3),
    **dict.fromkeys(
        """
        no one own up down out off over under after before by at without against between all both
        only same other more most just very please per via
        """.split(),
        -0.2,
    ),
    **dict.fromkeys(
        """
        main bare mere die lie say sake thin men ham tab jab bad mat un kin hum fir rakhi s t d m
        """.split(),
        0.0,
    ),
    **dict.fromkeys("aap jane lee li kia jin kai jo ab na ho h ye logo vale".split(), 0.2),
    **dict.fromkeys("me par hi hue".split(), 0.3),
}
# No function words, for what is asked may hang on them, but of Hindi alone, and never of a name.
_EVERYDAY = frozenset(
    """
    aaj kal parso parson abhi kabhi tabhi turant jaldi dobara shayad bilkul zaroor jaroor sabse dono
    donon saal mahine mahina hafte subah shaam raat din dinon naya naye nayi bada bade badi pehla
    pehli pahla pahli dusra dusre dusri doosra doosre doosri agla agle agli pichhla pichhle pichhli
    pichla pichle pichli galat sahi achha accha acha theek thik khatam khatm shuru wajah vajah
    matlab naam paas dikhao dega degi denge logon hazar hazaar rupaye rupye chahta chahte chahti
    """.split()
)
# A root of everyday news with an ending that makes it Hindi: mila, milega, bataiye, khulenge. No
# imperatives, because slogans are made of them (Bharat Jodo, Beti Bachao).
_ROOTS = frozenset(
    """
    mil bol bata kah dekh dikh dikha ban bana chal chala lag laga ruk rok gir badh badha barh ghat
    ghata nikal nikl jeet jit haar maar bach bacha khul khol sun suna samajh pahunch pahuch pad
    padh likh bhej bik bech kharid khareed kar karwa rakh rah soch maang toot tod jud jod chhod chod
    bhaag phans pakad pakd hat hata uth utha
    """.split()
)
_SHORT_ROOTS = frozenset("ja jaa a aa kha".split())
"""Go, come and eat, told only by their future; their other forms are other words, or in ROMAN."""
_FUTURE = frozenset(
    glide + vowel + ending
    for glide in ("", "y", "ay")
    for vowel in ("e", "ae")
    for ending in ("ga", "gi", "ge", "nge", "ngi")
)
_ENDINGS = _FUTURE | frozenset(
    """
    a e i ya ye yi aya aye ayi ae ai na ne ta te ti kar ke iye aiye iyega aiyega oga oge ogi vana
    vane vala vale vali vaya vayi
    """.split()
)
_SPELLINGS = (("aa", "a"), ("ee", "i"), ("ii", "i"), ("oo", "u"), ("w", "v"))


def _plain(word: str) -> str:
    """Spell long vowels as short ones, and w as v: kitnee as kitni, dwaaraa as dvara."""
    for letters, one in _SPELLINGS:
        word = word.replace(letters, one)
    return word


_PLAIN_ROMAN = frozenset(map(_plain, ROMAN))
_PLAIN_HINDI = _PLAIN_ROMAN | frozenset(map(_plain, _EVERYDAY))


def is_roman_function_word(word: str, lexicon: Lexicon) -> bool:
    """Whether a word of a question in roman Hindi only joins others, however it is spelled."""
    if word in ROMAN:
        return True
    if stem(word) in lexicon.hindi:
        return False
    return _plain(word) in _PLAIN_ROMAN or sound_key(word) in _function_sounds()


@cache
def _function_sounds() -> frozenset[str]:
    """Collect how Hindi function words sound; short sounds are those of other words as well."""
    return frozenset(key for key in map(sound_key, HINDI) if len(key) >= _MIN_SOUND)


_ROMAN_PLURALS = (
    ("iyon", ("i",)),
    ("iyan", ("i",)),
    ("iyaan", ("i",)),
    ("uon", ("u",)),
    ("aon", ("a", "")),
    ("on", ("", "a")),
    ("ein", ("",)),
    ("en", ("",)),
)
_ROMAN_VERB_ENDINGS = (
    "enge engi ega egi unga ungi te ti ta taa tee ne ni nee ye yi yaa ya ayi ai aye kar e i ee "
    "a aa o"
).split()


def roman_base_forms(word: str) -> list[str]:
    """List the dictionary forms that a word of roman Hindi may be an inflection of.

    prabhavon: prabhav, prabhava; ladta: ladna.
    """
    forms = [
        word.removesuffix(ending) + base
        for ending, bases in _ROMAN_PLURALS
        if word.endswith(ending)
        for base in bases
    ]
    roots = [word.removesuffix(ending) for ending in _ROMAN_VERB_ENDINGS if word.endswith(ending)]
    forms += [f"{root}na" for root in (*roots, word)]
    return [form for form in dict.fromkeys(forms) if len(form) >= _MIN_FORM]


def _is_verb(word: str) -> bool:
    """Whether a roman word is a form of a common Hindi verb."""
    return any(
        ending in _ENDINGS if root in _ROOTS else root in _SHORT_ROOTS and ending in _FUTURE
        for root, ending in ((word[:i], _plain(word[i:])) for i in range(1, len(word)))
    )


def language_of(text: str, lexicon: Lexicon) -> QuestionLanguage:
    """Tell Hindi, English and Hindi in roman letters apart.

    English where nothing speaks for either: a name, a number, no word at all.
    """
    # In lower case, because the analyser reads US and May otherwise than us and may.
    found = words(text.lower())
    devanagari = [word for word in found if is_devanagari(word[0])]
    if any(word in HINDI for word in devanagari):
        return "hi"
    latin = [
        spelled
        for word in found
        if (spelled := word.partition("'")[0]).isascii() and spelled.isalpha()
    ]
    joining = [_joining(word, lexicon) for word in latin]
    evidence = len(devanagari) + sum(joining)
    if abs(evidence) < _DECISIVE:
        evidence += _naming(latin, lexicon)
    if evidence <= 0:
        return "en"
    roman = sum(weight == 1 for weight in joining)
    return "hi" if devanagari and len(devanagari) >= roman else "hi-Latn"


def _joining(word: str, lexicon: Lexicon) -> float:
    """Weigh a word by whose sentences it holds together; 0 if it holds none."""
    if word in _SHARED:
        return _SHARED[word]
    if word in ROMAN or word in _EVERYDAY:
        return 1.0
    if word in ENGLISH:
        return -1.0
    if len(word) < 4 or stem(word) in lexicon.hindi:
        return 0.0
    return 1.0 if _plain(word) in _PLAIN_HINDI or _is_verb(word) else 0.0


def _naming(latin: Sequence[str], lexicon: Lexicon) -> float:
    """Weigh the words that name something: English ones, and those that sound like Hindi ones.

    Words of up to three letters are left out, because in either language some word sounds so.
    """
    evidence = 0.0
    for word in latin:
        if len(word) < 4 or word in _SHARED or word in ROMAN or word in ENGLISH:
            continue
        if stem(word) in lexicon.hindi:
            evidence -= 0.4
        else:
            key = sound_key(word)
            alike = lexicon.by_skeleton.get(skeleton(key), ())
            if any(sound_key(other) == key for other in alike):
                evidence += 0.4
    return evidence
