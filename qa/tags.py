"""The small parts that the tabs' HTML is made of. Other people's text is escaped here.

A button says in data-do and data-name what it is for; tabs.js tells the server.
"""

import html
import re
from pathlib import Path

from qa.html_text import escaped, lang

_STEPS = 10
"""How often a screen reader is told of progress, from the beginning to the end."""


def said(text: str, kind: str) -> str:
    """Write a sentence in a language of its own as a paragraph of a class."""
    return f'<p class="{kind}" dir="auto" lang="{lang(text)}">{escaped(text)}</p>'


def button(do: str, name: str, words: str, about: str = "", kind: str = "") -> str:
    """Write a button that does something with what has a name.

    `about` is what its words leave out, for who does not see what stands beside it.
    """
    return (
        f'<button type="button" class="deed {kind}" data-do="{escaped(do)}" '
        f'data-name="{escaped(name)}"{label(words, about)}>{escaped(words)}</button>'
    )


def label(words: str, about: str) -> str:
    """Write as an attribute what is heard in place of what is seen."""
    return f' aria-label="{escaped(f"{words}: {about}")}"' if about else ""


def asked_first(words: str, about: str, question: str, yes: str) -> str:
    """Write what opens a question, with `yes`, a button, as the only answer that does something."""
    return (
        f'<details class="sure"><summary class="deed"{label(words, about)}>{escaped(words)}'
        f'</summary><div class="asked">{question}{yes}</div></details>'
    )


def progress(words: str, done: int, total: int, counted: str) -> str:
    """Write a bar with its words; `counted` has {done} and {total}, as they are shown."""
    known = f' max="{total}" value="{done}"' if total else ""
    return (
        f'<div class="course"><span class="words">{words}</span>'
        f'<progress aria-label="{escaped(_text(words))}"{known}></progress>'
        f'<span class="counted" aria-hidden="true">{escaped(counted) if total else ""}</span></div>'
    )


def news(told: str, spoken: str, running: str) -> str:
    """Write what has been done, and what is being done: a screen reader tells of both.

    `told` and `running` are HTML, `spoken` is in words what `running` shows. tabs.js puts the
    focus here once a button has been pressed, for that may be gone then.
    """
    return (
        f'<div class="news" tabindex="-1"><div role="status" aria-atomic="false">{told}'
        f'<span class="unseen">{escaped(spoken)}</span></div>{running}</div>'
    )


def told(sentence: str) -> str:
    """Write what there is to say at once of what was asked last; nothing of nothing."""
    return f'<div class="told" role="status">{said(sentence, "note") if sentence else ""}</div>'


def script() -> str:
    """Read what a browser does with all this, for Gradio's `js_on_load`."""
    return (Path(__file__).parent / "tabs.js").read_text(encoding="utf-8")


def pressed(event: object) -> tuple[str, str]:
    """Read what was pressed in an event of Gradio's: what to do, and with what of a name.

    A browser can send anything: what is no text is empty.
    """
    data = getattr(event, "_data", None)
    said = [data.get(key) if isinstance(data, dict) else None for key in ("do", "name")]
    do, name = (each if isinstance(each, str) else "" for each in said)
    return do, name


def stepped(done: int, total: int) -> int:
    """Round down how far something has come, so that a screen reader does not count aloud."""
    return done if done == total else done - done % max(1, total // _STEPS)


def _text(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))
