"""How the chat page looks, and the words around its answers. Knows nothing of Gradio or answers."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "hi"]
"""What the page itself speaks."""
LANGUAGE_COOKIE = "khabar_language"
_HERE = Path(__file__).parent
WORDS = {
    "en": {
        "intro": "Ask in Hindi, in English, or in Hindi in roman letters. Answers come only from "
        "the articles here, and show where every sentence stands.",
        "question": "Your question",
        "placeholder": "What do you want to know?",
        "ask": "Ask",
        "stop": "Stop",
        "new": "New conversation",
        "tab_ask": "Ask",
        "tab_conversations": "Conversations",
        "tab_articles": "Articles",
        "tab_models": "Models",
        "filters": "Only some of the articles",
        "since": "From this day on",
        "until": "Up to this day",
        "languages": "Written in",
        "hindi": "Hindi",
        "english": "English",
        "files": "Files",
        "files_info": "Type a part of a title or file name",
    },
    "hi": {
        "intro": "हिंदी, अंग्रेज़ी या रोमन अक्षरों वाली हिंदी में पूछिए। जवाब सिर्फ़ यहाँ मौजूद लेखों से "
        "मिलेगा, और साथ में दिखेगा कि कौन-सी बात किस लेख में लिखी है।",
        "question": "आपका सवाल",
        "placeholder": "आप क्या जानना चाहते हैं?",
        "ask": "पूछिए",
        "stop": "रोकिए",
        "new": "नई बातचीत",
        "tab_ask": "सवाल",
        "tab_conversations": "बातचीत",
        "tab_articles": "लेख",
        "tab_models": "मॉडल",
        "filters": "सिर्फ़ कुछ लेखों में खोजिए",
        "since": "इस तारीख़ से",
        "until": "इस तारीख़ तक",
        "languages": "लेखों की भाषा",
        "hindi": "हिंदी",
        "english": "अंग्रेज़ी",
        "files": "फ़ाइलें",
        "files_info": "शीर्षक या फ़ाइल के नाम का कोई हिस्सा लिखिए",
    },
}
"""The page's own words, by the browser's language; English for every other."""
FONTS = ("Khabar Devanagari", "system-ui", "sans-serif")
COLOURS = {
    "body_background_fill": "*neutral_50",
    "body_text_color_subdued": "*neutral_600",
    "body_text_color_subdued_dark": "*neutral_400",
    "input_background_fill": "white",
    "input_background_fill_dark": "*neutral_800",
    "button_primary_background_fill": "*primary_700",
    "button_primary_background_fill_hover": "*primary_800",
    "button_primary_background_fill_dark": "*primary_700",
}
"""What differs from Gradio's plain theme, by its names; a * stands for a shade of the theme."""


def language(headers: Mapping[str, str], cookies: Mapping[str, str]) -> Language:
    """Tell which language somebody reads the page in: the chosen one, or else the browser's."""
    chosen = cookies.get(LANGUAGE_COOKIE)
    if chosen in ("en", "hi"):
        return "hi" if chosen == "hi" else "en"
    return "hi" if headers.get("accept-language", "").lower().startswith("hi") else "en"


def css() -> str:
    """Read the page's style sheets."""
    return "\n".join(sheet.read_text(encoding="utf-8") for sheet in sorted(_HERE.glob("*.css")))


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that the page loads, under a name that changes with what is in it."""

    name: str
    kind: str
    data: bytes


def script() -> Asset:
    """Read the page's own script."""
    return _asset("page.js", "text/javascript")


def font() -> Asset:
    """Read the font for Devanagari."""
    return _asset("fonts/NotoSansDevanagari.woff2", "font/woff2")


@cache
def _asset(file: str, kind: str) -> Asset:
    path = _HERE / file
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()[:16]
    return Asset(f"khabar-{path.stem}-{digest}{path.suffix}", kind, data)


def head(script: str, font: str, language: Language) -> str:
    """Write what stands first in the page's head; takes the addresses of script and font."""
    # Who reads English sees no Devanagari before there is an answer.
    early = f'<link rel="preload" as="font" type="font/woff2" href="{font}" crossorigin>'
    return f"""
{early if language == "hi" else ""}
<script src="{script}"></script>
<style>
@font-face {{
  font-family: "Khabar Devanagari";
  font-weight: 100 900;
  src: url({font}) format("woff2");
  unicode-range: U+0900-097F, U+1CD0-1CF9, U+200C-200D, U+20B9, U+25CC, U+A830-A839, U+A8E0-A8FF;
}}
:root {{
  --khabar-sign: #ccfbf1; --khabar-sign-text: #115e59; --khabar-link: #0f766e;
  --khabar-cited: #fde68a; --khabar-cited-text: #1c1917;
}}
.dark {{
  --khabar-sign: #134e4a; --khabar-sign-text: #99f6e4; --khabar-link: #5eead4;
  --khabar-cited: #854d0e; --khabar-cited-text: #fef9c3;
}}
html:not(.khabar-busy) #stop, html.khabar-busy #ask {{ display: none; }}
</style>"""
