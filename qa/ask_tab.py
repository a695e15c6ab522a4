"""The Ask tab: a question box, the answer as it is written, and beside it where it stands."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import gradio as gr

from index import KhabarError
from qa import citing, example_list, examples, in_hindi, page
from qa.html_text import escaped
from qa.look import Language
from qa.parts import (
    ACTS,
    QUIET,
    READ_OUT,
    SHOWS_SOURCE,
    arrived,
    day_box,
    html,
    owner,
    reader,
    said,
)
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
    """What one open page shows, for all that happens on it, at the same time too."""

    thread: Thread = field(default_factory=Thread)
    turned: float = 0.0
    """When another conversation was opened or begun. What was asked before that is not shown."""

    def turn_to(self, thread: Thread, moment: float) -> None:
        """Show another conversation, as was asked for at a moment."""
        self.thread, self.turned = thread, moment


@dataclass(frozen=True, slots=True)
class Parts:
    """What the rest of the page needs of the tab."""

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
    screen = gr.State(Screen())
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

    showing = [now, before]
    tab = _Tab(service, talk)
    # One listener for every way to ask: Gradio lets it run once at a time on a page. That it runs
    # is shown by the browser alone: to change a button from here costs more than an answer.
    asking = gr.on(
        [box.submit, ask.click, offered.select],
        tab.ask,
        inputs=[box, screen, *filters],
        outputs=[*showing, remembered, box],
        js=_BUSY,
        concurrency_limit=_AT_ONCE,
        **QUIET,
    )
    # Gradio comes here once it has ended the question, and takes the next one.
    asking.success(None, js=_IDLE)
    ends = [*showing, remembered]
    stopped = asking.failure(tab.ended, inputs=[screen], outputs=ends, queue=False, **QUIET)
    stopped.then(None, js=_IDLE)
    stop.click(None, cancels=[asking])
    begun = [*showing, remembered, source]
    new.click(tab.new, inputs=[screen], outputs=begun, cancels=[asking], queue=False, **QUIET)
    for shown in (now, before):
        shown.select(tab.open, inputs=[screen], outputs=[source], queue=False, **QUIET)
    return Parts(screen, remembered, offered, new, showing, asking)


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


def shown(thread: Thread, reader: Language) -> tuple[str, str]:
    """Fill the tab with a conversation."""
    earlier = page.conversation(thread.turns[:-1], reader=reader)
    return _latest(thread, reader), earlier


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
        language, came = reader(request), arrived(request)
        steps = self._talk.ask(question, screen.thread, narrowed, owner(request), language)
        due: float | None = None
        try:
            for step in steps:
                if came < screen.turned:
                    steps.close()
                    yield *shown(screen.thread, language), screen.thread.id, gr.skip()
                    return
                screen.thread = step
                ended = step.turns[-1].ended
                if due is None:
                    # What cannot be asked can be mended; beside an example something may be typed.
                    stays = bool(example) or ended
                    yield *shown(step, language), step.id, gr.skip() if stays else ""
                elif ended or time.monotonic() >= due:
                    # The rest of the page stays as it is: the next question may be in the box.
                    yield _latest(step, language), gr.skip(), step.id, gr.skip()
                else:
                    continue
                due = time.monotonic() + _BETWEEN
        except KhabarError as error:
            gr.Warning(escaped(in_hindi.for_reader(str(error), language)))

    def ended(self, screen: Screen, request: gr.Request) -> tuple[Any, ...]:
        """Close an answer that was cut off, unless another conversation is shown by now."""
        turns = tuple(closed(turn) for turn in screen.thread.turns)
        screen.thread = replace(screen.thread, turns=turns)
        return *shown(screen.thread, reader(request)), screen.thread.id

    def new(self, screen: Screen, request: gr.Request) -> tuple[Any, ...]:
        """Begin another conversation; what is still being answered in this one is left."""
        screen.turn_to(Thread(), arrived(request))
        return *shown(screen.thread, reader(request)), "", ""

    def open(self, screen: Screen, event: gr.EventData, request: gr.Request) -> str:
        """Open the article that a mark or a passage of the conversation stands in."""
        return citing.opened(self._service.index, screen.thread.turns, said(event), reader(request))


def offers(service: Service, language: Language) -> str:
    """Write the examples."""
    return example_list.offered(examples.questions(service.index), language)
