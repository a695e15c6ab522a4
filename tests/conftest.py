"""A machine without models or settings of its own, and a small folder of articles."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import browsing
import pytest
from attacked import FEW, SECRET, SOON, Server, serving
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser
from talks import indexed
from xdist.scheduler import LoadScopeScheduling

from qa.conversations import Conversations
from qa.turn import Turn

# Whatever somebody has set or installed on the machine that runs the tests.
for name in [name for name in os.environ if name.startswith("KHABAR_")]:
    del os.environ[name]
# Threads that wait for each other take ten times as long beside other tests.
os.environ["KHABAR_LLAMA"] = "threads=1"
os.environ["KHABAR_MODELS"] = str(Path(tempfile.gettempdir()) / "khabar-tests-have-no-models")

# The same examples on every run: what one run finds, the next one finds as well. To look for more:
# pytest --hypothesis-profile=new
ALWAYS = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("same", ALWAYS)
settings.register_profile("new", ALWAYS, max_examples=2_000, derandomize=False)
settings.load_profile("same")

ARTICLES = {
    "goa-vaccine-en.txt": (
        "Vaccine drive begins in Goa\n\n5 May 2023\n\n"
        "Doctors in Goa began a vaccine drive on Friday. The health minister said that it will "
        "last a month and reach every village.\n"
    ),
    "goa-tika-hi.txt": (
        "गोवा में टीका अभियान शुरू\n\n6 मई 2023\n\n"
        "गोवा में डॉक्टरों ने शनिवार को टीका अभियान शुरू किया। स्वास्थ्य मंत्री ने कहा कि यह एक महीना "
        "चलेगा और हर गांव तक पहुंचेगा।\n"
    ),
    "lavrov-hi.txt": (
        "लावरोव ने पाकिस्तान को उपकरण देने का वादा किया\n\n7 अप्रैल 2021\n\n"
        "रूस के विदेश मंत्री सर्गेई लावरोव ने इस्लामाबाद में कहा कि रूस पाकिस्तान को विशेष सैन्य उपकरण "
        "देगा। दोनों देश साझा अभ्यास भी करेंगे।\n"
    ),
    "sub/cricket-en.txt": (
        "India win the final by six wickets\n\n12 March 2022\n\n"
        "India won the cricket final in Mumbai by six wickets. The captain thanked the crowd and "
        "praised the bowlers.\n"
    ),
    "sub/undated-en.md": (
        "Notes on the monsoon\n\n"
        "The monsoon reached Kerala early. Farmers expect a good harvest of rice this year.\n"
    ),
}


LONG = ("chat", "articles", "attacks", "embed")
"""Subjects whose tests take longest: they begin first, so that none is left for the end."""
WITH_TORCH = ("embed", "rerank", "chroma", "forwarded", "installed", "switch")
"""Subjects that load PyTorch, which takes six seconds, once for all of them."""


def subject(nodeid: str) -> str:
    """Tell what a test is about: "chat" for those of test_chat.py and of test_chat_access.py."""
    name = nodeid.partition("::")[0].removesuffix(".py").rpartition("test_")[2].partition("_")[0]
    return WITH_TORCH[0] if name in WITH_TORCH else name


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first."""
    items.sort(key=lambda item: subject(item.nodeid) not in LONG)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """Have the tests of a subject run in one worker, where what they share is started once."""
    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = subject
    return scheduler


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """Five articles: two on one event in two languages, one without a date, two in a folder."""
    folder = tmp_path / "articles"
    for source, text in ARTICLES.items():
        path = folder / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium, once for all tests that look at the page."""
    with browsing.launched() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def unlocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server for attacks, that answers whoever asks on this machine."""
    with serving(indexed(tmp_path_factory.mktemp("talks")), before=FEW) as server:
        yield server


@pytest.fixture(scope="session")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """Start one that asks for a secret; comes with the id of a conversation of Ravi's."""
    db = indexed(tmp_path_factory.mktemp("talks"))
    with Conversations(db) as conversations:
        ravis = conversations.begin("Ravi", Turn("Who is Zorbani?")).conversation
    with serving(db, SECRET, SOON) as server:
        yield server, ravis


@pytest.fixture
def tab(browser: Browser) -> Iterator[browsing.Open]:
    """Open tabs, in which no script may fail and nothing but the server be asked."""
    with browsing.tabs(browser) as open_tab:
        yield open_tab
