"""The Models tab: what is used, fetching a model, switching to another, removing one."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import gradio as gr

from index import KhabarError, download, installed, models
from qa import in_hindi, tags
from qa import models_view as view
from qa.chores import Kind, Progress, Work
from qa.look import Language
from qa.model_list import listed
from qa.models_view import Used, Why
from qa.parts import SHARED, html, reader
from qa.service import Service

_GLANCE = 0.3
"""Seconds between two looks at how fetching and switching go."""
_Shown = tuple[Any, ...]
"""The parts of the tab that change: what is used, how it goes, what there is."""


def build(service: Service) -> None:
    """Lay out the tab, inside the `gr.Tab` that is open, over what a server has open."""
    tab = _Models(service)
    now = html("", "models-using")
    with gr.Column(elem_classes="tab-news"):
        told = html("", "models-told")
        news = html("", "models-news", tags.script())
    there = html("", "models-list", tags.script())
    shown = [now, news, there]
    begun = [part.click(tab.press, outputs=told, **SHARED) for part in (news, there)]
    for each in begun:
        each.then(tab.follow, outputs=shown, **SHARED)
    gr.on(None, tab.follow, outputs=shown, **SHARED)  # as the page is opened


class _Models:
    """What happens when somebody presses a button of the tab, and how it goes on from there."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._chores = service.chores
        self._switched: set[Kind] = set()

    def press(self, event: gr.EventData, request: gr.Request) -> str:
        """Do what a button says; what takes long is only begun."""
        language = reader(request)
        try:
            return tags.told(self._do(*tags.pressed(event), language))
        except KhabarError as error:
            return tags.told(in_hindi.for_reader(str(error), language))

    async def follow(self, request: gr.Request) -> AsyncIterator[_Shown]:
        """Show how all that runs goes, until it is over."""
        language = reader(request)
        before: _Shown = ()
        while True:
            is_over = all(chore.is_over for chore in self._chores.all())
            shown = await asyncio.to_thread(self._shown, language)
            yield shown if shown != before else (gr.skip(),) * len(shown)
            before = shown
            if is_over:
                return
            await asyncio.sleep(_GLANCE)

    def _do(self, do: str, name: str, language: Language) -> str:
        """Do one thing; returns what there is to say of it at once. Raises KhabarError."""
        if do == "stop" and name in ("fetch", "embedder"):
            self._chores.stop("fetch" if name == "fetch" else "embedder")
            return ""
        if do == "remove":
            return self._remove(name, language)
        found = self._work(do, name)
        if not found:
            return view.sentence("unknown", language)
        kind, work = found
        if not self._chores.begin(kind, name, work):
            running = self._chores.last(kind)
            return view.busy(running.name if running else name, language)
        return ""

    def _work(self, do: str, name: str) -> tuple[Kind, Work] | None:
        """Find what a button begins; None for what the lists do not offer."""
        if do == "fetch" and (model := models.find(name)):
            return "fetch", partial(download.pull, model)
        for role, plain in view.NO_MODEL.items():
            if do == f"use {role}":
                here = None if name == plain else installed.find(name)
                if name == plain or (here is not None and here.role == role):
                    return role, partial(self._switch, role, name)
        return None

    def _switch(self, role: models.Role, name: str, show: Progress) -> None:
        if role == "llm":
            self._service.use(name)
        elif role == "embedder":
            self._service.index.use_embedder(name, show)
        else:
            self._service.index.use_reranker(name)
        self._switched.add(role)

    def _remove(self, name: str, language: Language) -> str:
        if name in {used.name for used in self._used().values()}:
            return view.sentence("in use refused", language, name=name)
        for chore in self._chores.all():
            if not chore.is_over:
                return view.busy(chore.name, language)
        installed.remove(name)
        return view.sentence("removed", language, name=name)

    def _used(self) -> dict[models.Role, Used]:
        """Tell what does the work of each role now, and why."""
        on = self._service.index.models_used()
        llm = self._service.engine_name
        return {
            "llm": Used(llm, self._why("llm", llm)),
            "embedder": Used(on.embedder, "page" if "embedder" in self._switched else "index"),
            "reranker": Used(on.reranker, self._why("reranker", on.reranker)),
        }

    def _why(self, role: models.Role, name: str) -> Why:
        if role == "reranker" and name == view.NO_MODEL[role]:
            return "none"
        if role in self._switched:
            return "page"
        is_there_any = any(model.role == role for model in installed.installed())
        return "start" if name != view.NO_MODEL[role] or is_there_any else "no model"

    def _shown(self, language: Language) -> _Shown:
        """Write the three parts of the tab."""
        used = self._used()
        chores = self._chores.all()
        busy = {chore.kind for chore in chores if not chore.is_over}
        try:
            rows = listed(installed.damaged())
            there = view.listed(rows, used, busy, str(models.folder()), language)
        except KhabarError as error:  # a models.txt of the user's own that has a mistake
            there = tags.said(in_hindi.for_reader(str(error), language), "problem")
        return view.now(used, language), view.news(chores, language), there
