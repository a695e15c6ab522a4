"""How the chat page looks, and the words around its answers. Knows nothing of Gradio or answers."""

import base64
from collections.abc import Mapping
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
        "examples": "For example",
    },
    "hi": {
        "intro": "हिंदी, अंग्रेज़ी या रोमन अक्षरों वाली हिंदी में पूछिए। जवाब सिर्फ़ यहाँ मौजूद लेखों से "
        "मिलेगा, और साथ में दिखेगा कि कौन-सी बात किस लेख में लिखी है।",
        "question": "आपका सवाल",
        "placeholder": "आप क्या जानना चाहते हैं?",
        "ask": "पूछिए",
        "stop": "रोकिए",
        "examples": "उदाहरण के लिए",
    },
}
"""The page's own words, by the browser's language; English for every other."""
TELL_LANGUAGE = (
    "() => { document.documentElement.lang = /^hi/i.test(navigator.language) ? 'hi' : 'en' }"
)
"""Tells screen readers and fonts which of the page's languages the browser shows."""
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
    """Read the page's style sheet."""
    return (_HERE / "page.css").read_text(encoding="utf-8")


def head() -> str:
    """Write the font for the page's head."""
    font = base64.b64encode((_HERE / "fonts" / "NotoSansDevanagari.woff2").read_bytes()).decode()
    return f"""
<style>
@font-face {{
  font-family: "Khabar Devanagari";
  font-weight: 100 900;
  src: url(data:font/woff2;base64,{font}) format("woff2");
  unicode-range: U+0900-097F, U+1CD0-1CF9, U+200C-200D, U+20B9, U+25CC, U+A830-A839, U+A8E0-A8FF;
}}
:root {{ --khabar-sign: #ccfbf1; --khabar-sign-text: #115e59; }}
.dark {{ --khabar-sign: #134e4a; --khabar-sign-text: #99f6e4; }}
</style>"""
