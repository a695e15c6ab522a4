"""What a question asks for (who, when, where, how many), and the words that can be that."""

import re
from collections.abc import Sequence, Set
from typing import Literal

from index.analyze import is_function_word, stem, words
from index.lexicon import Lexicon

Asked = Literal["person", "time", "place", "number"]

_ASKED: tuple[tuple[Asked, re.Pattern[str]], ...] = (
    (
        "number",
        re.compile(
            r"\bhow (?:many|much|long|old|far|often|large|big|tall|high)\b|percent"
            r"|कितन|प्रतिशत|संख्या|\bkitn|\bpratishat|\bsankhya"
        ),
    ),
    (
        "time",
        re.compile(
            r"\bwhen\b|\b(?:what|which) (?:year|month|date|day|century|decade|time)"
            r"|कब(?![\u0900-\u097f])|(?:किस|कौन से|कौनसे) (?:वर्ष|साल|सन|तारीख|दिन|महीने|सदी"
            r"|शताब्दी|समय)|\bkab\b"
            r"|\bkis (?:varsh|saal|sal|san|tareekh|tarikh|din|mahine|sadi|shatabdi)"
        ),
    ),
    (
        "person",
        re.compile(
            r"\bwho(?:m|se)?\b|कौन(?! ?स[ाेी])|किस(?:ने|का|के|की|को|से|े)|किन्होंने"
            r"|\bkaun\b(?! ?s[aei])|\bkis(?:ne|ka|ke|ki|ko|se)\b|\bkinhone\b"
        ),
    ),
    (
        "place",
        re.compile(
            r"\bwhere\b|कहां|\bkah(?:a|aa)n\b|which (?:city|country|place|state|town)"
            r"|किस (?:देश|शहर|जगह|राज्य)|\bkis (?:desh|shahar|shehar|jagah|rajya)\b"
        ),
    ),
)
_TIME = re.compile(
    r"1\d{3}|20\d\d|century|decade|सदी|शताब्दी|दशक|जनवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर"
    r"|अक्टूबर|अक्तूबर|नवंबर|दिसंबर|january|february|march|april|may|june|july|august|september"
    r"|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:सोम|मंगल|बुध|गुरु|शुक्र|शनि|रवि)वार"
)
_NUMBER_WORDS = frozenset(
    stem(word)
    for word in """
    one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty
    hundred thousand million billion trillion lakh crore half third quarter dozen double twice
    percent एक दो तीन चार पांच छह सात आठ नौ दस ग्यारह बारह पंद्रह बीस तीस चालीस पचास साठ सौ हजार लाख
    करोड अरब मिलियन बिलियन आधा आधे दोनों तीनों चारों दोगुना प्रतिशत फीसदी
    """.split()
)


# What only says the kind of answer wanted: "how long", "which year", "किस दिन", "kya kehte hain".
_KIND_WORDS = re.compile(
    r"\bhow (?:long|old|far|often|large|big|tall|high)\b|\b(?:what|which) (?:kind|type|sort)s? of\b"
    r"|(?:किस|कौन सी) (?:तरह|प्रकार)(?: का| की| के)?(?![\u0900-\u097f])|\bkis (?:tarah|prakar)\b"
    r"|\b(?:what|which) (?:year|month|date|day|weekday|time|city|country|place|person)\b(?:'s)?"
    r"|(?:किस|कौन से|कौन सी|कौनसे|कौनसी) (?:वर्ष|साल|सन|तारीख|दिन|महीने|समय|जगह|शहर|देश|व्यक्ति)"
    r"(?![\u0900-\u097f])"
    r"|\b(?:kis|kaun se|kaun si|kaunse|kaunsi) (?:varsh|saal|sal|san|tareekh|tarikh|din|mahine"
    r"|samay|jagah|shahar|shehar|desh|vyakti)\b"
    # what it is called
    r"|\b(?:an)?other (?:name|word|term|way)s?\b|\bnames? of\b"
    r"|\b(?:called|named|known as|referred to as)(?: what)?$"
    r"|(?:दूसरा |पूरा )?नाम क्या(?![\u0900-\u097f])|किस नाम से(?: जाना)?(?![\u0900-\u097f])"
    r"|क्या (?:कहते|कहा जात[ाेी]|कहलात[ाेी])(?![\u0900-\u097f])"
    r"|\bna+m kya\b|\bkis na+m se(?: ja+na)?\b|\bkya (?:k[ae]hte|kaha ja+ta|kehla+ta)\b"
)


def without_kind(text: str) -> str:
    """Take the words that only say the kind of answer wanted out of a normalised question."""
    return _KIND_WORDS.sub(" ", text)


def kind_asked(text: str) -> Asked | None:
    """Read from a question what kind of thing it asks for; None for nothing in particular."""
    normalised = " ".join(words(text))
    return next((kind for kind, pattern in _ASKED if pattern.search(normalised)), None)


def places(
    asked: Asked | None, said: Set[str], sentence: Sequence[str], lexicon: Lexicon
) -> list[int]:
    """List the positions of words that can be what is asked for and that the question has not said.

    For a person or a place that is a word which no dictionary has: most likely a name.
    """
    if asked is None:
        return []
    return [
        i for i, word in enumerate(sentence) if word not in said and _can_be(asked, word, lexicon)
    ]


def _can_be(asked: Asked, word: str, lexicon: Lexicon) -> bool:
    if asked == "number":
        return word[0].isdigit() or stem(word) in _NUMBER_WORDS
    if asked == "time":
        return bool(_TIME.fullmatch(word))
    return not (word[0].isdigit() or is_function_word(word) or lexicon.knows(stem(word)))
