"""Pieces of Gradio that the tabs share: HTML that acts, and who looks at the page."""

from typing import Any

import gradio as gr

from qa import guard, look, page_events

ACTS = "khabar.acting(element, trigger, watch);"
"""What is clicked or sent in it and carries data-do arrives as a "select" event, "open" as a
"click"."""
READ_OUT = "khabar.live(element);"
"""Screen readers read out what changes in it."""
SHOWS_SOURCE = "khabar.source(element, props, watch);"
"""It takes the focus when it fills, and closes."""
QUIET: dict[str, object] = {"show_progress": "hidden", "api_visibility": "private"}
"""For a listener: nothing whirls, and no program sees it."""
SHARED: dict[str, object] = QUIET | {"trigger_mode": "multiple", "concurrency_limit": None}
"""For one that shows how something goes: as often as it is asked for, for all pages at once."""


def html(value: object, elem_id: str, *scripts: str) -> gr.HTML:
    """Make a piece of HTML with what it does."""
    return gr.HTML(
        value, elem_id=elem_id, apply_default_css=False, js_on_load="".join(scripts) or None
    )


def day_box(label: object, elem_id: str) -> gr.HTML:
    """Make a field for a day, as the browser has it; its value is like 2023-05-05, or empty."""
    return gr.HTML(
        "",
        label=label,
        elem_id=elem_id,
        elem_classes="day",
        apply_default_css=False,
        html_template='<label>${label}<input type="date" value="${value || \'\'}"></label>',
        js_on_load="khabar.day(element, props, watch);",
    )


def reader(request: gr.Request) -> look.Language:
    """Tell which language somebody reads the page in."""
    return look.language(request.headers, request.cookies)


def arrived(request: gr.Request) -> float:
    """Tell when something happened on a page, to know of two events which was the first."""
    return page_events.arrived(request.request.scope)


def said(event: gr.EventData) -> dict[str, Any]:
    """Tell what an event carries; nothing, where it is not what the page's own pieces send."""
    carried = event._data
    return carried if isinstance(carried, dict) else {}


def owner(request: gr.Request) -> str:
    """Name whose conversations somebody sees: the user name they showed, empty without one."""
    return guard.owner(request.request.scope)
