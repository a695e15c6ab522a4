"""Page furniture: what a saved web page carries around the article.

Lines are classified, never changed: every offset goes on counting the file's own characters.
When in doubt a line is the article's, because a lost sentence is worse than a stray caption.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from index.chunk import LINE_END, words
from index.dates import find_dates, is_date_line
from index.devanagari import normalise
from index.types import Span


class Kind(Enum):
    """What a line of the file is."""

    TITLE = "title"
    BODY = "body"
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True)
class Line:
    """A line without the white space around it."""

    start: int
    end: int
    text: str
    kind: Kind


def _fold(text: str) -> str:
    """Make the two encodings of ढ़, and फ़ with and without its dot, alike."""
    return unicodedata.normalize("NFC", text).replace("\u093c", "")


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(_fold(pattern), re.IGNORECASE)


_NOT_IN_WORD = r"(?![\w\u0900-\u097f])"

# Lines that open like this are furniture whatever follows on them.
_LABELLED = _pattern(
    r"\W*(?:"
    r"(?:image|photo|picture|pic|video|photograph)s?\s*(?:source|credits?|courtesy|by)?\s*[:：]"
    r"|(?:image|photo|picture)\s+(?:source|credits?|courtesy)"
    r"|(?:फ़ोटो|फोटो|तस्वीर|छवि|चित्र|इमेज|वीडियो)(?:\s*(?:स्रोत|सोर्स|साभार|क्रेडिट|सौजन्य))?\s*[:：]"
    r"|(?:स्रोत|सौजन्य|साभार)\s*[:：]"
    r"|(?:disclaimer|डिस्क्लेमर|अस्वीकरण)\s*(?:[:：-]|$)"
    r"|(?:web\s*title|tags?|topics?|keywords?|filed under|categor(?:y|ies)|labels?)\s*[:：]"
    r"|(?:टैग|टैग्स|विषय|श्रेणी)\s*[:：]"
    r"|(?:also\s+(?:read|see|watch)|read\s+(?:also|more)|must\s+read|related(?:\s+\w+)?|watch)\s*[:：|-]"
    r"|(?:यह|ये|इसे)\s*भी\s*(?:पढ़ें|पढ़ें|देखें|पढ़े|पढ़िए|पढ़िये)"
    r"|(?:और|आगे)\s+(?:पढ़ें|पढ़ें|देखें)"
    r"|(?:देखें|पढ़ें|पढ़ें|वीडियो)\s*[:：]"
    r"|(?:©|(?:copyright|कॉपीराइट)\s*(?:©|\(c\)|\d|[:：])|all rights reserved|सर्वाधिकार सुरक्षित)"
    r")"
)
# Whole lines that are buttons, menus and form fields.
_WHOLE = _pattern(
    r"\W*(?:"
    r"advertisements?|विज्ञापन|share(?:\s+(?:this|on|via)[\w\s,/|]*)?|शेयर(?:\s*कर(?:ें|े))?|साझा करें"
    r"|(?:facebook|twitter|whatsapp|telegram|linkedin|instagram|youtube|email|copy link|print|x"
    r"|फ़?ेसबुक|फेसबुक|ट्विटर|व्हाट्सऐप|व्हाट्सएप|टेलीग्राम|ईमेल|प्रिंट)"
    r"(?:[\s|,/•·]+(?:facebook|twitter|whatsapp|telegram|linkedin|instagram|youtube|email|copy link"
    r"|print|share|x|फेसबुक|ट्विटर|व्हाट्सऐप|व्हाट्सएप|टेलीग्राम|ईमेल|प्रिंट))*"
    r"|comments?(?:\s*\(?\d+\)?)?|\d+\s+comments?|टिप्पणियाँ|टिप्पणियां|subscribe"
    r"|sign (?:in|up)|log ?in"
    r"|सब्सक्राइब(?:\s*कर(?:ें|े))?|read more|also read|related (?:stories|articles|news|posts)|trending"
    r"|must read|more stories|संबंधित (?:ख़बरें|खबरें|लेख)|home|होम|menu|search|skip to content"
    r"|editorial (?:team|board|desk)|(?:web|news|online|digital)\s*desk|staff (?:reporter|writer)"
    r"|(?:\d+\s*)?min(?:ute)?s?\s+read|listen to (?:this )?(?:article|story)"
    r"|(?:name|email|e-mail|website|comment|नाम|ईमेल|वेबसाइट|टिप्पणी)\s*\*?"
    r"|post comment|submit|टिप्पणी भेजें|save my name.*|your email address will not be published.*"
    r"|required fields are marked.*|आपका ईमेल.*प्रकाशित नहीं.*"
    r"|(?:about the )?author|लेखक|लेखिका|लेखक के बारे में|लेखक परिचय"
    r")\W*"
)
_COMMENT_FORM = _pattern(
    r"\W*(?:leave a (?:reply|comment)|post a comment|join the (?:discussion|conversation)"
    r"|अपनी (?:राय|टिप्पणी|प्रतिक्रिया) (?:दें|लिखें|छोड़ें)|(?:टिप्पणी|कमेंट|जवाब|प्रतिक्रिया) "
    r"(?:करें|लिखें|छोड़ें|दें|दीजिए))(?:\s*(?:reply|cancel reply))?\W*"
)
_AUTHOR_LABEL = _pattern(r"\W*(?:(?:about the )?author|लेखक|लेखिका|लेखक के बारे में|लेखक परिचय)\W*")
_BYLINE = _pattern(
    r"\W*(?:(?:written|reported|edited|posted|published|compiled|story)\s+by\b|by\s+(?=[A-Z\u0900-\u097f])"
    r"|(?:लेखक|लेखिका|रिपोर्ट|रिपोर्टर|संवाददाता|संपादन|संपादक|लेखन)\s*[:：-]|द्वारा\s+)\s*"
)
_VIDEO_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
# An invitation needs both: someone addressed, and something to click, follow or install.
_ADDRESS = _pattern(
    r"(?<![\w\u0900-\u097f])(?:us|our|you|your|आप|हमें|हमारे|हमारा|हमारी|हमसे|यहां|यहाँ|here|now|अभी)"
    + _NOT_IN_WORD
)
_INVITATION = _pattern(
    r"click|follow us|subscribe|download (?:the|our)|join (?:us|our)|like us|sign up"
    r"|whatsapp channel"
    r"|newsletter|get the latest|for more (?:news|updates|stories)|stay (?:tuned|updated)"
    r"|क्लिक\s*कर|फ़ॉलो|फ़ॉलो|फॉलो|सब्सक्राइब|लाइक\s*कर|डाउनलोड\s*कर|जुड़ने के लिए|जुड़ने के लिए|जुड़ें|जुड़ें"
    r"|खबरों\s*के\s*लिए|ख़बरों\s*के\s*लिए|खबरोंके लिए"
)
_FEED_NOTE = _pattern(
    r"(?:feed|फ़ीड|फीड).{0,60}(?:publish|generated|प्रकाशित|ली गई)|not been edited by"
    r"|(?:संपादित|एडिट) नहीं किया"
)
_MAX_FURNITURE_WORDS = 60
_MAX_TITLE_WORDS = 40
_MAX_AUTHOR_BOX_WORDS = 60
_ENDS_SENTENCE = re.compile(r"[।॥.!?…|][\"'”’»)\]]*$")
_REPORTER = re.compile(r"\(([^()\d।]{3,40})\)")  # "(सज्जाद हुसैन)": agencies name reporters so
FRONT_MATTER = re.compile(r"---[ \t]*\r?\n.*?\r?\n---[ \t]*(?=\r?\n|$)", re.DOTALL)


def classify(text: str) -> list[Line]:
    """Sort the non-blank lines of a file into title, body and furniture, in order.

    At most one line is the title. If nothing would be left as body, everything is body: a file
    that looks like furniture throughout is an unusual article, not an empty one.
    """
    lines = _lines(text)
    furniture = _furniture(lines, _front_matter_end(text))
    title = _title_line(lines, furniture)
    if title is not None:
        furniture |= _repeats(lines, title)
    if len(furniture) + (title is not None) == len(lines):
        return lines
    kinds = dict.fromkeys(furniture, Kind.FURNITURE) | (
        {title: Kind.TITLE} if title is not None else {}
    )
    return [replace(line, kind=kinds.get(i, Kind.BODY)) for i, line in enumerate(lines)]


def body_runs(lines: Sequence[Line]) -> list[Span]:
    """Join body lines that no furniture separates; passages stay within one such run."""
    runs: list[Span] = []
    open_run = False
    for line in lines:
        if line.kind is not Kind.BODY:
            open_run = False
        elif open_run:
            runs[-1] = Span(runs[-1].start, line.end)
        else:
            runs.append(Span(line.start, line.end))
            open_run = True
    return runs


def author(lines: Sequence[Line]) -> str | None:
    """Read the author's name from a byline, or from the line under "लेखक" or "Author"."""
    for i, line in enumerate(lines):
        if line.kind is not Kind.FURNITURE:
            continue
        if byline := _BYLINE.match(_fold(line.text)):
            return _name(_fold(line.text)[byline.end() :])
        if _AUTHOR_LABEL.fullmatch(_fold(line.text)) and i + 1 < len(lines):
            return _name(lines[i + 1].text)
    for line in lines:
        if line.kind is Kind.FURNITURE and (match := _REPORTER.fullmatch(line.text)):
            return match.group(1).strip()
    return None


