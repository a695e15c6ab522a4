"""The list of conversations as HTML: what each is called, and what can be done with it. Pure."""

from collections.abc import Sequence
from urllib.parse import quote

from babel.dates import format_datetime

from qa import in_hindi, tags
from qa.conversations import LONGEST_TITLE, Heading
from qa.html_text import escaped
from qa.look import Language

WORDS: dict[Language, dict[str, str]] = {
    "hi": {
        "none": "अभी कोई बातचीत नहीं है; पहला सवाल पूछिए, तो यहाँ दिखेगी।",
        "older": "सिर्फ़ पिछली {count} बातचीत यहाँ हैं; उनसे पुरानी तब दिखेंगी, जब इनमें से कुछ मिटाई जाएँगी।",
        "questions": "{count} सवाल",
        "question": "1 सवाल",
        "rename": "नाम बदलिए",
        "title": "नया नाम",
        "save": "सहेजिए",
        "export": "डाउनलोड कीजिए",
        "delete": "मिटाइए",
        "really": "हाँ, हमेशा के लिए मिटाइए",
    },
    "en": {
        "none": "There is no conversation yet; ask a first question, and it is kept here.",
        "older": "These are the latest {count}; older ones come into the list as some are deleted.",
        "questions": "{count} questions",
        "question": "1 question",
        "rename": "Rename",
        "title": "New name",
        "save": "Save",
        "export": "Download",
        "delete": "Delete",
        "really": "Yes, delete it for good",
    },
}


LISTED = 200
"""Conversations in the list; older ones come into it as others are deleted."""


def listed(headings: Sequence[Heading], language: Language, problem: str = "") -> str:
    """Write the list, and above it why the last thing that was asked for could not be done.

    Of more than `LISTED` it says that there are older ones.
    """
    words = WORDS[language]
    said = unlisted(problem, language) if problem else ""
    if not headings:
        return f'{said}<p class="none">{words["none"]}</p>'
    items = "".join(_item(heading, language) for heading in headings[:LISTED])
    older = ""
    if len(headings) > LISTED:
        older = f'<p class="about">{words["older"].format(count=LISTED)}</p>'
    return f"{said}<ul>{items}</ul>{older}"


def unlisted(problem: str, language: Language) -> str:
    """Write why something, or the whole list, is not to be had."""
    told = tags.said(in_hindi.for_reader(problem, language), "problem")
    return f'<div role="alert">{told}</div>'


def _item(heading: Heading, language: Language) -> str:
    words = WORDS[language]
    name, title = escaped(heading.id), escaped(heading.title)
    count = words["question" if heading.questions == 1 else "questions"]
    when = format_datetime(heading.changed.astimezone(), "d MMMM y, H:mm", locale=language)
    # The name of each button says what it is for: a screen reader lists them without the rest.
    return (
        f'<li><button type="button" class="title" dir="auto" data-do="open" data-id="{name}">'
        f'{title}</button><div class="about"><time datetime="{heading.changed.isoformat()}">'
        f"{escaped(when)}</time> · {count.format(count=heading.questions)}</div>"
        f'<div class="deeds"><details><summary aria-label="{words["rename"]}: {title}">'
        f'{words["rename"]}</summary><form data-do="rename" data-id="{name}">'
        f'<input name="title" required maxlength="{LONGEST_TITLE}" value="{title}"'
        f' aria-label="{words["title"]}"><button type="submit">{words["save"]}</button></form>'
        f'</details><a href="conversations/{quote(heading.id, safe="")}.md" download'
        f' aria-label="{words["export"]}: {title}">{words["export"]}</a>'
        f'<details><summary aria-label="{words["delete"]}: {title}">{words["delete"]}</summary>'
        f'<button type="button" class="danger" data-do="delete" data-id="{name}">'
        f"{words['really']}</button></details></div></li>"
    )
