"""Whether a question points back at the ones before it, told by its words.

Knows no conversation: what it points at, `follow_up` finds. A question that stands by itself must
not be mixed with another one, so what is doubtful stands by itself.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index import Question, stems
from qa.types import AnswerLanguage

Read = Callable[[str], Question]
"""`Index.read`."""

_CONTENT = "00"
"""Read beside a question, it leaves the words that carry content, be there none: without it, a
question of function words alone is read as if these were content."""
_SURE = 0.8
"""An alternative of a name that weighs as much is the name in the other script."""

# What points back at who or what was spoken of, by language: is, us, in and use are Hindi words in
# roman letters and English ones.
_BACK: dict[AnswerLanguage, frozenset[str]] = {
    "hi": frozenset(
        """
        वह वे वो उस उसे उसने उसका उसके उसकी उसको उसमें उससे उसी उन उन्हें उनका उनके उनकी उनको उनमें उनसे
        उन्होंने यह ये इस इसे इसने इसका इसके इसकी इसको इसमें इससे इसी इन इन्हें इनका इनके इनकी इनको इनमें
        इनसे इन्होंने वही यही वहां वहीं तब तभी ऐसा ऐसे ऐसी दोनों
        """.split()
    ),
    "hi-Latn": frozenset(
        """
        veh vah woh wo vo us use usse usne uska uske uski usko usme usmein usi un unhe unhen unka
        unke unki unko unme unmein unse unhone unhonne yah yeh ye is ise isse isne iska iske iski
        isko isme ismein isi in inhe inhen inka inke inki inko inme inmein inse inhone wahi yahi
        wahan vahan wahaan vahaan tab tabhi aisa aise aisi dono donon
        """.split()
    ),
    "en": frozenset(
        """
        he she him his her hers they them their theirs it its this these that those there then
        afterwards
        """.split()
    ),
}
_BOTH = frozenset("दोनों dono donon".split())
_PERSON = frozenset("he she his her hers".split())
_OF_ITS_OWN = frozenset("they their theirs its".split())
_OWN_HINDI = frozenset("उसका उसके उसकी उनका उनके उनकी uska uske uski unka unke unki".split())
_OF = frozenset("का के की ka ke ki".split())
_RELATIVE = frozenset(
    """
    जो जिस जिसे जिसने जिसका जिसके जिसकी जिसमें जिससे जिन जिन्हें जिनका जिनके जिनकी जिनमें जिनसे जिन्होंने जहां
    jo jis jise jisne jiska jiske jiski jisme jismein jisse jin jinhe jinhen jinka jinke jinki jinme
    jinse jinhone jahan jahaan
    """.split()
)
"""वह मंत्री जिसने: what वह stands for is in the question."""
_CLAUSE = frozenset(
    """
    , ; : - – — कि क्योंकि लेकिन मगर तो kyonki kyunki lekin magar that when because if while but
    although
    """.split()
)
_OPENS = frozenset("जब अगर यदि jab agar yadi".split())
"""A clause that is over when the other one begins: जब लावरोव आए, तब."""
_AND = frozenset("और तथा एवं aur or and".split())
_BEGINS = frozenset("और aur or and लेकिन lekin मगर magar but तो to फिर phir fir".split())
_ASKING = re.compile(
    "who|whom|whose|what|when|where|why|which|how|क्या|क्यों|कब|कहां|कैस[ाेी]|कितन[ाेी]|कौन(?:स[ाेी])?"
    "|किस(?:े|ने|का|के|की|को|से|में|पर|लिए)?|किन(?:्हें|्होंने|का|के|की|को|से|में|पर)?"
    "|kya+|kyo|kyu|kyun|kyon|kab|kaha+n?|kais[aei]|kitn[aei]|kaun(?:s[aei])?"
    "|ki[sn](?:e|ne|ka|ke|ki|ko|se|me|mein|par|liye|lie|hone)?"
)
_HELPS = frozenset(
    """
    is are was were do does did has have had will would can could should may
    है हैं था थे थी थीं हुआ हुए हुई होगा होगी होंगे hai hain tha the thi hua hue hui hoga hogi
    """.split()
)
_BEFORE_NOUN = frozenset("the a an which what whose many".split())
_OF_WHAT = frozenset(
    """
    length age cost price reason purpose name result लंबाई उम्र कीमत वजह कारण मकसद नाम नतीजा lambai
    umar umra kimat keemat vajah wajah karan maksad naam natija
    """.split()
)
"""What one asks for of something; alone it is of what was spoken of."""
_CASE = frozenset("ने को से का के की में पर ne ko se ka ke ki me mein par pe".split())
# Words that would point back, where they do not.
_NOT_BACK = re.compile(
    r"(?<!\S)इसी? (?:साल|वर्ष|महीने|माह|हफ़?्ते|सप्ताह|समय|वक़?्त|बार|सदी|सीज़?न)"
    r"(?![\u0900-\u097f])"
    r"|(?<!\S)यह (?=.*(?<!\S)कि )|\byeh? (?:sach|sahi|sambhav|bata\w+)\b"
    r"|\bisi? (?:saal|sal|varsh|mahine|hafte|saptah|samay|waqt|vakt|baa?r)\b"
    r"|\bthis (?:year|month|week|time|century|season)\b|\bthose (?:who|that|which)\b"
    r"|\bit (?:true|possible|that|takes?|took)\b"
    r"|\b(?:is|are|was|were|be|been) there\b(?!\W*$)|\bthere (?:is|are|was|were|will be)\b"
    r"|\bhow m(?:any|uch)\b.* there(?=\W*$)",
    re.IGNORECASE,
)
_BEFORE_THAT = frozenset(
    """
    is was did does do will about after before of to for on in by with from why and but since until
    """.split()
)
_BEFORE_THEN = frozenset("since by until".split())
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_POSSESSIVE = re.compile(r"['’].*")
_NUKTA = "\u093c"
_TOKEN = re.compile(r"[\w\u0900-\u0963\u0966-\u097f]+(?:['’]\w+)?|[,;:–—]|(?<= )-(?= )")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question."""

    text: str
    """As it is written there, from start to end."""
    start: int
    end: int
    plain: str
    """In one spelling; empty where it would point back and does not."""
    rarity: float
    """As the index has it; 0 for a word without content."""
    is_name: bool
    """Whether it may be one: no dictionary has it, or it has a capital inside a sentence."""
    latin: str
    """A name in Latin letters, where the index has it in them."""


