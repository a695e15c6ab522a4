"""The description of the HTTP API: it is true, and can be read without anything from elsewhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import pytest
import schemathesis
from answering import answering
from browsing import needs_chromium
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, expect
from schemathesis.config import SchemathesisConfig
from talks import PLANTED, indexed

from index import Index
from qa import api, ask, results
from qa.api_fields import AnswerFields, CitationFields, PassageFields, SentenceFields
from qa.service import Service


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return indexed(tmp_path_factory.mktemp("talks"))


@pytest.fixture(scope="module")
def address(db: Path) -> Iterator[str]:
    with answering(db) as url:
        yield url


# A question may be empty or in another script, and a model unknown, which no schema says.
CHECKS = {"positive_data_acceptance": {"expected-statuses": ["2xx", 400, 404, 422]}}
# Nothing is asked of it: what describes needs no index.
DESCRIPTION = api.build(Service(cast("Index", None))).openapi()
described = schemathesis.openapi.from_dict(
    DESCRIPTION, config=SchemathesisConfig.from_dict({"checks": CHECKS})
)


@described.parametrize()
@settings(
    max_examples=15,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_the_reply_is_one_that_is_described(
    case: schemathesis.Case[Any], address: str
) -> None:
    body = case.body
    is_chat = case.path == "/v1/chat/completions"
    if is_chat and isinstance(body, dict) and isinstance(body.get("model"), str):
        body["model"] = "khabar"  # it would hardly be met
    case.call_and_validate(base_url=address)


def test_every_operation_is_described(address: str) -> None:
    assert httpx.get(f"{address}/openapi.json", trust_env=False).json() == DESCRIPTION
    named = {
        operation["operationId"]
        for path in DESCRIPTION["paths"].values()
        for operation in path.values()
    }
    assert named == {"ask", "search", "chat", "models", "model", "healthz"}


def test_a_reply_has_the_fields_that_are_described(db: Path) -> None:
    with Index(db) as index:
        answer = results.answer_fields(ask(PLANTED, index, engine="extract"))
        passage = results.hit_fields(index.search(PLANTED)[0])
    for described, given in (
        (AnswerFields, answer),
        (CitationFields, answer["citations"][0]),
        (SentenceFields, answer["sentences"][0]),
        (PassageFields, passage),
    ):
        assert set(described.model_fields) == set(given)


@needs_chromium
def test_the_description_is_shown_without_a_request_to_elsewhere(
    address: str, browser: Browser
) -> None:
    page = browser.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{address}/docs")
    expect(page.get_by_text("/v1/chat/completions")).to_be_visible()
    page.get_by_text("/v1/search").click()
    expect(page.get_by_text("Find the passages that best match").last).to_be_visible()
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith("data:")}
    assert hosts == {urlsplit(address).netloc}
    assert wrong == []
    page.close()