def _name(text: str) -> str | None:
    """Cut a byline where the name ends: at a bar, a date, a bracket, a comma or a label."""
    name = re.split(r"\s*[|•·,;(]|\s+[-–—]\s+|\s{3,}", text, maxsplit=1)[0]
    found = find_dates(name)
    name = (name[: found[0].start] if found else name).strip(" :.-–—")
    name = re.sub(r"\s*(?:updated|published|posted|on)$", "", name, flags=re.IGNORECASE)
    return name if 0 < words(name) <= 6 else None


def _lines(text: str) -> list[Line]:
    lines = []
    position = 0
    for end, following in [(m.start(), m.end()) for m in LINE_END.finditer(text)] + [
        (len(text),) * 2
    ]:
        raw = text[position:end]
        if stripped := raw.strip():
            start = position + len(raw) - len(raw.lstrip())
            lines.append(Line(start, start + len(stripped), stripped, Kind.BODY))
        position = following
    return lines


def _front_matter_end(text: str) -> int:
    match = FRONT_MATTER.match(text)
    return match.end() if match else 0


def _furniture(lines: Sequence[Line], front_matter_end: int) -> set[int]:
    """Index the lines that are furniture, by what they say and by what stands before them."""
    found: set[int] = set()
    for i, line in enumerate(lines):
        if line.start < front_matter_end or _is_furniture(line.text):
            found.add(i)
        elif (
            i and _VIDEO_TIME.fullmatch(lines[i - 1].text) and not _ENDS_SENTENCE.search(line.text)
        ):
            found.add(i)  # a video's title under its length
        elif (
            i
            and _AUTHOR_LABEL.fullmatch(lines[i - 1].text)
            and words(line.text) <= 6
            and not _ENDS_SENTENCE.search(line.text)
        ):
            found.add(i)  # the name under "लेखक"
    for i, line in enumerate(lines):
        if _COMMENT_FORM.fullmatch(_fold(line.text)):
            found.update(range(i, len(lines)))
            break
    return found | _author_box(lines, found)


