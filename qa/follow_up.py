"""A question that points back at the conversation becomes one that stands by itself.

By rule, or by what a model writes, which is checked. Pure: no model, no files.
"""

import re
from collections.abc import Iterable, Sequence

from index import Question, errors, sentences, stems
from qa import cite
from qa.pointing import Read, Word, content, in_name, is_noun, is_partial, points_back, split
from qa.prompt import LETTERS, Prompt, harmless, messages
from qa.types import Answer, AnswerLanguage, Excerpt, Exchange
from qa.words import REFUSAL

LONGEST = 200
"""Characters of a question that a model writes."""
_TOKENS = 80
_EXCHANGES = 3
"""How far back a question may point."""
_QUESTION_CHARS, _ANSWER_CHARS = 300, 500
"""What is read of an earlier question and of its answer."""
_WORDS_ADDED = 8
"""A chain of follow-ups would go on gathering words otherwise."""
_FROM_ANSWER = 3
"""Names that an answer gives first."""
_RARE = 0.4
"""Words rarer than this (`QueryTerm.rarity`) tell what a question is about, nouns or not."""
_SAME = 0.5
"""An alternative that weighs as much is the same word, not a distant synonym."""
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")


def is_follow_up(question: str, read: Read, history: Sequence[Exchange]) -> bool:
    """Whether a question cannot be understood without the ones before it."""
    if not history:
        return False
    try:
        words, asked = split(question, read)
    except errors.QuestionError:
        return False
    return points_back(words, asked.language) or is_partial(words)


def by_rule(question: str, history: Sequence[Exchange], read: Read) -> str | None:
    """Add to a follow-up what it points back to, in brackets; None if there is nothing to add.

    और कश्मीर पर उन्होंने क्या कहा? (लावरोव, इस्लामाबाद). It stays in the language it is in.
    """
    if not history:
        return None
    try:
        words, asked = split(question, read)
        before, was_asked = split(_asked_before(history, read), read)
    except errors.QuestionError:
        return None
    least = _RARE if is_partial(words) else float("inf")
    kept = [word for i, word in enumerate(before) if is_noun(before, i) or word.rarity >= least]
    added = _joined(was_asked.text, kept, [asked])
    # Whom or where: the answer says it, unless the question was who somebody is.
    is_known = all(word.is_name for word in before if word.rarity)
    if was_asked.asks in ("person", "place") and not is_known:
        added += _named(_texts(history[-1])[1], [asked, was_asked], read)
    return _written(question, asked, added, read)


def _named(answer: str, said: Sequence[Question], read: Read) -> list[list[Word]]:
    """Find the names in the first sentence of an answer that the questions have not said."""
    spans = sentences(answer)
    if not spans or answer in REFUSAL.values():
        return []
    sentence = answer[spans[0].start : spans[0].end]
    try:
        words, read_so = split(sentence, read)
    except errors.QuestionError:
        return []
    names = [word for i, word in enumerate(words) if in_name(words, i)]
    return _joined(read_so.text, names, said)[:_FROM_ANSWER]


def _joined(text: str, kept: Iterable[Word], said: Sequence[Question]) -> list[list[Word]]:
    """Leave out what was said already, and put together what stands together: इमरान ख़ान."""
    groups: list[list[Word]] = []
    for word in kept:
        held = set(stems(word.text))
        if any(term.match(held) >= _SAME for question in said for term in question.terms):
            continue
        last = groups[-1][-1] if groups else None
        together = last is not None and text[last.end : word.start] in (" ", "-")
        # A title goes with the name behind it; a place or a thing behind a name does not.
        if last and together and (word.is_name or not last.is_name):
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def _written(
    question: str, asked: Question, added: Sequence[Sequence[Word]], read: Read
) -> str | None:
    """Write words behind a question, as many as leave it a question of its language."""
    groups = [(_spelled(group, asked.language), group) for group in added]
    while groups:
        written = (
            f"{' '.join(question.split())} ({', '.join(dict.fromkeys(text for text, _ in groups))})"
        )
        if sum(len(group) for _, group in groups) <= _WORDS_ADDED:
            try:
                if read(written).language == asked.language:
                    return written
            except errors.QuestionError:
                pass
        others = [i for i, (_, group) in enumerate(groups) if not group[-1].is_name]
        groups.pop(others[-1] if others else -1)
    return None