def split(text: str, read: Read) -> tuple[list[Word], Question]:
    """Split a question, and tell the words that carry content. Raises QuestionError."""
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    asked = content(text, read)
    own = {stem: term for term in asked.terms for stem in stems(term.word)}
    elsewhere = [match.span() for match in _NOT_BACK.finditer(text)]
    words = []
    for match in _TOKEN.finditer(text):
        word, start = _POSSESSIVE.sub("", match[0]), match.start()
        plain = word.lower().replace("ँ", "ं").replace(_NUKTA, "")
        term = next((own[stem] for stem in stems(word) if stem in own), None)
        rarity, is_name, latin = 0.0, False, word
        if term and not _ASKING.fullmatch(plain):  # kisliye is no function word to the index
            rarity = term.rarity
            is_named = term.kind == "name" or (start > 0 and word[0].isupper())
            is_name = is_named and plain not in _DAYS
            if is_name and not word.isascii():
                latin = _in_latin(term.alternatives) or word
        if word == "US" or any(begin <= start < end for begin, end in elsewhere):
            plain = ""
        words.append(Word(word, start, start + len(word), plain, rarity, is_name, latin))
    return words, asked


def content(text: str, read: Read) -> Question:
    """Read a question, with terms for its content words alone, be there none.

    Raises QuestionError.
    """
    terms = read(f"{_CONTENT} {text}").terms
    return replace(read(text), terms=tuple(term for term in terms if term.word != _CONTENT))


