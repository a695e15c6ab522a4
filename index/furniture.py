"""What page furniture says: the words of buttons, credits, bylines, captions and invitations.

Judges one line by itself; where the line stands on the page is for `index.clean`.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cached_property, lru_cache

from index import dates
from index.chunk import words
from index.devanagari import normalise
from index.stopwords import HINDI

_JOINERS = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff"))


@lru_cache(maxsize=1_000)
def _fold(text: str) -> str:
    """Make spellings alike that newspapers mix: both encodings of ढ़, its dot, चाँद and चांद."""
    text = unicodedata.normalize("NFC", text).translate(_JOINERS)
    return text.replace("\u093c", "").replace("ँ", "ं").replace("\u00a0", " ")


_Finds = Callable[[str], re.Match[str] | None]


class _Pattern:
    """A pattern for folded lines, compiled when it is first used.

    All take a tenth of a second, and what only opens files has no use for them.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(_fold(self._pattern), re.IGNORECASE)

    @cached_property
    def match(self) -> _Finds:
        return self._compiled.match

    @cached_property
    def fullmatch(self) -> _Finds:
        return self._compiled.fullmatch

    @cached_property
    def search(self) -> _Finds:
        return self._compiled.search


_LETTER = r"[\w\u0900-\u0963\u0966-\u097f]"
_NOT_IN_WORD = rf"(?!{_LETTER})"
_NOT_AFTER_LETTER = rf"(?<!{_LETTER})"
_ENDS_SENTENCE = re.compile(r"[।॥.!?…|][\"'”’»)\]]*$")
_ENDS_HINDI_SENTENCE = re.compile(r"[।॥][\"'”’»)\]]*$")
_PLATFORM = (
    r"(?:facebook|fb|twitter|whatsapp|telegram|linkedin|instagram|youtube|google(?: news)?|koo"
    r"|reddit"
    r"|pinterest|e-?mail|copy link|print|share|tweet|x"
    r"|फ़ेसबुक|ट्विटर|व्हाट्सऐप|व्हाट्सएप|वॉट्सऐप|वॉट्सएप|टेलीग्राम|इंस्टाग्राम|यूट्यूब"
    r"|लिंक्डइन|ईमेल|प्रिंट|शेयर|गूगल न्यूज़)"
)
_AGENCY = (
    r"(?:ani|pti|ians|uni|afp|ap|reuters|bloomberg|getty(?: images)?|shutterstock|agenc(?:y"
    r"|ies)|भाषा|वार्ता"
    r"|एएनआई|पीटीआई|पीटीआई[- ]भाषा|आईएएनएस|यूएनआई|एएफपी|एपी|रॉयटर्स|रायटर|एजेंसी|एजेंसियां"
    r"|गेटी(?: इमेजेज़)?)"
)
_OUTLET = (
    r"(?:nbt|नवभारत ?टाइम्स(?:\.कॉम)?|navbharat times|(?:दैनिक )?जागरण|(?:dainik )?jagran"
    r"|अमर उजाला|amar ujala"
    r"|(?:दैनिक )?भास्कर|dainik bhaskar|bbc(?: news)?(?: hindi| हिंदी| हिन्दी)?"
    r"|बीबीसी(?: न्यूज़)?(?: हिंदी| हिन्दी)?"
    r"|ndtv(?: india| ?इंडिया| khabar)?|एनडीटीवी(?: इंडिया)?|आज ?तक|aaj ?tak|news ?18(?: hindi"
    r"| हिंदी)?"
    r"|न्यूज़ ?18(?: हिंदी)?|abp(?: news)?|एबीपी(?: न्यूज़| लाइव)?|the hindu"
    r"|(?:the )?times of india|toi"
    r"|hindustan times|live ?hindustan|लाइव हिन्दुस्तान|india today|(?:the )?indian express"
    r"|जनसत्ता|jansatta"
    r"|zee news|ज़ी न्यूज़|प्रभात ख़बर|राजस्थान पत्रिका|पंजाब केसरी|लोकमत(?: हिन्दी| हिंदी)?"
    r"|नईदुनिया|hindi news|हिंदी न्यूज़)"
)
_DESK = (
    r"(?:(?:[\w\u0900-\u097f.]+ )?(?:news|web|online|digital|world|national|sports|business"
    r"|tech|international"
    r"|state|city|न्यूज़|वेब|डिजिटल|वर्ल्ड|नेशनल|स्पोर्ट्स|बिज़नेस|टेक|ऑनलाइन|इंटरनेशनल"
    r"|खेल) ?(?:desk|डेस्क)"
    r"|टीम डिजिटल|डिजिटल टीम|(?:[\w\u0900-\u097f.]+ ){0,2}संवाददाता"
    r"|(?:editorial|digital|web) (?:team|board|desk)"
    r"|(?:[\w-]+ ){1,3}(?:correspondent|bureau)|staff (?:reporter|writer|correspondent)"
    r"|(?:senior |chief )?sub[- ]editor)"
)
_OUTLET_NAME = _Pattern(_OUTLET)
# Platforms and outlets in a row: what stands between the names of a share bar.
_BAR = r"[\s|,/•·:>»›-]+"

