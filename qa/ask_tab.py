"""The Ask tab: a question box, the answer as it is written, and beside it where it stands."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from index import KhabarError
from qa import citing, example_list, examples, in_hindi, page
from qa.html_text import escaped
from qa.look import Language
from qa.parts import ACTS, QUIET, READ_OUT, SHOWS_SOURCE, day_box, html, owner, reader, said
from qa.service import Service
from qa.talk import Narrowed, Talk, Thread
from qa.turn import closed

ID = "ask"
"""Of the tab."""
_AT_ONCE = 8
"""Questions answered at the same time; a language model takes them one by one all the same."""
_BUSY = "(...values) => { khabar.busy(true); return values; }"
_IDLE = "() => { khabar.busy(false); }"
_BETWEEN = 0.08
"""Seconds from one look at an answer that is being written to the next: Gradio takes its time."""
_OFFERED = 100
"""Files offered at a time to choose from; typing finds the others."""


@dataclass(slots=True)
class Screen:
    """What one open page shows, told to the answer that is being written for it."""

    instead: Thread | None = None
    """The conversation that has been opened or begun since the last question, if any."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the rest of the page needs of the tab."""

    thread: gr.State
    screen: gr.State
    remembered: gr.BrowserState
    """The id of the conversation that was open last in this browser."""
    offered: gr.HTML
    """The examples; out of sight once there is a question."""
    new: gr.Button
    """Begins another conversation."""
    showing: Sequence[Any]
    """What `shown` fills."""
    asking: Any
    """The event of a question, for others to cancel."""


def build(service: Service, talk: Talk, word: gr.I18n) -> Parts:
    """Lay the tab out."""
    thread, screen = gr.State(Thread()), gr.State(Screen())
    remembered = gr.BrowserState("", storage_key="khabar-conversation", secret="khabar")  # noqa: S106, an id, and no secret
    with gr.Row(elem_id="asking"):
        box = gr.Textbox(
            label=word("question"),
            placeholder=word("placeholder"),
            max_lines=5,
            autofocus=True,
            scale=1,
            elem_id="question",
        )
        ask = gr.Button(word("ask"), variant="primary", scale=0, elem_id="ask")
        stop = gr.Button(word("stop"), scale=0, elem_id="stop")
    filters = _filters(service, word)
    with gr.Row(elem_id="offers"):
        offered = html("", "examples", ACTS)
        new = gr.Button(word("new"), size="sm", scale=0, elem_id="new")
    with gr.Row(elem_id="reading"):
        with gr.Column(scale=3, elem_id="conversation"):
            now = html("", "now", ACTS, READ_OUT)
            before = html("", "before", ACTS)
        with gr.Column(scale=2, elem_id="beside"):
            source = html("", "source", SHOWS_SOURCE)

    showing = [thread, now, before]
    tab = _Tab(service, talk)
    # One listener for every way to ask: Gradio lets it run once at a time on a page. That it runs
    # is shown by the browser alone: to change a button from here costs more than an answer.
    asking = gr.on(
        [box.submit, ask.click, offered.select],
        tab.ask,
        inputs=[box, thread, screen, *filters],
        outputs=[*showing, remembered, box],
        js=_BUSY,
        concurrency_limit=_AT_ONCE,
        **QUIET,
    )
    # Gradio comes here once it has ended the question, and takes the next one.
    asking.success(None, js=_IDLE)
    ends = [*showing, remembered]
    stopped = asking.failure(tab.ended, inputs=[thread, screen], outputs=ends, queue=False, **QUIET)
    stopped.then(None, js=_IDLE)
    stop.click(None, cancels=[asking])
    begun = [*showing, remembered, source]
    new.click(tab.new, inputs=[screen], outputs=begun, cancels=[asking], queue=False, **QUIET)
    for shown in (now, before):
        shown.select(tab.open, inputs=[thread], outputs=[source], queue=False, **QUIET)
    return Parts(thread, screen, remembered, offered, new, showing, asking)


