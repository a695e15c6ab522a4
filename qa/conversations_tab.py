"""The Conversations tab: what was asked before, to open, rename, take along and delete."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from index import KhabarError
from qa import ask_tab, conversation_list
from qa.conversations import Conversations
from qa.parts import ACTS, QUIET, arrived, html, owner, reader, said
from qa.talk import Thread


def build(
    conversations: Conversations,
    parts: ask_tab.Parts,
    tabs: gr.Tabs,
    tab: gr.Tab,
) -> None:
    """Lay the tab out, and have it filled when it is opened."""
    listed = html("", "conversations", ACTS)
    deeds = _Deeds(conversations)
    tab.select(deeds.show, outputs=[listed], queue=False, **QUIET)
    listed.select(
        deeds.do,
        inputs=[parts.screen],
        outputs=[listed, *parts.showing, parts.remembered],
        queue=False,
        **QUIET,
    )
    listed.click(
        deeds.open,
        inputs=[parts.screen],
        outputs=[listed, tabs, *parts.showing, parts.remembered],
        cancels=[parts.asking],
        queue=False,
        **QUIET,
    )


@dataclass(frozen=True, slots=True)
class _Deeds:
    conversations: Conversations

    def show(self, request: gr.Request) -> str:
        """List them."""
        return self._listed(request)

    def do(
        self, screen: ask_tab.Screen, event: gr.EventData, request: gr.Request
    ) -> tuple[Any, ...]:
        """Rename or delete the one that was chosen."""
        asked = said(event)
        name, who, problem = str(asked.get("id", "")), owner(request), ""
        try:
            if asked.get("do") == "rename":
                self.conversations.rename(who, name, str(asked.get("title", "")))
            elif asked.get("do") == "delete":
                self.conversations.delete(who, name)
                if screen.thread.id == name:
                    screen.turn_to(Thread(), arrived(request))
                    shown = ask_tab.shown(screen.thread, reader(request))
                    return self._listed(request), *shown, ""
        except KhabarError as error:
            problem = str(error)
        return self._listed(request, problem), *(gr.skip(),) * 3

    def open(
        self, screen: ask_tab.Screen, event: gr.EventData, request: gr.Request
    ) -> tuple[Any, ...]:
        """Show the one that was chosen where it goes on."""
        name = str(said(event).get("id", ""))
        try:
            thread = Thread(name, tuple(self.conversations.turns(owner(request), name)))
        except KhabarError as error:
            return self._listed(request, str(error)), *(gr.skip(),) * 4
        screen.turn_to(thread, arrived(request))
        shown = ask_tab.shown(thread, reader(request))
        return gr.skip(), gr.Tabs(selected=ask_tab.ID), *shown, name

    def _listed(self, request: gr.Request, problem: str = "") -> str:
        try:
            headings = self.conversations.headings(
                owner(request), limit=conversation_list.LISTED + 1
            )
        except KhabarError as error:
            return conversation_list.unlisted(str(error), reader(request))
        return conversation_list.listed(headings, reader(request), problem)