# Lines that open like this are furniture whatever follows on them.
_LABELLED = _Pattern(
    r"\W*(?:"
    r"(?:image|photo|picture|pic|video|photograph)s?\s*(?:source|credits?|courtesy|by"
    r"|caption)?\s*[:：]"
    r"|(?:image|photo|picture)\s+(?:source|credits?|courtesy|caption)|file photo\s*[:：-]"
    r"|(?:फ़ोटो|तस्वीर|छवि|चित्र|इमेज|वीडियो)(?:\s*(?:स्रोत|सोर्स|साभार|क्रेडिट|सौजन्य"
    r"|कैप्शन))?\s*[:：]"
    r"|(?:इमेज|तस्वीर|फ़ोटो|वीडियो)\s+(?:स्रोत|सोर्स|क्रेडिट|कैप्शन)\s*(?:,|$)"
    rf"|(?:फ़ोटो|तस्वीर|photo|pic)\s*[-–—]\s*{_AGENCY}"
    r"|(?:सौजन्य|साभार)\s*[:：]"
    r"|(?:disclaimer|डिस्क्लेमर|अस्वीकरण)\s*(?:[:：]|$)"
    r"|web\s*title\s*[:：]|filed under\s*[:：]"
    r"|also\s+(?:read|see|watch)\s*[:：|–-]|read\s+(?:also|more)\s*[:：|–-]|must\s+read\s*[:：|–-]"
    r"|(?:related(?:\s+(?:stor(?:y|ies)|news|articles?|posts?|reads?|coverage|videos?))?"
    r"|watch)\s*[:：|]"
    r"|(?:यह|ये|इसे)\s*भी\s*(?:पढ़ें|देखें|पढ़िए|पढ़िये|सुनें)(?!\s*(?:कि|तो|और|गे)(?:\s|$))"
    r"|(?:यह|ये|इसे)\s*भी\s*(?:पढ़े|देखे)\s*(?:[:：|–]|-\s|$)"
    r"|(?:और|आगे)\s+(?:पढ़ें|देखें)\s*(?:[:：|–-]|$)"
    r"|(?:देखें|पढ़ें|सुनें|वीडियो)\s*(?:[:：|]|[-–]\s)"
    r"|©\s*(?:copyright|कॉपीराइट|\d)"
    r"|(?:copyright|कॉपीराइट)\s*(?:©|\(c\)|[:：])|all rights reserved|सर्वाधिकार सुरक्षित"
    r")"
)
# So do these, unless a sentence follows: "Source: PTI", but "Labels: the court said they mislead."
_SHORT_LABELLED = _Pattern(
    r"\W*(?:"
    r"(?:tags?|topics?|keywords?|labels?|categor(?:y|ies)|source|inputs?|posted in"
    r"|share(?: this)?)\s*[:：]"
    r"|(?:टैग|टैग्स|टॉपिक|विषय|श्रेणी|स्रोत|इनपुट|शेयर कर(?:ें|े)|साझा करें)\s*[:：]"
    r"|पदनाम\s*,"
    r"|©|(?:copyright|कॉपीराइट)\s*\d|tags\s+(?=[A-Z])"
    r"|(?:disclaimer|डिस्क्लेमर)\s*-"
    r"|with inputs? from|file photo"
    r")"
)
# Whole lines that are buttons, menus, credits and form fields.
_WHOLE = _Pattern(
    r"\W*(?:"
    r"-?\s*advertisements?\s*-?(?:\s*scroll to continue)?|scroll to continue"
    r"|story continues below this ad"
    r"|article continues below(?: advertisement)?|sponsored|promoted|विज्ञापन"
    rf"|share(?:\s+(?:this|on|via)[\w\s,/|]*)?|शेयर\s*कर(?:ें|े)|साझा करें"
    rf"|{_PLATFORM}(?:{_BAR}{_PLATFORM})*"
    rf"|{_PLATFORM}\s+पर\s+(?:शेयर|साझा)\s*कर(?:ें|े)|लिंक कॉपी करें|कॉपी लिंक"
    rf"|follow us(?: on:?)?|हमें फॉलो करें"
    r"|(?:view |read |show |all |post a |add a )?comments?(?:\s*\(?\d+\)?)?"
    r"|\d+\s+comments?(?:\s*[|/].{0,60})?"
    r"|टिप्पणियां|कमेंट्स?|\d+ टिप्पणियां"
    r"|subscribe(?: now| here)?|sign (?:in|up|out)(?: now)?|log ?(?:in|out)|लॉग ?इन(?: करें)?"
    r"|साइन इन"
    r"|(?:न्यूज़लेटर |अभी )?सब्सक्राइब(?:\s*कर(?:ें|े))?|read (?:more|later|also|full (?:story"
    r"|article))|also read"
    r"|और (?:पढ़ें|देखें)|आगे पढ़ें|पूरा पढ़ें|(?:यह|ये) भी (?:पढ़ें|देखें)"
    r"|related (?:stories|articles|news|posts|topics|videos?)|trending(?: now| news| topics)?"
    r"|ट्रेंडिंग(?: न्यूज़)?"
    r"|must read|more stories|more from .{1,40}|संबंधित (?:ख़बरें|लेख|विषय|वीडियो)|home|होम"
    r"|menu|मेन्यू|search|खोजें"
    r"|skip to (?:main )?content|close|back to top|support us|font size|a a a|aa|a- a a\+"
    r"|bookmark|save"
    r"|(?:next|previous|prev) (?:story|article|post|news)|(?:अगली|पिछली) (?:ख़बर|स्टोरी)"
    r"|(?:अगला|पिछला) (?:लेख|पोस्ट)"
    r"|(?:top|latest|breaking|most read|popular) (?:stories|news|posts|headlines|articles)"
    r"|most (?:read|popular)"
    r"|(?:बड़ी|ताज़ा|टॉप|लेटेस्ट|ब्रेकिंग|मुख्य) (?:ख़बरें|न्यूज़|ख़बर)|सबसे (?:ज्यादा"
    r"|अधिक) पढ़(?:े|ी) (?:गए|गई|जाने वाले)"
    r"|photo gallery|watch video|वीडियो देखें|देखें वीडियो|फोटो गैलरी|video|वीडियो"
    r"|(?:story |स्टोरी )?(?:highlights|हाइलाइट्स)|टॉपिक|tags?|topics?|टैग्स?"
    r"|(?:\d+\s*)?min(?:ute)?s?\s+read|(?:reading|read) time:?\s*\d+ min(?:ute)?s?"
    r"|पढ़ने का समय\s*[:：]?\s*\d+ मिनट|\d+ मिनट (?:में पढ़ें|का पाठ)"
    r"|(?:updated |अपडेटेड )?\d+ (?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?"
    r"|months?) ago"
    r"|\d+ (?:मिनट|घंटे|घंटा|दिन|हफ्ते|महीने) पहले"
    r"|listen to (?:this )?(?:article|story)|(?:इस )?ख़बर (?:को )?सुनें|आर्टिकल सुनें"
    r"|(?:your )?(?:name|email|e-mail|website|comment)\s*\*?|(?:नाम|ईमेल|वेबसाइट|टिप्पणी)\s*\*?"
    r"|post comment|submit|टिप्पणी भेजें|save my name.*"
    r"|your email address will not be published.*"
    r"|required fields are marked.*|आपका ईमेल.*प्रकाशित नहीं.*"
    r"|(?:about the )?author|लेखक|लेखिका|लेखक के बारे में|लेखक परिचय"
    r"|accept(?: all)?(?: cookies)?|(?:we|this (?:web)?site) uses? cookies.*"
    r"|this website follows the dnpa.*"
    r"|(?:[\w\u0900-\u097f.,]+ ){0,6}?[(\[]?\s*(?:फाइल फोटो|file photo|फाइल)\s*[)\]]?"
    r"|(?:प्रतीकात्मक|सांकेतिक|फाइल) (?:तस्वीर|फोटो|चित्र)|तस्वीर का कैप्शन|representat(?:ional"
    r"|ive) (?:image|photo|picture)"
    rf"|{_AGENCY}(?:{_BAR}{_AGENCY})*|{_OUTLET}(?:{_BAR}{_OUTLET})*"
    rf"|(?:इनपुट|input)s?\s*[-–—]\s*(?:{_AGENCY}|{_OUTLET})|(?:{_AGENCY}"
    rf"|{_OUTLET}) (?:के )?इनपुट(?: के साथ| से)?"
    rf"|(?:inputs?|एजेंसी|with inputs?) from (?:{_AGENCY}|{_OUTLET})"
    rf"|(?:{_DESK}|{_AGENCY}|{_OUTLET} (?:नेटवर्क|ब्यूरो|bureau|network))(?:\s*,[^।.]{{1,40}})?"
    r"|(?:download|get|install|open|read in|use) (?:the |our )?app|ऐप (?:पर|में) पढ़ें"
    r"|whatsapp group join now"
    r"|click to share.*|like this:?|loading\W*|was this article helpful|sponsored links"
    r"|(?:you may|you might) (?:also )?like|recommended(?: stories| for you)?"
    r"|powered by .{1,30}|विस्तार|सार"
    r"|terms of (?:use|service)|privacy policy|about us|contact us|हमारे बारे में|संपर्क करें"
    r"|live ?tv|लाइव टीवी"
    r"|[^।.]{1,40} (?:की|से|पर) और ख़बरें|(?:ये|यह) लेखक के (?:अपने |निजी )+विचार हैं|(?:इस "
    r"|यह |ये )?(?:आर्टिकल|ख़बर|लेख|पोस्ट)"
    r" (?:को )?शेयर करें|लेखक के ये निजी विचार हैं|catch all the latest .*"
    rf"|(?:[\w\u0900-\u097f]+ ){{0,2}}[\w\u0900-\u097f]+,\s*(?:{_AGENCY}|{_OUTLET})"
    rf"|(?:[\w\u0900-\u097f]+ ){{1,3}}से {_OUTLET} के लिए"
    r"|(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)*\.(?:com|in|org|net|कॉम)"
    r")\W*"
)
_ENDS_IN_PICTURE_CREDIT = _Pattern(
    r".*(?:[(\[]\s*(?:(?:फाइल |प्रतीकात्मक |सांकेतिक )?(?:फोटो|तस्वीर|चित्र)|(?:file "
    r"|representational )?"
    r"(?:photo|image|picture|pic))\s*(?:(?:credits?|courtesy|source|साभार"
    r"|सौजन्य)\s*)?(?:[:：/–-].{0,40})?[)\]]"
    r"|\|\s*(?:photo|image|picture|फोटो)\s*(?:credits?|साभार)?\s*[:：].{0,60})[.।]?"
)
_SYNDICATED = _Pattern(
    r"(?:auto-?generated|publish\w*|प्रकाशित|ली गई).{0,40}\bfeed\b"
    r"|(?:syndicated?|सिंडिकेटे?ड?|सिंडीकेटे?ड?|एजेंसी|भाषा|पीटीआई).{0,12}(?:feed|फीड)"
    r"|(?:story|article|report|copy|item|headline).{0,40}not been (?:edited|created) by"
    r"|(?:ख़बर|लेख|रिपोर्ट|समाचार|स्टोरी).{0,40}(?:संपादित|एडिट) नहीं किया"
)
_COMMENT_FORM = _Pattern(
    r"\W*(?:leave a (?:reply|comment)|post a comment|add a comment|join the (?:discussion"
    r"|conversation)"
    r"|(?:one|\d+) (?:thoughts?|responses?|replies) (?:on|to) .{3,}"
    r"|अपनी (?:राय|टिप्पणी|प्रतिक्रिया) (?:दें|लिखें|छोड़ें)|(?:टिप्पणी|कमेंट|जवाब|प्रतिक्रिया) "
    r"(?:करें|लिखें|छोड़ें|दें|दीजिए))(?:\s*(?:reply|cancel reply))?\W*"
)
_AUTHOR_LABEL = _Pattern(r"\W*(?:(?:about the )?author|लेखक|लेखिका|लेखक के बारे में|लेखक परिचय)\W*")
# Labels of those who wrote it; those who edited or published it are named only failing them.
_WRITER = re.compile(
    r"\W*(?:(?:written|reported|story)\s+by\b\s*[:：-]?|by\s*[:：]|by\s+(?=[A-Z\u0900-\u097f])"
    r"|authors?\s*[:：]"
    r"|(?:लेखक|लेखिका|रिपोर्ट|रिपोर्टर|संवाददाता|लेखन)\s*[:：,-]|द्वारा\s+(?:लिखित\s*[:：]\s*)?)\s*",
    re.IGNORECASE,
)
_EDITOR = re.compile(
    r"\W*(?:(?:edited|posted|published|compiled|curated)\s+by\b\s*[:：-]?|editor\s*[:：]"
    r"|(?:संपादन|संपादक|प्रकाशक|संपादित)\s*[:：-])\s*",
    re.IGNORECASE,
)
# Small words that a byline may hold beside names: "and", "Updated", "IST".
_BYLINE_WORDS = frozenset(
    "by and on at of in the for from edited written reported posted published updated compiled "
    "story curated ist am pm gmt min mins read last first date time".split()
)
_MAX_BYLINE_WORDS = 16
_VIDEO_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_MAX_FURNITURE_WORDS = 60
_MAX_LABEL_WORDS = 30
_MAX_CAPTION_WORDS = 40
_MAX_BUTTON_WORDS = 8