def _filters(service: Service, word: gr.I18n) -> list[gr.components.Component]:
    with gr.Accordion(word("filters"), open=False, elem_id="filters"), gr.Row():
        dates = [day_box(word(name), name) for name in ("since", "until")]
        languages = gr.CheckboxGroup(
            [(word("hindi"), "hi"), (word("english"), "en")],
            label=word("languages"),
            elem_id="languages",
        )
        sources = gr.Dropdown(
            [],
            label=word("files"),
            info=word("files_info"),
            multiselect=True,
            filterable=True,
            elem_id="files",
        )

    def find(event: gr.KeyUpData, chosen: list[str] | None) -> gr.Dropdown:
        return gr.Dropdown(choices=_found(service, event.input_value, chosen or []))

    def first(chosen: list[str] | None) -> gr.Dropdown:
        return gr.Dropdown(choices=_found(service, "", chosen or []))

    sources.key_up(find, inputs=[sources], outputs=[sources], queue=False, **QUIET)
    sources.focus(first, inputs=[sources], outputs=[sources], queue=False, **QUIET)
    return [*dates, languages, sources]


def _found(service: Service, typed: str, chosen: Sequence[str]) -> list[tuple[str, str]]:
    """List files to choose from, those that are chosen first."""
    entries = service.index.listing(typed, _OFFERED).entries
    found = {each.source: each.title for each in entries if each.problem is None}
    named = {source: found.pop(source, None) for source in chosen} | found
    return [(f"{title} ({source})" if title else source, source) for source, title in named.items()]


def shown(thread: Thread, reader: Language) -> tuple[Any, ...]:
    """Fill the tab with a conversation."""
    earlier = page.conversation(thread.turns[:-1], reader=reader)
    return thread, _latest(thread, reader), earlier


def _latest(thread: Thread, reader: Language) -> str:
    return page.conversation(thread.turns[-1:], max(len(thread.turns) - 1, 0), reader)


class _Tab:
    """What happens when somebody asks, stops the answer, opens a source."""

    def __init__(self, service: Service, talk: Talk) -> None:
        self._service = service
        self._talk = talk

    def ask(
        self,
        typed: str | None,
        thread: Thread,
        screen: Screen,
        since: str | None,
        until: str | None,
        languages: list[str],
        sources: list[str] | None,
        event: gr.EventData,
        request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:
        """Answer what was typed, or the example that was clicked."""
        example = str(said(event).get("question", ""))
        question = " ".join((example or typed or "").split())
        narrowed = Narrowed(str(since or ""), str(until or ""), languages, sources or [])
        language = reader(request)
        steps = self._talk.ask(question, thread, narrowed, owner(request), language)
        screen.instead = None
        try:
            first = next(steps)
            # What cannot be asked can be mended; and beside an example something may be typed.
            stays = bool(example) or first.turns[-1].ended
            yield *shown(first, language), first.id, gr.skip() if stays else ""
            due = time.monotonic() + _BETWEEN
            for step in steps:
                if screen.instead is not None:  # what is written for it is not on the page any more
                    steps.close()
                    return
                if step.turns[-1].ended or time.monotonic() >= due:
                    # The rest of the page stays as it is: the next question may be in the box.
                    yield step, _latest(step, language), gr.skip(), step.id, gr.skip()
                    due = time.monotonic() + _BETWEEN
        except KhabarError as error:
            gr.Warning(escaped(in_hindi.for_reader(str(error), language)))

    def ended(self, thread: Thread, screen: Screen, request: gr.Request) -> tuple[Any, ...]:
        """Close an answer that was cut off."""
        language = reader(request)
        if screen.instead is not None:  # a last piece may have come after it
            return *shown(screen.instead, language), screen.instead.id
        turns = tuple(closed(turn) for turn in thread.turns)
        return *shown(replace(thread, turns=turns), language), gr.skip()

    def new(self, screen: Screen, request: gr.Request) -> tuple[Any, ...]:
        """Begin another conversation; what is still being answered in this one is left."""
        screen.instead = Thread()
        return *shown(screen.instead, reader(request)), "", ""

    def open(self, thread: Thread, event: gr.EventData, request: gr.Request) -> str:
        """Open the article that a mark or a passage of the conversation stands in."""
        return citing.opened(self._service.index, thread.turns, said(event), reader(request))


def offers(service: Service, language: Language) -> str:
    """Write the examples."""
    return example_list.offered(examples.questions(service.index), language)