def _in_latin(alternatives: Mapping[str, float]) -> str:
    weighed = [(w, name) for name, w in alternatives.items() if name.isascii() and w >= _SURE]
    return max(weighed)[1].capitalize() if weighed else ""


def points_back(words: Sequence[Word], language: AnswerLanguage) -> bool:
    """Whether a word points at something that the question itself does not name before it."""
    if any(word.plain in _RELATIVE for word in words):
        return False
    return any(
        word.plain in _BACK[language]
        and (language != "en" or _is_pointing(words, i))
        and not _is_met(words, i, language)
        for i, word in enumerate(words)
    )


def _is_pointing(words: Sequence[Word], i: int) -> bool:
    """Whether that and then point, rather than join."""
    before = words[i - 1].plain if i else ""
    if words[i].plain not in ("that", "then") or i in (0, len(words) - 1):
        return True
    return before in (_BEFORE_THAT if words[i].plain == "that" else _BEFORE_THEN)


def _is_met(words: Sequence[Word], i: int, language: AnswerLanguage) -> bool:
    """Whether what a word points at may stand before it in the question.

    In one clause a Hindi pronoun never means the subject (that is अपना), nor does him or it.
    """
    before, plain = words[:i], words[i].plain
    noun = next((k for k in range(i) if is_noun(words, k)), None)
    if noun is None:
        return language == "en" and plain in _PERSON | _OF_ITS_OWN and _is_asked_for(before)
    behind = before[noun:]
    if behind[-1].plain in _AND or plain in _BOTH or before[0].plain in _OPENS:
        return True
    if any(word.plain in _CLAUSE for word in behind):
        return True
    for word, following in pairwise(behind):
        joins = word.plain in _AND and not following.is_name
        if joins and (language == "en" or _ASKING.fullmatch(following.plain)):
            return True
        # तिमुजिन की पत्नी का उसकी शादी के बाद
        if plain in _OWN_HINDI and word.is_name and following.plain in _OF:
            return True
    if plain in _PERSON:
        return any(word.is_name for word in before) or _is_asked_for(before)
    follows = words[i + 1].plain if i + 1 < len(words) else ""
    return plain in _OF_ITS_OWN or (plain == "it" and follows in _HELPS)


def _is_asked_for(words: Sequence[Word]) -> bool:
    """Whether a pronoun may stand for what is asked, as in who lost his seat."""
    return any(
        word.plain in ("who", "what", "which") and following.rarity > 0
        for word, following in pairwise(words)
    )


def is_noun(words: Sequence[Word], i: int) -> bool:
    """Whether a content word is a noun for all that its neighbours say."""
    if not words[i].rarity:
        return False
    before = words[i - 1].plain if i else ""
    follows = words[i + 1].plain if i + 1 < len(words) else ""
    return in_name(words, i) or before in _BEFORE_NOUN | _HELPS or follows in _CASE | _AND


def in_name(words: Sequence[Word], i: int) -> bool:
    """Whether a content word may be a name, or belong to the one behind it: शी जिनपिंग, Qin Gang."""
    word, follows = words[i], words[i + 1 : i + 2]
    if word.is_name or not word.rarity or not follows:
        return word.is_name
    is_next = follows[0].is_name and follows[0].start - word.end == 1
    return is_next and (word.text[0].isupper() or not word.text.isascii())


def is_partial(words: Sequence[Word]) -> bool:
    """Whether a question leaves out what it is about, as और रूस से? and how many doses? do."""
    own = [word for word in words if word.rarity]
    plain = [word.plain for word in words]
    if not own or plain[:2] in (["what", "about"], ["how", "about"]):
        return True
    is_whole = any(word in _HELPS for word in plain)
    begins = plain[0] in _BEGINS
    asks = any(map(_ASKING.fullmatch, plain))
    if begins and not is_whole and not asks:
        return True
    if any(word.is_name for word in own) or len(own) > 2:
        return False
    if begins:
        return True
    is_short = asks and len(words) <= 3 and not is_whole
    return len(own) == 1 and (is_short or own[0].plain in _OF_WHAT)