# An invitation asks the reader to click, follow or install something of the newspaper's.
_ORDER = (
    r"(?:(?:फॉलो|फौलो|सब्सक्राइब|लाइक|जॉइन|ज्वाइन|डाउनलोड|क्लिक)\s*(?:भी\s*)?(?:करें|करे|कीजिए"
    r"|करिए|कर सकते|करना न)"
    rf"|जुड़ें|जुड़िए|जुड़ सकते|जुड़े रहें|जुड़ने के लिए|इब करें){_NOT_IN_WORD}"
)
_MEDIUM = (
    rf"{_NOT_AFTER_LETTER}(?:{_PLATFORM}|app|channel|page|newsletter|news|stories|updates?"
    rf"|headlines"
    r"|(?:ख़बर|न्यूज़|समाचार|अपडेट|चैनल|पेज|ऐप|एप|ऐप्प|वीडियो)[\u0900-\u097f]*)(?![a-z])"
)
_INVITATION = _Pattern(
    # हमें, हमारे, with the order and what to follow in any order
    rf"^(?=.*{_NOT_AFTER_LETTER}(?:हमें|हमारे|हमारा|हमारी"
    rf"|हमसे){_NOT_IN_WORD})(?=.*{_ORDER}).*{_MEDIUM}"
    rf"|^(?=.*(?:यहां|इस लिंक पर)\s*क्लिक\s*कर).*{_MEDIUM}"
    rf"|(?:ख़बर|न्यूज़|समाचार|अपडेट)[\u0900-\u097f]*\s*(?:पढ़ने |पाने "
    rf"|जानने )?के\s*लिए.*{_ORDER}"
    r"|(?:ऐप|एप|ऐप्प)\s*डाउनलोड\s*करने\s*के\s*लिए"
    rf"|^(?=.*(?:^\W*|[.!?,;:|]\s*|\b(?:also|can|and|please|now|here)\s+)(?:(?:follow|join|like"
    rf"|visit) (?:us|our)|(?:subscribe to|download) (?:us"
    rf"|our))\b).*{_MEDIUM}"
    rf"|^(?=.*\bclick here\b).*{_MEDIUM}|^\W*follow [\w .]{{2,40}} on {_PLATFORM}{_NOT_IN_WORD}"
    r"|^\W*(?:click here|get (?:the )?latest|stay (?:tuned|updated|connected))\b"
    r"|^\W*for (?:more|all(?: the)?|(?:the )?latest) (?:news|updates|stories)\b"
    r".*\b(?:follow|visit|read|click|download|check|stay|log on|subscribe|like)\b"
    r"|\b(?:get|sign up for|subscribe to) (?:the|our)\b.{0,50}(?:newsletter|briefing"
    r"|in your inbox)"
    r"|^\W*download (?:the|our)\b.{0,40}\bapp\b"
)
# Ends in the order itself, with nothing told: "दैनिक जागरण ऐप डाउनलोड करें".
_BUTTON = _Pattern(r".*(?:ऐप|एप|ऐप्प|चैनल|न्यूज़लेटर)\s*(?:को )?(?:डाउनलोड|सब्सक्राइब|फॉलो)\s*करें")
# What an article tells of others' clicking and following is reported speech.
_REPORTED = _Pattern(
    rf"{_NOT_AFTER_LETTER}(?:कहा|कहते|कहती|बोले|बताया|अपील|चेतावनी|कि|said|says|say|told|tells"
    rf"|asked|urged|warned"
    rf"|according|मुताबिक|अनुसार){_NOT_IN_WORD}|^\W*?[\"“‘«]"
)
_BREADCRUMB = re.compile(r"[^/»›>|]{1,40}(?:\s+[/»›>]\s+[^/»›>|]{1,40}){2,}")
_BREADCRUMB_HOME = _Pattern(r"\W*(?:home|होम|news|hindi news|हिंदी न्यूज)\s*[/»›>]\s*\S.{0,60}")
_HASHTAGS = re.compile(r"(?:#[\w\u0900-\u097f]+[\s,|]*){2,}")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)|\[(?:image|img|photo)\b[^\]]*\]", re.IGNORECASE)
# "(सज्जाद हुसैन)": agencies name reporters so.
_REPORTER = re.compile(r"\((?P<name>[^\W\d_][^()\d।:：/–]{2,40})\)")


