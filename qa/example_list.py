"""Example questions as HTML: a button each. Pure."""

from collections.abc import Sequence

from qa.html_text import escaped, lang


def offered(questions: Sequence[str]) -> str:
    """Write a list of buttons; a click asks the question."""
    buttons = (
        f'<li><button type="button" class="example" data-do="ask" lang="{lang(question)}"'
        f' data-question="{escaped(question)}">{escaped(question)}</button></li>'
        for question in questions
    )
    return f"<ul>{''.join(buttons)}</ul>" if questions else ""
