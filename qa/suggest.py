"""Questions made from an article's own sentences, by rule.

A sentence that reports what somebody said becomes a question for it: what it stands behind stays
word for word, and only the verb is turned. So the grammar is the article's. A sentence that leans
on the one before it, or holds more than one clause, makes no question: rather none than a bad one.
Pure: whether the index answers it is for `qa.examples` to see.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index import Article, sentences

_LOOKED_AT = 8_000
"""Characters of an article: news puts what matters first, and a book is not read for it."""
_LONGEST_SENTENCE = 500
"""Characters; a longer one is no sentence, or has more than one thing to say."""
_LONGEST = 110
"""Characters of a question that still reads at a glance."""
_SHORT_TITLE, _LONG_TITLE = 3, 14
"""Words of a title that says something, and is not a whole sentence and a site's name."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question, and the span of the article's text that it was made of."""

    question: str
    start: int
    end: int


def of_sentences(article: Article) -> list[Suggestion]:
    """Make questions of what an article reports: those that say what they are about first."""
    made = _hindi if article.language == "hi" else _english
    text = article.text[:_LOOKED_AT]
    found = []
    for span in sentences(text):
        if span.end - span.start > _LONGEST_SENTENCE:
            continue
        sentence = _ASIDE.sub("", " ".join(text[span.start : span.end].split()))
        for topic, question in made(sentence, text):
            if len(question) <= _LONGEST:
                found.append((topic, Suggestion(question, span.start, span.end)))
    return [made for _, made in sorted(found, key=lambda pair: not pair[0])]


_ASIDE = re.compile(r" ?\([^()]*\)")
"""What a paper puts in brackets: other spellings, initials, party and constituency."""

# Hindi: "पर्यटन पर मंत्री ने कहा कि …" asks "पर्यटन पर मंत्री ने क्या कहा?"

_HINDI_SAYS = re.compile(
    r"(?P<head>.+? ने(?: .+?)?) (?P<verb>(?:(?:दावा|वादा|ट्वीट|ऐलान|एलान|स्वीकार|आग्रह) किया)"
    r"|(?:घोषणा|टिप्पणी|अपील|मांग|माँग) की|(?:चेतावनी|सलाह|जानकारी) दी|(?:भरोसा|आश्वासन) (?:दिया|दिलाया)"
    r"|आरोप लगाया|उम्मीद जताई|कहा|बताया|लिखा|माना)(?P<tense> (?:है|था|थी))?"
    r"(?: कि(?![\u0900-\u097f])|, ?[‘’“”\"'])"
)
_HINDI_IS_SAID = re.compile(
    r"(?P<head>.+ में) (?P<verb>(?:कहा|बताया|लिखा) गया)(?P<tense> (?:है|था))?"
    r"(?: कि(?![\u0900-\u097f])|, ?[‘’“”\"'])"
)
_HINDI_DISCUSSES = re.compile(
    r"(?P<head>.+? ने .+?) के साथ .+ पर (?P<verb>(?:चर्चा|बात|बातचीत|वार्ता) की)"
    r"(?P<tense> (?:है|थी))?[।.]?"
)
_HINDI_OPENING = re.compile(r"(?:वहीं|उधर|इस बीच|इसके अलावा|इससे पहले|इसके बाद|हालांकि|हालाँकि|साथ ही),? ")
_HINDI_LATER = re.compile(r"(?<!के )(?<!इसके )बाद में ")
_HINDI_DAY = re.compile(r"(?:सोम|मंगल|बुध|गुरु|बृहस्पति|शुक्र|शनि|रवि)वार को ")
_HINDI_ADVERBIAL = re.compile(r"(?<= पहले),|(?<= बाद),|(?<= दौरान),|(?<= में),")
_HINDI_POINTING = frozenset(
    """
    यह वह ये वे इस उस इन उन इसे उसे इन्हें उन्हें इसका इसके इसकी उसका उसके उसकी इनका इनके इनकी उनका उनके उनकी
    इससे उससे इनसे उनसे इसमें उसमें इसी उसी इन्हीं उन्हीं इसने उसने उन्होंने इन्होंने मैं मैंने हम हमने हमारा हमारे हमारी
    मेरा मेरे मेरी आप आपने यहां यहाँ वहां वहाँ ऐसा ऐसे ऐसी जैसा जैसे दोनों दूसरे दूसरी अन्य सभी सब कुछ किसी कई आज कल
    परसों पिछले पिछली पिछला अगले अगली अगला अब अभी तब फिर भी ही तो न नहीं मत इसलिए लेकिन मगर जबकि परंतु किंतु
    कि जो जिस जिसने जिसे जिसके जिसकी जिसमें जिन जिन्हें जिनके जिनकी जब जहां जहाँ यदि अगर क्योंकि ताकि बल्कि
    क्या कौन किस किन किसने कब कहां कहाँ कैसे क्यों कितना कितने कितनी है हैं था थी थे हो हुआ हुई गया गए गई गयी
    रहा रहे रही होगा होगी होंगे चाहिए सकता सकते सकती किया किये किए दिया लिया
    """.split()
)
"""Words of a head that lean on what stands before it, that ask, or that end a clause."""
_HINDI_NO_BEGINNING = frozenset("और या तथा एवं का के की को से में पर ने तक द्वारा".split())
_HINDI_LAST = frozenset("ने में से को पर बाद दौरान पहले साथ तक लिए बीच हुए कर करके".split())
"""What stands before the verb; anything else, as a letter that is written, is a part of it."""
_HINDI_NOBODY = frozenset("सूत्रों लोगों अधिकारियों अधिकारी व्यक्ति शख्स".split())
"""Who says too little of who it was."""
_LETTERS = re.compile(r"[\u0900-\u097fA-Za-z0-9 .’'-]+")
"""All that a head is written with: no comma, bracket, quotation or other sentence in it."""


def _hindi(sentence: str, _: str) -> Iterator[tuple[bool, str]]:
    sentence = _HINDI_DAY.sub("", _HINDI_OPENING.sub("", sentence, count=1))
    sentence = _HINDI_LATER.sub("", sentence)
    for pattern in (_HINDI_SAYS, _HINDI_IS_SAID):
        if said := pattern.match(sentence):
            head = _HINDI_ADVERBIAL.sub("", said["head"])
            if _stands_by_itself(head, 0 if pattern is _HINDI_IS_SAID else 1):
                yield len(head.split()) > 4, f"{head} क्या {said['verb']}{said['tense'] or ''}?"
                return
    said = _HINDI_DISCUSSES.fullmatch(sentence)
    if said and _stands_by_itself(head := f"{said['head']} के साथ", 1):
        yield True, f"{head} किन विषयों पर {said['verb']}{said['tense'] or ''}?"


def _stands_by_itself(head: str, agents: int) -> bool:
    """Whether what stands before a verb is one clause that needs no sentence before it."""
    said = head.split()
    return (
        len(said) > 2
        and "एक और" not in head
        and _LETTERS.fullmatch(head) is not None
        and said.count("ने") == agents
        and _HINDI_POINTING.isdisjoint(said)
        and said[0] not in _HINDI_NO_BEGINNING
        and said[-1] in _HINDI_LAST
        and _HINDI_NOBODY.isdisjoint(said)
    )


# English: "On tourism, the minister said that …" asks "What did the minister say on tourism?"

_ENGLISH_VERBS = {
    "said": "say",
    "claimed": "claim",
    "announced": "announce",
    "argued": "argue",
    "wrote": "write",
}
_SAID = rf"(?: also| later)? (?P<verb>{'|'.join(_ENGLISH_VERBS)})"
_WORD = r"[A-Za-z][\w’'.-]*"
_SUBJECT = rf"(?P<subject>{_WORD}(?: {_WORD}){{0,7}}?)"
_ENGLISH_ON = re.compile(rf"On (?P<topic>{_WORD}(?: {_WORD}){{0,6}}), {_SUBJECT}{_SAID} .+")
_ENGLISH_TOLD = re.compile(
    rf"{_SUBJECT}(?: also| later)? told (?P<whom>{_WORD}(?: {_WORD}){{0,4}}?)(?: that |, ?[‘“\"]).+"
)
_ENGLISH_WHERE = re.compile(
    rf"{_SUBJECT}{_SAID} (?P<where>(?:in|at|during|after) {_WORD}(?: {_WORD}){{0,6}}?)"
    r"(?: that |, ?[‘“\"]).+"
)
_ENGLISH_ABOUT = re.compile(
    rf"{_SUBJECT}(?: also| later)? (?P<verb>said|claimed) (?:that )?"
    rf"(?P<topic>{_WORD}(?: {_WORD}){{0,5}}?)"
    r" (?:is|are|was|were|will|would|has|have|had|can|could|should|must|may|might) .+"
)
_ENGLISH_THAT = re.compile(rf"{_SUBJECT}{_SAID} that .+")
_ENGLISH_DAY = re.compile(
    r" (?:late |early )?on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: morning| evening| night)?"
)
_ENGLISH_POINTING = frozenset(
    """
    i he she it they we you him her them us me his hers its their our my your this that these those
    there here who whom whose which what when where why how if as because while since although
    though unless until not no never nor neither either both all some many most others another such
    so then today yesterday tomorrow tonight now last next ago recently is are was were be been
    being am will would has have had do does did can could should must may might but or than also
    said told monday tuesday wednesday thursday friday saturday sunday
    """.split()
)
"""Words that lean on what stands before, that say when, or that end a clause."""
_ENGLISH_NO_BEGINNING = frozenset(
    """
    on in at by for from with without to of after before during under over against amid despite
    according earlier later meanwhile however moreover still yet instead and one two three
    """.split()
)
_ENGLISH_PAST = re.compile(
    r".+ed|met|made|took|gave|went|came|saw|knew|thought|felt|found|got|left|kept|held|won|lost|"
    r"began|spoke|put|set|let|led|sent|built|brought|bought|paid|rose|fell|ran|stood|became"
)
"""What may be a verb, where only a noun is wanted."""
_LINKS = frozenset("of the and for in at to de la al bin von van".split())
_ARTICLES = frozenset(("the", "a", "an"))
_RANKS = frozenset("former outgoing acting senior veteran top local".split())
"""What is written large before a name only where it begins a sentence."""


def _english(sentence: str, text: str) -> Iterator[tuple[bool, str]]:
    sentence = _ENGLISH_DAY.sub("", sentence)
    if (said := _ENGLISH_ON.match(sentence)) and _is_noun(said["topic"]):
        if (subject := _subject(said["subject"], text, begins=False)) is not None:
            yield True, f"What did {subject} {_ENGLISH_VERBS[said['verb']]} on {said['topic']}?"
        return
    if (said := _ENGLISH_TOLD.match(sentence)) and _is_noun(said["whom"]):
        if (subject := _subject(said["subject"], text)) is not None:
            yield True, f"What did {subject} tell {said['whom']}?"
        return
    if (said := _ENGLISH_WHERE.match(sentence)) and _is_noun(said["where"]):
        if (subject := _subject(said["subject"], text)) is not None:
            yield True, f"What did {subject} {_ENGLISH_VERBS[said['verb']]} {said['where']}?"
        return
    if (said := _ENGLISH_ABOUT.match(sentence)) and _says_something(said["topic"]):
        if (subject := _subject(said["subject"], text)) is not None:
            asked = f"{_ENGLISH_VERBS[said['verb']]} about {said['topic']}"
            yield True, f"What did {subject} {asked}?"
        return
    said = _ENGLISH_THAT.match(sentence)
    subject = _subject(said["subject"], text) if said else None
    if said and subject and " " in subject:
        yield False, f"What did {subject} {_ENGLISH_VERBS[said['verb']]}?"


def _is_noun(words: str) -> bool:
    """Whether words can be a noun with what belongs to it, as far as small words tell."""
    said = words.split()
    small = _lower(said)
    return (
        _ENGLISH_POINTING.isdisjoint(small)
        and not any(_ENGLISH_PAST.fullmatch(word) for word in said)
        and small[-1] not in _ENGLISH_NO_BEGINNING | _LINKS
        and not small[0].endswith("ly")
    )


def _says_something(topic: str) -> bool:
    """Whether one can ask about a topic that has not been named: "the price of wheat"."""
    said = topic.split()
    opening = said[0].lower()
    if opening in _ENGLISH_NO_BEGINNING:
        return False
    return _is_noun(topic) and (opening not in _ARTICLES or len(said) > 2)


def _lower(said: Sequence[str]) -> list[str]:
    """Write words small, but for initials: US is not us."""
    return [word if len(word) > 1 and word.isupper() else word.lower() for word in said]


def _subject(words: str, text: str, begins: bool = True) -> str | None:
    """Write who said something as it stands inside a sentence; None if that cannot be told.

    A name, or a noun with its article; a lone plural only if the text has it elsewhere, which
    tells "Farmers" from "Walters".
    """
    said = words.split()
    small = _lower(said)
    if not _is_noun(words) or small[0] in _ENGLISH_NO_BEGINNING:
        return None
    if small[0] in _ARTICLES:
        # Two nouns could be two clauses: "The minister met Putin and Lavrov said".
        return " ".join([small[0], *said[1:]]) if len(said) > 1 and "and" not in small else None
    if small[0] in _RANKS and said[0].istitle():
        return " ".join([small[0], *said[1:]])
    is_name = all(word[0].isupper() or word in _LINKS for word in said)
    # "Shah Rukh Khan", and "the prime minister" behind a comma; not yet "Farmers in Punjab".
    if is_name and (not begins or (len(said) > 1 and said[1] not in _LINKS)):
        return words
    if not begins or "and" in small:
        return None
    if re.search(rf"(?<![\w’'-]){re.escape(small[0])}\b", text):
        return " ".join([small[0], *said[1:]])
    return words if is_name and re.search(rf"[\w,] {re.escape(said[0])}\b", text) else None


# Any article: its title.

_UNQUOTABLE = re.compile(r"[|“”\"?]| [:–—-] |\.\.\.|…")
"""What a title has that asks, or that has a section's name before it or a site's after it."""
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")


def of_title(article: Article) -> str | None:
    """Ask for what stands under an article's title; None if that makes no question."""
    title = " ".join((article.title or "").split())
    is_hindi = article.language == "hi"
    is_short = _SHORT_TITLE <= len(title.split()) <= _LONG_TITLE and len(title) <= _LONGEST
    # Of another script, it is perhaps a file's name, or the site's.
    if not is_short or _UNQUOTABLE.search(title) or bool(_DEVANAGARI.search(title)) != is_hindi:
        return None
    return f"ख़बर “{title}” में क्या बताया गया है?" if is_hindi else f"What does “{title}” report?"
