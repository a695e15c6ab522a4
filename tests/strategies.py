"""Articles made up for the property tests: mixed sentences, furniture, odd Unicode."""

from collections.abc import Sequence

from hypothesis import strategies as st

from index.load import RawArticle
from index.meta import Metadata

HINDI_WORDS = (
    "रूस के विदेश मंत्री सर्गेई लावरोव ने कहा कि पाकिस्तान को क़र्ज़ चाँद हिन्दी गये गई था है हैं "
    "की थे डॉ. श्री. एस. जयशंकर ए. पी. जे. अब्दुल कि.मी. २०१२ 3.5 जी20 स्पूतनिक-V "
    "(Russia) ‘पाकिस्तान स्ट्रीम’ क्\u200dष र्\u200cय"
).split()
ENGLISH_WORDS = (
    "The minister said Mr. Dr. U.S. J. K. Rowling at 5 p.m. Rs. 2,000 3.5 No. 5 Pakistan's "
    'café naïve “special” (SCO) e.g. Inc. "gas" - — Lavrov and of to in'
).split()
ENDS = (
    *("।", " ।", "॥", ".", "?", "!", "…", "...", "?!", "।”", ".”", ".'", "!’’", "?)", " |", ""),
    ".उन्होंने ",
)
FURNITURE = (
    "मई 5, 2023",
    "Mon. Dec 23rd, 2024",
    "By आदित्य सिंह",
    "By Namuna Wire | Updated: April 7, 2021 14:27 IST",
    "IMAGE SOURCE: ANI",
    "यह भी पढ़ें: रूस ने क्या कहा",
    "Share | Facebook | Twitter",
    "01:43",
    "विज्ञापन",
    "(सज्जाद हुसैन)",
    "लेखक",
    "Copyright © 2023 Dainik Namuna",
    "# शीर्षक",
    "---",
)
LINE_ENDS = ("\n", "\r\n", "\n\n", "\r\n\r\n", "\r", "\u2028", "\n    ", "\n \t\n", "\x85")
ODD = st.characters(exclude_categories=["Cs"])


def _sentence(words: Sequence[str]) -> st.SearchStrategy[str]:
    body = st.lists(st.sampled_from(words), min_size=1, max_size=14)
    gap = st.sampled_from((" ", " ", " ", "  ", "\u00a0"))
    return st.builds(
        lambda parts, space, end: space.join(parts) + end, body, gap, st.sampled_from(ENDS)
    )


def sentences() -> st.SearchStrategy[str]:
    """One sentence, or what passes for one, in Hindi, English or both."""
    return st.one_of(
        _sentence(HINDI_WORDS), _sentence(ENGLISH_WORDS), _sentence(HINDI_WORDS + ENGLISH_WORDS)
    )


def paragraphs() -> st.SearchStrategy[str]:
    """Up to eight sentences in a line."""
    return st.lists(sentences(), min_size=1, max_size=8).map(" ".join)


def articles() -> st.SearchStrategy[str]:
    """Make a file's text: paragraphs and furniture between line ends of every kind."""
    line = st.one_of(
        paragraphs(), paragraphs(), st.sampled_from(FURNITURE), st.text(ODD, max_size=12)
    )
    pair = st.tuples(line, st.sampled_from(LINE_ENDS))
    return st.lists(pair, max_size=12).map(lambda pairs: "".join(a + b for a, b in pairs))


def texts() -> st.SearchStrategy[str]:
    """Any text: an article, or anything Unicode allows, our two scripts more than others."""
    ours = st.sampled_from(
        [chr(c) for c in range(0x900, 0x980)] + list("aZ .?!|\n\"'-#1०\u200d\u0301")
    )
    return st.one_of(articles(), st.text(ours, max_size=200), st.text(ODD, max_size=200))


def raw(text: str) -> RawArticle:
    """Wrap a text as a file that states nothing of itself."""
    return RawArticle(text, Metadata())
