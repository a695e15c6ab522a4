"""The chat page: a question box, the answer as it is written, and under it where it stands."""

import os
import sys
import traceback
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

# Set before Gradio is imported: it reads this then, and would report the launch.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr

from index import Index, KhabarError
from qa import api, examples, extract, limits, llm, look, page, reachable, safety
from qa.answer import stream
from qa.http_server import HttpServer
from qa.llm import Engine
from qa.service import Service
from qa.turn import Turn, closed
from qa.types import Answer, Found, Piece, Waiting

_KEPT = 20
"""Questions that stay on the page; each new piece of an answer sends the page again."""
_AT_ONCE = 8
"""Questions answered at the same time; a language model takes them one by one all the same."""


def serve(index: Index, model: str | None, host: str, port: int, secret: str | None = None) -> None:
    """Show the page until Ctrl-C, to whoever shows the secret if there is one.

    `model` is one as `ask` takes it; where it is of no use, quotes answer. Raises ModelError if
    there is none of that name, KhabarError if nothing can listen at that address.
    """
    engine = llm.choose_or_quote(model)
    with reachable.own_uploads():
        app: Any = api.build(Service(index, engine))
        gr.mount_gradio_app(
            app,
            build(index, engine),
            path="/",
            footer_links=[],
            run_history=False,
            max_file_size=limits.FILE,
            i18n=gr.I18n(**look.WORDS),
            theme=_theme(),
            head=look.head(),
            js=look.TELL_LANGUAGE,
            css=look.css(),
        )
        reachable.close_off(app)
        try:
            server = HttpServer(safety.around(app, secret), host, port)
        except (OSError, OverflowError) as error:
            raise KhabarError(
                f"Nothing can listen at {host}:{port}; another program may have it. "
                "Give another --port, or another --host."
            ) from error
        with closing(server), suppress(KeyboardInterrupt):
            sys.stderr.write(f"Khabar answers at {server.address}/ (Ctrl-C stops it)\n")
            sys.stderr.flush()
            if _has_browser():
                webbrowser.open(server.address)
            while server.is_running:
                # With a timeout, for Windows: a join without one does not see Ctrl-C there.
                server.wait(1.0)


def _has_browser() -> bool:
    """Whether somebody sits at a screen, and not a script or a shell far away."""
    screen = sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    return screen and sys.stderr.isatty()


def _theme() -> gr.themes.Base:
    # Fonts by name: Gradio's own font classes would fetch those they do not find.
    return gr.themes.Base(
        primary_hue="teal",
        neutral_hue="stone",
        font=[gr.themes.Font(name) for name in look.FONTS],
        font_mono=[gr.themes.Font("monospace")],
    ).set(**look.COLOURS)


def build(index: Index, engine: Engine | None) -> gr.Blocks:
    """Lay out the page over an open index; `engine` None answers with quotes."""
    word = gr.I18n(**look.WORDS)
    talk = _Talk(index, engine)
    with gr.Blocks(title="ख़बर · Khabar", analytics_enabled=False) as demo:
        _html("<h1><span lang='hi'>ख़बर</span> <span lang='en'>Khabar</span></h1>", "heading")
        _html(word("intro"), "intro")
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
        examples = _examples(index, word)
        turns = gr.State([])
        shown = _html("", "conversation")

        outputs = [turns, shown, ask, stop, box]
        # One listener for every way to ask: Gradio lets it run once at a time on a page.
        asking = gr.on(
            [box.submit, ask.click, *(example.click for example in examples)],
            talk.ask,
            inputs=[box, turns],
            outputs=outputs,
            show_progress="hidden",
            concurrency_limit=_AT_ONCE,
            api_visibility="private",
        )
        stop.click(None, cancels=[asking]).then(
            talk.stop,
            inputs=[turns],
            outputs=outputs,
            show_progress="hidden",
            api_visibility="private",
        )
    return demo


def _html(value: object, elem_id: str) -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False, js_on_load=None)


def _examples(index: Index, word: gr.I18n) -> list[gr.Button]:
    indexed = {PurePosixPath(source).name for source in index.articles()}
    questions = [question for question, source in examples.QUESTIONS if source in indexed]
    if not questions:
        return []
    with gr.Row(elem_id="examples"):
        _html(word("examples"), "examples-label")
        return [gr.Button(question, size="sm", elem_classes="example") for question in questions]


class _Talk:
    """What happens when somebody asks, or stops the answer."""

    def __init__(self, index: Index, engine: Engine | None) -> None:
        self._index = index
        self._engine = engine or extract.NAME

    def ask(
        self, typed: str, turns: list[Turn], event: gr.EventData, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """Answer what was typed, or the example that was clicked."""
        clicked = event.target
        example = isinstance(clicked, gr.Button) and "example" in clicked.elem_classes
        question = clicked.value if example else typed or ""
        earlier = [closed(turn) for turn in turns if turn.question]
        earlier = earlier[1 - _KEPT :]
        question = " ".join(question.split())
        # Of an empty question there is nothing to clear but what is being typed meanwhile.
        cleared: Any = gr.skip() if example or not question else ""
        last: Turn | None = None
        history = [turn.answer for turn in earlier if turn.answer]
        for turn in self._answered(
            question, history, look.language(request.headers, request.cookies)
        ):
            if turn == last:  # still waiting for the model, and free to be stopped
                yield (gr.skip(),) * 5
                continue
            yield *_shown([*earlier, turn], busy=not turn.ended), cleared
            # Later pieces leave the box alone: the next question may be in it by now.
            cleared, last = gr.skip(), turn

    def _answered(
        self, question: str, history: Sequence[Answer], reader: look.Language
    ) -> Iterator[Turn]:
        if not question:
            yield Turn("", problem=page.EMPTY[reader])
            return
        turn = Turn(question)
        try:
            turn = replace(turn, language=self._index.read(question).language)
            yield turn
            for event in stream(question, self._index, history=history, engine=self._engine):
                if isinstance(event, Found):
                    turn = replace(turn, found=event.hits, standalone=event.standalone)
                elif isinstance(event, Waiting):
                    turn = replace(turn, place=event.place)
                elif isinstance(event, Piece):
                    turn = replace(turn, draft=turn.draft + event.text)
                else:
                    turn = replace(turn, answer=event)
                yield turn
        except KhabarError as error:
            yield replace(turn, problem=str(error))
        except Exception:
            # A bug: its trace is for the terminal; the page stays usable.
            traceback.print_exc()
            yield replace(turn, problem=page.BROKEN[turn.language])

    def stop(self, turns: list[Turn]) -> tuple[Any, ...]:
        """Close the answer that was cut off."""
        return *_shown([closed(turn) for turn in turns], busy=False), gr.skip()


def _shown(turns: list[Turn], busy: bool) -> tuple[Any, ...]:
    ask, stop = gr.Button(visible=not busy), gr.Button(visible=busy)
    return turns, page.conversation(turns), ask, stop