def is_furniture(text: str) -> bool:
    """Whether a line is furniture wherever on the page it stands."""
    line = _fold(text).strip()
    if not any(char.isalnum() for char in line):
        return True  # a rule of dashes or stars
    if _WHOLE.fullmatch(line) or is_video_time(text) or _COMMENT_FORM.fullmatch(line):
        return True
    count = words(line)
    if count > _MAX_FURNITURE_WORDS:
        return False
    sentence = bool(_ENDS_SENTENCE.search(line))
    if _LABELLED.match(line) or _IMAGE.fullmatch(line) or _HASHTAGS.fullmatch(line):
        return True
    if _SHORT_LABELLED.match(line) and count <= _MAX_LABEL_WORDS and not sentence:
        return True
    if not sentence and (_BREADCRUMB.fullmatch(line) or _BREADCRUMB_HOME.fullmatch(line)):
        return True
    if _ENDS_IN_PICTURE_CREDIT.fullmatch(line) and count <= _MAX_CAPTION_WORDS:
        return True
    if dates.is_date_line(text) and not dates.is_bare(text):
        return True
    if not sentence and count <= _MAX_BYLINE_WORDS and dates.has_stamp(text):
        return True
    if _SYNDICATED.search(line) or byline(text) is not None:
        return True
    return _is_invitation(line, count)


