"""The chat page: its tabs, and what comes when it is opened."""

import os
from typing import Any

from qa.reachable import without_stubs

# Set before Gradio is imported: it would report the launch, and after every event sum up the last
# 10,000 of them with pandas, for statistics that are not served here.
os.environ |= {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**9),
}
with without_stubs():
    import gradio as gr

from index import KhabarError, errors
from qa import articles_tab, ask_tab, conversations_tab, in_hindi, look, models_tab
from qa.conversations import Conversations
from qa.html_text import escaped
from qa.parts import QUIET, html, owner, reader
from qa.service import Service
from qa.talk import Talk, Thread

_SWITCH = (
    '<div class="languages"><button type="button" data-language="hi" lang="hi">हिंदी</button>'
    '<button type="button" data-language="en" lang="en">English</button></div>'
)
_UNCLAIMED = (3_600, 3_600)
"""Seconds from one look at uploads to the next, and after which one that nobody took is deleted."""


def build(service: Service, conversations: Conversations, talk: Talk) -> gr.Blocks:
    """Lay out the page over what a server has open."""
    word = gr.I18n(**words())
    with gr.Blocks(
        title="ख़बर · Khabar", analytics_enabled=False, fill_width=True, delete_cache=_UNCLAIMED
    ) as demo:
        with gr.Row(elem_id="top"):
            html("<h1><span lang='hi'>ख़बर</span> <span lang='en'>Khabar</span></h1>", "heading")
            html(_SWITCH, "switch", "khabar.spoken(element);")
        html(word("intro"), "intro")
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab(word("tab_ask"), id=ask_tab.ID):
                parts = ask_tab.build(service, talk, word)
            with gr.Tab(word("tab_conversations"), id="conversations") as listed:
                conversations_tab.build(conversations, parts, tabs, listed)
            with gr.Tab(word("tab_articles"), id="articles"):
                articles_tab.build(service, word)
            with gr.Tab(word("tab_models"), id="models"):
                models_tab.build(service)

        def restore(last: str, screen: ask_tab.Screen, request: gr.Request) -> tuple[Any, ...]:
            """Show the conversation that was open last in this browser."""
            # Unless there is none, or somebody was quicker to ask.
            if not last or screen.thread.turns:
                return (gr.skip(),) * len(parts.showing)
            try:
                screen.thread = Thread(last, tuple(conversations.turns(owner(request), last)))
            except errors.ConversationError:  # deleted since
                pass
            except KhabarError as error:
                gr.Warning(escaped(in_hindi.for_reader(str(error), reader(request))))
            return ask_tab.shown(screen.thread, reader(request))

        def offer(request: gr.Request) -> str:
            """Offer examples."""
            return ask_tab.offers(service, reader(request))

        opened: dict[str, Any] = {"queue": False, **QUIET}
        demo.load(
            restore, inputs=[parts.remembered, parts.screen], outputs=[*parts.showing], **opened
        )
        # By itself: finding them may take a moment.
        gr.on([demo.load, parts.new.click], offer, outputs=[parts.offered], **opened)
    return demo


def words() -> dict[str, dict[str, str]]:
    """Gather the labels of all tabs, by the browser's language; English for every other."""
    return {name: look.WORDS[name] | articles_tab.WORDS[name] for name in look.WORDS}


def theme() -> gr.themes.Base:
    """Make the page's theme."""
    # Fonts by name: Gradio's own font classes would fetch those they do not find.
    return gr.themes.Base(
        primary_hue="teal",
        neutral_hue="stone",
        font=[gr.themes.Font(name) for name in look.FONTS],
        font_mono=[gr.themes.Font("monospace")],
    ).set(**look.COLOURS)
