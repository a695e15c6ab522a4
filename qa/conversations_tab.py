"""The Conversations tab: what was asked before, to open, rename, take along and delete."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from index import KhabarError
from qa import ask_tab, conversation_list
from qa.conversations import Conversations
from qa.parts import ACTS, QUIET, READ_OUT, html, owner, reader, said
from qa.talk import Thread

_LISTED = 200
"""Conversations in the list; older ones come into it as others are deleted."""


def build(
    conversations: Conversations,
    parts: ask_tab.Parts,
    tabs: gr.Tabs,
    tab: gr.Tab,
) -> None:
    """Lay the tab out, and have it filled when it is opened."""
    listed = html("", "conversations", ACTS, READ_OUT)
    deeds = _Deeds(conversations)
    tab.select(deeds.show, outputs=[listed], queue=False, **QUIET)
    listed.select(
        deeds.do,
        inputs=[parts.thread],
        outputs=[listed, tabs, *parts.showing, parts.remembered],
        queue=False,
        **QUIET,
    )


@dataclass(frozen=True, slots=True)
class _Deeds:
    conversations: Conversations

    def show(self, request: gr.Request) -> str:
        """List them."""
        return self._listed(request)

    def do(self, thread: Thread, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Open, rename or delete the one that was chosen."""
        asked = said(event)
        what, name = asked.get("do"), str(asked.get("id", ""))
        problem, shown = "", thread
        try:
            if what == "open":
                shown = Thread(name, tuple(self.conversations.turns(owner(request), name)))
            elif what == "rename":
                self.conversations.rename(owner(request), name, str(asked.get("title", "")))
            elif what == "delete":
                self.conversations.delete(owner(request), name)
                shown = Thread() if thread.id == name else thread
        except KhabarError as error:
            problem = str(error)
        listed = self._listed(request, problem)
        if shown is thread:
            return listed, *(gr.skip(),) * 6
        return (
            listed,
            gr.Tabs(selected=ask_tab.ID) if what == "open" else gr.skip(),
            *ask_tab.shown(shown),
            shown.id,
        )

    def _listed(self, request: gr.Request, problem: str = "") -> str:
        headings = self.conversations.headings(owner(request), limit=_LISTED)
        return conversation_list.listed(headings, reader(request), problem)