def _spelled(group: Sequence[Word], language: AnswerLanguage) -> str:
    """Write words out; beside Latin letters, names in them: Hindi ones would turn the language."""
    if language == "hi":
        return " ".join(word.text for word in group)
    latin = [word.latin for word in group if word.latin.isascii()]
    return " ".join(latin or [word.text for word in group])


def _asked_before(history: Sequence[Exchange], read: Read) -> str:
    """Find what the last question stood for, be it a follow-up itself."""
    *earlier, last = history[-_EXCHANGES:]
    question, _ = _texts(last)
    if not isinstance(last, Answer) and is_follow_up(question, read, earlier):
        return by_rule(question, earlier, read) or question
    return question


def _texts(exchange: Exchange) -> tuple[str, str]:
    """Take from an exchange the question, standing by itself, and the answer; each cut."""
    if isinstance(exchange, Answer):
        question, answer = exchange.standalone or exchange.question, exchange.text
    else:
        question, answer = exchange
    answer = cite.unmarked(answer[: 10 * _ANSWER_CHARS])  # it may be a book: anybody can send one
    return _cut(question, _QUESTION_CHARS), _cut(answer, _ANSWER_CHARS)


def _cut(text: str, most: int) -> str:
    """Put a text on one line, and keep the whole words that `most` characters hold."""
    text = " ".join(text[: 10 * most].split())
    return text if len(text) <= most else text[: most + 1].rpartition(" ")[0] or text[:most]


def prompt_for(question: str, history: Sequence[Exchange], excerpts: Sequence[Excerpt]) -> Prompt:
    """Ask for a follow-up as it would be asked alone.

    `excerpts` are what was shown for the answer before: read once, they stand first again.
    """
    question = harmless(_cut(question, _QUESTION_CHARS))
    said = [_texts(exchange) for exchange in history[-_EXCHANGES:]]
    lines = [f"Question: {harmless(asked)}\nAnswer: {harmless(answer)}\n" for asked, answer in said]
    task = (
        f"Asked and answered before:\n{''.join(lines)}\nAsked now: {question}\n\n"
        "Do not answer it. Write it once more, in the same language and script, so that it can be "
        "understood alone: for each word that points back, write the name it stands for. Add "
        "nothing else and cite nothing."
    )
    # Of English and roman Hindi the letters are the same.
    is_hindi = len(_DEVANAGARI.findall(question)) * 2 > sum(map(str.isalnum, question))
    first, letter = LETTERS["hi" if is_hindi else "en"]
    grammar = (
        f"root ::= first letter{{3,{LONGEST - 2}}} [?.\\u0964]\n"
        f"first ::= {first}\nletter ::= {letter}\n"
    )
    return Prompt(messages(excerpts, task), grammar, _TOKENS)


def checked(written: str, question: str, history: Sequence[Exchange], read: Read) -> str | None:
    """Take what a model wrote for a follow-up, if it may be trusted; None if not.

    It must stand by itself, ask the same thing in the same language, keep every content word of
    the question, and have no other that was not said in the conversation, in either script.
    """
    written = harmless(written)
    if len(written) > LONGEST or is_follow_up(written, read, history):
        return None
    said = [_texts(exchange) for exchange in history[-_EXCHANGES:]]
    try:
        asked, rewritten = content(question, read), content(written, read)
    except errors.QuestionError:
        return None
    if rewritten.language != asked.language or asked.asks not in (None, rewritten.asks):
        return None
    spoken = [asked, *_read_all((text for text, _ in said), read)]
    texts = [question, *(text for exchange in said for text in exchange)]
    if _all_said(asked, [rewritten], [written]) and _all_said(rewritten, spoken, texts):
        return written
    return None


def _read_all(texts: Iterable[str], read: Read) -> list[Question]:
    found = []
    for text in texts:
        try:
            found.append(content(text, read))
        except errors.QuestionError:
            continue
    return found


def _all_said(question: Question, others: Sequence[Question], texts: Sequence[str]) -> bool:
    """Whether every content word of a question is in the texts, or the same as one of others."""
    held = set(stems("\n".join(texts)))
    same = {
        alternative
        for other in others
        for term in other.terms
        for alternative, weight in term.alternatives.items()
        if weight >= _SAME
    }
    return all(
        term.match(held) >= _SAME
        or (term.kind != "number" and not same.isdisjoint(stems(term.word)))
        for term in question.terms
    )