def _is_furniture(text: str) -> bool:
    line = _fold(text)
    if _WHOLE.fullmatch(line) or _VIDEO_TIME.fullmatch(line) or _COMMENT_FORM.fullmatch(line):
        return True
    count = words(line)
    if count > _MAX_FURNITURE_WORDS:
        return False
    if _LABELLED.match(line) or is_date_line(text) or _FEED_NOTE.search(line):
        return True
    if _BYLINE.match(line) and count <= 14 and not _ENDS_SENTENCE.search(line):
        return True
    if _REPORTER.fullmatch(line):
        return True
    return bool(_INVITATION.search(line) and _ADDRESS.search(line))


def _author_box(lines: Sequence[Line], furniture: set[int]) -> set[int]:
    """Find the note on the author that follows a byline at the foot of the page."""
    total = sum(words(line.text) for i, line in enumerate(lines) if i not in furniture)
    for i, line in enumerate(lines):
        if i not in furniture or not _BYLINE.match(_fold(line.text)):
            continue
        rest = [j for j in range(i + 1, len(lines)) if j not in furniture]
        after = sum(words(lines[j].text) for j in rest)
        if after <= min(_MAX_AUTHOR_BOX_WORDS, total // 4):
            return set(rest)
    return set()


def _title_line(lines: Sequence[Line], furniture: set[int]) -> int | None:
    """Find the headline: the first line that is not furniture, if it reads like one."""
    first = next((i for i in range(len(lines)) if i not in furniture), None)
    if first is None:
        return None
    text = lines[first].text
    heading = text.startswith("# ")
    if not heading and (words(text) > _MAX_TITLE_WORDS or re.search(r"[।॥.]$", text)):
        return None
    others = any(i not in furniture for i in range(first + 1, len(lines)))
    return first if others else None


def _repeats(lines: Sequence[Line], title: int) -> set[int]:
    """Find the lines that only say the headline again, in one language or in two."""
    headline = _bare(lines[title].text)
    found = set()
    for i, line in enumerate(lines):
        halves = [_bare(half) for half in re.split(r"\s+\|\s+", line.text)]
        if i != title and headline and (headline in halves or _bare(line.text) == headline):
            found.add(i)
    return found


def _bare(text: str) -> str:
    return " ".join(re.findall(r"[\w\u0900-\u0963\u0966-\u097f]+", normalise(text)))


def headline(text: str) -> str:
    """Take heading marks, white space and the site's name after a bar off a title line."""
    title = " ".join(text.lstrip("# ").split())
    head, bar, site = title.rpartition(" | ")
    return head if bar and words(head) >= 4 and words(site) <= 8 else title
