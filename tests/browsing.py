"""The chat page driven in Chromium, against the real server."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from index import Index
from qa import safety
from qa.http_server import HttpServer
from qa.service import Service

# The first is Chromium without its windows: a page takes half the processor time in it.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no chromium on this machine to open the page with"
)
SEEDS = Path(__file__).parent.parent / "seeds"
HINDI = "रूस और पाकिस्तान के राजनयिक रिश्ते कितने साल पुराने हो गए हैं?"
ENGLISH = "What kind of tree did Lavrov plant in Islamabad?"
ROMAN = "imran khan kashmir vivad ko kaise suljhana chahte the?"
UNANSWERABLE = "Who won the cricket World Cup in 2023?"
# Restores Ctrl-C where the tests run in the background of a shell, which turns it off.
START = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from qa.cli import main; sys.exit(main())"
)
_QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

Open = Callable[..., Page]


@contextmanager
def served(*command: str, **environment: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a server on a free port, from when it says where it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-c", *command, "--port", port],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=os.environ | environment,
    )
    assert process.stdout
    assert process.stderr
    with process:
        try:
            line = process.stderr.readline()
            assert f"http://127.0.0.1:{port}/" in line, line + process.stderr.read()
            yield f"http://127.0.0.1:{port}/", process
        finally:
            process.terminate()


@contextmanager
def page_over(db: Path) -> Iterator[str]:
    """Serve the page of an index from this process, as `qa chat` does; gives the address.

    A process of its own takes four seconds to load what it needs, again for each server.
    """
    from qa import site  # loads Gradio, which tests without a page do not wait for

    with (
        Index(db) as index,
        closing(Service(index)) as service,
        site.built(service) as app,
        closing(HttpServer(safety.around(app), "127.0.0.1", 0)) as server,
    ):
        yield f"{server.address}/"


@contextmanager
def launched() -> Iterator[Browser]:
    """Start Chromium."""
    expect.set_options(timeout=30_000)  # milliseconds; other tests run beside
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        yield chromium
        chromium.close()


@contextmanager
def tabs(browser: Browser) -> Iterator[Open]:
    """Open tabs; see in the end that no script failed and only the server was asked."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    hosts: set[str | None] = set()

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            complaints.append(message.text)

    def open_tab(
        url: str,
        *,
        locale: str = "en-US",
        width: int = 1280,
        dark: bool = False,
        context: BrowserContext | None = None,
        may_complain: bool = False,
    ) -> Page:
        if context is None:
            context = browser.new_context(
                locale=locale,
                viewport={"width": width, "height": 900},
                color_scheme="dark" if dark else "light",
            )
            contexts.append(context)
        page = context.new_page()
        if not may_complain:
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", heard)
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        page.goto(url)
        page.locator("#question textarea").wait_for()
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert not complaints, complaints
    assert hosts <= {"127.0.0.1", None}, hosts  # None is for data: addresses


def put(page: Page, question: str) -> None:
    """Ask, and wait until the answer is whole."""
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#now .turn h2")).to_have_text(question)
    finished(page)


def finished(page: Page) -> None:
    """Wait until the latest answer is whole, and the next question can be asked."""
    expect(page.locator("#now [aria-busy=false]")).to_be_visible()
    expect(page.locator("#ask")).to_be_visible()


@contextmanager
def opened(browser: Browser, url: str, tab: int, **options: Any) -> Iterator[Page]:
    """Open the page, and one of its tabs, by its place from 0."""
    with tabs(browser) as open_tab:
        page = open_tab(url, **options)
        page.get_by_role("tab").nth(tab).click()
        yield page


def forge(button: Locator, deed: str, name: str) -> None:
    """Have a button of a tab ask for what it does not say."""
    button.evaluate(
        """(button, [deed, name]) => {
            Object.assign(button.dataset, {do: deed, name});
            button.click();
        }""",
        [deed, name],
    )


def serious(page: Page) -> list[str]:
    """Say what axe-core finds that keeps somebody out."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['html'][:150]}"
        for each in violations
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def go(page: Page, tab: str) -> None:
    """Open another tab of the page, by its name."""
    page.get_by_role("tab", name=tab, exact=True).click()
