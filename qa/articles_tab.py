"""The Articles tab: files dropped and indexed, the list, removing a file and putting it back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from index import Index
from qa import articles_view as view
from qa import in_hindi, tags
from qa.look import Language
from qa.parts import SHARED, html, reader
from qa.service import Service
from qa.shelf import Dropped

_GLANCE = 0.3
"""Seconds between two looks at how an update goes."""
_LONGEST = 200
"""Characters of what the list is filtered by, and of a drop's name."""
_DIGITS = 10
"""Of the number of an article, at most."""
WORDS = {
    "en": {"articles_filter": "Find by title or file name"},
    "hi": {"articles_filter": "शीर्षक या फ़ाइल के नाम से ढूँढिए"},
}
"""The tab's own labels, by the browser's language."""


def build(service: Service, word: gr.I18n) -> None:
    """Lay out the tab, inside the `gr.Tab` that is open, over what a server has open."""
    tab = _Articles(service)
    script = tags.script()
    dropping = html("", "articles-drop", script)
    with gr.Column(elem_classes="tab-news"):
        told = html("", "articles-told", script)
        news = html("", "articles-news", script)
    with gr.Row(elem_id="articles-filter"):
        asked = gr.Textbox(label=word("articles_filter"), max_lines=1, max_length=_LONGEST)
    there = html("", "articles-list", script)
    folder = html("", "articles-folder", script)
    offset = gr.State(0)
    place = [asked, offset]
    listed = [there, folder]

    # One after another, as they come: which need not be as they were sent.
    in_turn = SHARED | {"concurrency_limit": 1, "concurrency_id": "articles"}
    dropping.input(tab.drop, outputs=[told, news], **in_turn)
    begun = [dropping.upload(tab.drop, outputs=[told, news], **in_turn)]
    begun += [part.click(tab.press, outputs=[told, news], **SHARED) for part in (news, *listed)]
    begun += [gr.on(None, tab.open, outputs=[dropping, *listed], **SHARED)]  # as the page is opened
    for each in begun:
        each.then(tab.follow, outputs=news, **SHARED).then(
            tab.show, inputs=place, outputs=listed, **SHARED
        )
    moved = [offset, *listed]
    there.select(tab.turn, inputs=asked, outputs=moved, **SHARED)
    # Each change as a whole, pasted too; of those that come meanwhile the last.
    asked.change(tab.find, inputs=asked, outputs=moved, **SHARED | {"trigger_mode": "always_last"})


class _Articles:
    """What happens in the tab, and how it goes on from there."""

    def __init__(self, service: Service) -> None:
        self._index = service.index
        self._updates = service.updates
        self._shelf = service.updates.shelf
        self._uploads = Path(get_upload_folder()).resolve()

    def open(self, request: gr.Request) -> tuple[str, str, str]:
        """Write the tab as it is when the page is opened."""
        language = reader(request)
        dropping = view.dropping(Index.SUFFIXES, str(self._shelf.folder), language)
        return dropping, *self.show("", 0, request)

    def show(self, asked: str | None, offset: int, request: gr.Request) -> tuple[str, str]:
        """Write a page of the list, and what the folder is."""
        language = reader(request)
        text = (asked or "")[:_LONGEST].strip()
        found = self._index.listing(text, view.PAGE, offset)
        if not found.entries and found.total:  # what was on the last page is gone
            offset = (found.total - 1) // view.PAGE * view.PAGE
            found = self._index.listing(text, view.PAGE, offset)
        there = view.listed(found.entries, found.total, offset, text, language)
        shelf = self._shelf
        return there, view.folder(str(shelf.folder), shelf.removed(), shelf.is_gone, language)

    def turn(
        self, asked: str | None, event: gr.EventData, request: gr.Request
    ) -> tuple[int, str, str]:
        """Go to another page of the list."""
        _, place = tags.pressed(event)
        offset = int(place) if place.isdecimal() and len(place) < _DIGITS else 0
        return offset, *self.show(asked, offset, request)

    def find(self, asked: str | None, request: gr.Request) -> tuple[int, str, str]:
        """Go to the first page of what is asked for."""
        return 0, *self.show(asked, 0, request)

    def drop(self, event: gr.EventData, request: gr.Request) -> tuple[str, str]:
        """Take in a part of what was dropped; the update begins once all of it is here."""
        language = reader(request)
        files, drop, parts = self._dropped(event._data)
        try:
            placed = self._shelf.put(files)
        except OSError as error:
            return self._said(self._unwritable(error, language), language)
        self._updates.dropped(drop, placed, parts)
        return self._said("", language)

    def _dropped(self, said: object) -> tuple[list[Dropped], str, int]:
        """Take apart what a browser says of a drop: files, its name, and how many parts it has."""
        if not isinstance(said, dict) or not isinstance(said.get("files"), list):
            return [], "", 1
        files = [self._file(each) for each in said["files"] if isinstance(each, dict)]
        parts = said.get("parts")
        return files, str(said.get("drop"))[:_LONGEST], parts if isinstance(parts, int) else 1

    def _file(self, said: dict[object, object]) -> Dropped:
        name, path, size = said.get("name"), said.get("path"), said.get("size")
        there = None
        if isinstance(path, str):
            # Only what has come in by an upload may be moved from where it is.
            with suppress(OSError, ValueError):
                found = Path(path).resolve(strict=True)
                if found.is_relative_to(self._uploads) and found.is_file():
                    there = found
        return Dropped(str(name), there, size if isinstance(size, int) else 0)

    def press(self, event: gr.EventData, request: gr.Request) -> tuple[str, str]:
        """Do what a button says: have a file or all read again, take one out, or put it back."""
        language = reader(request)
        do, name = tags.pressed(event)
        try:
            return self._said(self._do(do, name, language), language)
        except OSError as error:
            return self._said(self._unwritable(error, language), language)

    def _do(self, do: str, name: str, language: Language) -> str:
        """Do one thing; returns what there is to say of it at once."""
        if do == "all":
            self._updates.ask()
        elif do == "again" and (path := self._index.file(name)):
            self._updates.ask([path.relative_to(self._shelf.folder.resolve()).as_posix()])
        elif do == "remove" and (taken := self._shelf.take_out(name)):
            self._updates.taken_out(taken)
        elif do in ("again", "remove") and self._index.article(name):
            self._updates.ask([name])  # somebody else has taken it out of the folder
        elif do == "put back" and (source := self._shelf.put_back(name)):
            self._updates.ask([source])
            return view.sentence("is back", language, name=source)
        else:
            return view.sentence("has gone", language)
        return ""

    async def follow(self, request: gr.Request) -> AsyncIterator[Any]:
        """Show how the updates go, until all are over."""
        language = reader(request)
        before = None
        while True:
            is_over = not self._updates.course().is_running
            shown = await asyncio.to_thread(self._news, language)
            yield shown if shown != before else gr.skip()
            before = shown
            if is_over:
                return
            await asyncio.sleep(_GLANCE)

    def _said(self, told: str, language: Language) -> tuple[str, str]:
        return tags.told(told), self._news(language)

    def _news(self, language: Language) -> str:
        course = self._updates.course()
        # Not looked for where nobody asks: this is shown several times a second.
        removed = {each.key for each in self._shelf.removed()} if course.taken else set()
        return view.news(course, removed, language)

    def _unwritable(self, error: OSError, language: Language) -> str:
        key = "no folder" if self._shelf.is_gone else "unwritable"
        reason = in_hindi.for_reader(error.strerror or str(error), language)
        return view.sentence(key, language, folder=str(self._shelf.folder), reason=reason)
