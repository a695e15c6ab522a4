"""The Ask tab: a question box, the answer as it is written, and beside it where it stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from index import KhabarError
from qa import citing, example_list, examples, page
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
_OFFERED = 100
"""Files offered at a time to choose from; typing finds the others."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the rest of the page needs of the tab."""

    thread: gr.State
    remembered: gr.BrowserState
    """The id of the conversation that was open last in this browser."""
    offered: gr.HTML
    """The examples; out of sight once there is a question."""
    new: gr.Button
    """Begins another conversation."""
    showing: Sequence[Any]
    """What `shown` fills."""


def build(service: Service, talk: Talk, word: gr.I18n) -> Parts:
    """Lay the tab out."""
    thread = gr.State(Thread())
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
        stop = gr.Button(word("stop"), visible=False, scale=0, elem_id="stop")
    filters = _filters(service, word)
    with gr.Row(elem_id="offers"):
        offered = html("", "examples", ACTS)
        new = gr.Button(word("new"), size="sm", scale=0, elem_id="new", visible=False)
    with gr.Row(elem_id="reading"):
        with gr.Column(scale=3, elem_id="conversation"):
            now = html("", "now", ACTS, READ_OUT)
            before = html("", "before", ACTS)
        with gr.Column(scale=2, elem_id="beside"):
            source = html("", "source", SHOWS_SOURCE)

    showing = [thread, now, before, new]
    tab = _Tab(service, talk)
    # One listener for every way to ask: Gradio lets it run once at a time on a page.
    asking = gr.on(
        [box.submit, ask.click, offered.select],
        tab.ask,
        inputs=[box, thread, *filters],
        outputs=[*showing, remembered, ask, stop, box],
        concurrency_limit=_AT_ONCE,
        **QUIET,
    )
    # Gradio comes here once it has ended the question, or stopped it, and takes the next one.
    asking.then(tab.ended, inputs=[thread], outputs=[*showing, ask, stop], queue=False, **QUIET)
    stop.click(None, cancels=[asking])
    new.click(tab.new, outputs=[*showing, remembered, source], queue=False, **QUIET)
    for shown in (now, before):
        shown.select(tab.open, inputs=[thread], outputs=[source], queue=False, **QUIET)
    return Parts(thread, remembered, offered, new, showing)


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


def shown(thread: Thread) -> tuple[Any, ...]:
    """Fill the tab with a conversation."""
    last = len(thread.turns) - 1
    now = page.conversation(thread.turns[-1:], max(last, 0))
    return thread, now, page.conversation(thread.turns[:-1]), gr.Button(visible=last >= 0)


class _Tab:
    """What happens when somebody asks, stops the answer, opens a source."""

    def __init__(self, service: Service, talk: Talk) -> None:
        self._service = service
        self._talk = talk

    def ask(
        self,
        typed: str | None,
        thread: Thread,
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
        if example:
            narrowed = Narrowed()
        # Of an empty question there is nothing to clear but what is being typed meanwhile.
        cleared: Any = gr.skip() if example or not question else ""
        last: Thread | None = None
        try:
            for step in self._talk.ask(question, thread, narrowed, owner(request), reader(request)):
                if step == last:  # still waiting for the model, and free to be stopped
                    yield (gr.skip(),) * 8
                    continue
                # What was before does not change while an answer is written.
                state, now, before, new = shown(step)
                older = before if last is None else gr.skip()
                buttons = gr.Button(visible=False), gr.Button(visible=True)
                yield state, now, older, new, step.id, *buttons, cleared
                # Later pieces leave the box alone: the next question may be in it by now.
                cleared, last = gr.skip(), step
        except KhabarError as error:
            gr.Warning(escaped(str(error)))

    def ended(self, thread: Thread) -> tuple[Any, ...]:
        """Let the next question come; an answer that was cut off is closed."""
        buttons = gr.Button(visible=True), gr.Button(visible=False)
        if all(turn.ended for turn in thread.turns):
            return *(gr.skip(),) * 4, *buttons
        turns = tuple(closed(turn) for turn in thread.turns)
        return *shown(replace(thread, turns=turns)), *buttons

    def new(self) -> tuple[Any, ...]:
        """Begin another conversation."""
        return *shown(Thread()), "", ""

    def open(self, thread: Thread, event: gr.EventData, request: gr.Request) -> str:
        """Open the article that a mark or a passage of the conversation stands in."""
        return citing.opened(self._service.index, thread.turns, said(event), reader(request))


def offers(service: Service, language: Language) -> str:
    """Write the examples."""
    return example_list.offered(examples.questions(service.index), language)
