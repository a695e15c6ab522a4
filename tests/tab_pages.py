"""The tabs of articles and models on a page of their own, and a browser to open it with."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium")
_QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
_SERVER = """
import importlib, os, sys
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
import gradio as gr

from index import Index
from qa import look
from qa.service import Service

tab = importlib.import_module("qa." + sys.argv[1])
word = gr.I18n(**getattr(tab, "WORDS", {"en": {}, "hi": {}}))
sheet = Path(look.__file__).with_name("tabs.css").read_text(encoding="utf-8")
with Index(sys.argv[2]) as index:
    service = Service(index)
    with gr.Blocks(analytics_enabled=False) as demo, gr.Tab("The tab"):
        tab.build(service, word)
    _, address, _ = demo.launch(
        server_name="127.0.0.1",
        prevent_thread_lock=True,
        quiet=True,
        ssr_mode=False,
        i18n=word,
        theme=gr.themes.Base(primary_hue="teal", neutral_hue="stone").set(**look.COLOURS),
        head=look.head(),
        js=look.TELL_LANGUAGE,
        css=look.css() + sheet,
    )
    print(address, flush=True)
    sys.stdin.read()
    service.close()
    demo.close(verbose=False)
"""


@contextmanager
def shown(tab: str, db: Path, **environment: str) -> Iterator[str]:
    """Serve a page with one tab over an index; gives its address."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER, tab, str(db)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | environment,
    )
    assert process.stdout
    with process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.communicate()
    assert process.returncode == 0


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, url: str, locale: str = "en-US", width: int = 1000) -> Iterator[Page]:
    """Open a page; see in the end that no script failed and only the server was asked."""
    complaints: list[str] = []
    hosts: set[str | None] = set()
    context = browser.new_context(locale=locale, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.goto(url)
    yield page
    context.close()
    assert complaints == []
    assert hosts <= {"127.0.0.1", None}, "None is for data: addresses"


def serious(page: Page) -> list[str]:
    """Say what axe-core finds serious or worse in what the tab holds."""
    found = Axe().run(page, context="[role=tabpanel]").response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html']}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
