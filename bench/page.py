"""Measure what people wait for on the chat page, in a real browser and with many of them.

From no index to a cited answer; from opening the page to the first paint; from Enter to the first
text; with many who ask at once; and while files are being uploaded. Needs Debian's chromium.

python bench/page.py [--users N] [--files N]
"""

import argparse
import asyncio
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, sync_playwright
from serving import questions, served

from qa import examples

QUIET = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking".split()
WATCH = """() => {
    window.asked = window.shown = 0;
    document.addEventListener("keydown", event => {
        if (event.key === "Enter") { window.asked = performance.now(); window.shown = 0; }
    }, true);
    new MutationObserver(() => {
        const busy = document.querySelector("#now p.answer, #now p.refused");
        if (!window.shown && busy && document.querySelector("#now h2").textContent === window.next)
            window.shown = performance.now();
    }).observe(document.body, {childList: true, subtree: true, characterData: true});
}"""


def opened(browser: Browser, address: str) -> tuple[Page, dict[str, float]]:
    """Open the page as somebody who was never there; tells when it was painted, in ms."""
    page = browser.new_context().new_page()
    page.goto(address)
    page.locator("#question textarea").wait_for()
    box = page.evaluate("performance.now()")
    paints = page.evaluate("performance.getEntriesByType('paint').map(e => [e.name, e.startTime])")
    return page, {**dict(paints), "question box": box}


def first_text(page: Page, question: str) -> float:
    """Ask; returns the ms from Enter to the first text of the answer."""
    page.evaluate("question => { window.next = question }", question)
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    page.wait_for_function("window.shown > 0", polling=20)
    page.locator("#ask").wait_for()
    taken: float = page.evaluate("window.shown - window.asked")
    return taken


def told(what: str, taken: Sequence[float]) -> None:
    """Print a median, and the slowest."""
    print(f"{what}: median {statistics.median(taken):.0f} ms, longest {max(taken):.0f} ms")


class User:
    """Somebody who asks on the page, as Gradio's own script does it over HTTP."""

    def __init__(self, client: httpx.AsyncClient, config: dict[str, Any]) -> None:
        self._client = client
        self._session = f"{random.getrandbits(60):x}"
        boxes = {each["id"] for each in config["components"] if each["type"] == "textbox"}
        self._ask = next(
            each
            for each in config["dependencies"]
            if any(target in boxes and event == "submit" for target, event in each["targets"])
        )

    async def ask(self, question: str) -> float:
        """Ask, and wait for the whole answer; returns the ms that it took."""
        begin = time.perf_counter()
        target = next(target for target, event in self._ask["targets"] if event == "submit")
        data: list[Any] = [question, *[None] * (len(self._ask["inputs"]) - 1)]
        data[-2:] = [], []  # no language chosen, no file
        body = {
            "data": data,
            "event_data": None,
            "fn_index": self._ask["id"],
            "trigger_id": target,
            "session_hash": self._session,
        }
        joined = await self._client.post("/gradio_api/queue/join", json=body)
        joined.raise_for_status()
        path = f"/gradio_api/queue/data?session_hash={self._session}"
        async with self._client.stream("GET", path) as reply:
            async for line in reply.aiter_lines():
                if line.startswith("data:"):
                    message = json.loads(line[5:])
                    if message["msg"] == "process_completed":
                        assert message["success"], message
                        return 1000 * (time.perf_counter() - begin)
        raise AssertionError("the stream ended before the answer")


async def page_users(address: str, count: int, seconds: float, pause: float) -> list[float]:
    """Let many ask on the page, each with a pause of about so many seconds between questions."""
    asked = questions()
    taken: list[float] = []

    async def sit(user: User, chance: random.Random) -> None:
        await asyncio.sleep(chance.uniform(0, pause))
        while time.perf_counter() < until:
            taken.append(await user.ask(chance.choice(asked)))
            await asyncio.sleep(chance.uniform(0, 2 * pause))

    limits = httpx.Limits(max_connections=4 * count, max_keepalive_connections=4 * count)
    async with httpx.AsyncClient(
        base_url=address, limits=limits, timeout=60, trust_env=False
    ) as client:
        config = (await client.get("/config")).json()
        users = [User(client, config) for _ in range(count)]
        until = time.perf_counter() + seconds
        chances = [random.Random(number) for number in range(count)]  # noqa: S311, no secret
        await asyncio.gather(*map(sit, users, chances))
    return taken


def asked_meanwhile(address: str, stop: threading.Event, taken: list[float]) -> None:
    """Ask over the API, one question after the other, until told to stop."""
    asked = questions()
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        for number in range(10**9):
            if stop.is_set():
                return
            begin = time.perf_counter()
            body = {"question": asked[number % len(asked)]}
            client.post("/v1/ask", json=body).raise_for_status()
            taken.append(1000 * (time.perf_counter() - begin))
            stop.wait(0.05)


def uploaded(page: Page, scratch: Path, count: int) -> float:
    """Drop files on the page; returns the seconds until all can be searched."""
    files = []
    for number in range(count):
        file = scratch / f"boat-{number}.txt"
        file.write_text(
            f"Boat {number} sails from Goa\n\n5 May 2023\n\n"
            + " ".join(f"Boat {number} carried {each} nets to the port." for each in range(40)),
            encoding="utf-8",
        )
        files.append(file)
    page.get_by_role("tab").nth(2).click()
    begin = time.perf_counter()
    page.locator("#articles-drop input").set_input_files(files)
    page.get_by_text(f"{count} articles were added.").wait_for(timeout=300_000)
    return time.perf_counter() - begin


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--files", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        scratch = Path(folder)
        articles = shutil.copytree(examples.articles(), scratch / "articles")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        begin = time.perf_counter()
        command = [sys.executable, "-m", "qa", "index", str(articles), "--db", str(scratch / "db")]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603, our own command
        with served("chat", scratch / "db") as address:
            page, _ = opened(browser, address)
            page.locator("#examples button").first.click()
            page.locator("#now .sources li").first.wait_for()
            print(f"from no index to a cited answer: {time.perf_counter() - begin:.1f} s")
            paints = [opened(browser, address)[1] for _ in range(8)]
            for name in paints[0]:
                told(name, [each[name] for each in paints])
        asked = questions()
        with served("chat", scratch / "db") as address:
            page, _ = opened(browser, address)
            page.evaluate(WATCH)
            print(f"first text, first question of a server: {first_text(page, asked[0]):.0f} ms")
            told("first text", [first_text(page, question) for question in asked[1:31]])
            for pause in (5.0, 0.0):
                # In a thread of its own: Playwright has a loop running in this one.
                users = page_users(address, options.users, 20, pause)
                with ThreadPoolExecutor(1) as pool:
                    taken = pool.submit(asyncio.run, users).result()
                told(
                    f"{options.users} on the page, {pause:.0f} s between, {len(taken)} answers",
                    taken,
                )
            stop, taken = threading.Event(), []
            asking = threading.Thread(target=asked_meanwhile, args=[address, stop, taken])
            asking.start()
            seconds = uploaded(page, scratch, options.files)
            stop.set()
            asking.join()
            print(f"{options.files} files dropped and searchable: {seconds:.1f} s")
            told(f"answers meanwhile: {len(taken)}", taken)
        browser.close()


if __name__ == "__main__":
    main()