def _is_invitation(line: str, count: int) -> bool:
    if _REPORTED.search(line):
        return False
    button = count <= _MAX_BUTTON_WORDS and _BUTTON.fullmatch(line)
    return bool(button or _INVITATION.search(line))


def is_comment_form(text: str) -> bool:
    """Whether a line opens the form, or the list, of readers' comments."""
    return bool(_COMMENT_FORM.fullmatch(_fold(text)))


def is_video_time(text: str) -> bool:
    """Whether a line is nothing but the length of a video."""
    return bool(_VIDEO_TIME.fullmatch(text))


def is_author_label(text: str) -> bool:
    """Whether a line says that the author is named on the next."""
    return bool(_AUTHOR_LABEL.fullmatch(_fold(text)))


def byline(text: str) -> str | None:
    """Read what follows "By" or "लेखक:" on a line that is a byline; None on any other."""
    return writer(text) or editor(text)


def writer(text: str) -> str | None:
    """Read what follows a label such as "Written by"; None if the line is no such byline."""
    return _labelled_name(_WRITER, text)


def editor(text: str) -> str | None:
    """Read what follows a label such as "Edited by"; None if the line is no such byline."""
    return _labelled_name(_EDITOR, text)


def _labelled_name(label: re.Pattern[str], text: str) -> str | None:
    match = label.match(text)
    if match is None or words(text) > _MAX_BYLINE_WORDS or _ENDS_HINDI_SENTENCE.search(text):
        return None
    rest = text[match.end() :].strip()
    # A byline holds names; "By Friday evening 20 people had died" holds other words as well.
    told = [
        word
        for word in re.findall(r"\b[A-Za-z]+", rest)  # not the st of 21st
        if word[0].islower() and word.lower() not in _BYLINE_WORDS
    ]
    name = normalise(re.split(r"[|,(]", rest, maxsplit=1)[0])
    told += [word for word in re.findall(rf"{_LETTER}+", name) if word in HINDI and word != "और"]
    if not rest or told or (_ENDS_SENTENCE.search(text) and words(text) > 4):
        return None
    return None if rest[0].isdigit() or dates.opens_with_calendar(rest) else rest


def reporter(text: str) -> str | None:
    """Read the name off a line that is nothing but a name of two to five words in brackets."""
    match = _REPORTER.fullmatch(text)
    if match is None or not 2 <= words(match["name"]) <= 5 or is_furniture(text):
        return None
    return match["name"].strip()


def is_outlet(text: str) -> bool:
    """Whether a text is nothing but the name of a newspaper, agency or channel."""
    return bool(_OUTLET_NAME.fullmatch(_fold(text)))


def ends_sentence(text: str) -> bool:
    """Whether a line closes as a sentence does."""
    return bool(_ENDS_SENTENCE.search(text))
