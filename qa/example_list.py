"""Example questions as HTML: a button each. Pure."""

from collections.abc import Sequence

from qa.html_text import escaped, lang
from qa.look import Language

_LABEL: dict[Language, str] = {"hi": "उदाहरण के लिए", "en": "For example"}


def offered(questions: Sequence[str], language: Language) -> str:
    """Write a list of buttons; a click asks the question."""
    buttons = (
        f'<li><button type="button" class="example" data-do="ask" lang="{lang(question)}"'
        f' data-question="{escaped(question)}">{escaped(question)}</button></li>'
        for question in questions
    )
    if not questions:
        return ""
    return f'<p class="label">{_LABEL[language]}</p><ul>{"".join(buttons)}</ul>'
