"""The API of OpenAI: what its own client does with Khabar."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from answering import Writer, answering
from openai.types.chat import ChatCompletionMessageParam
from talks import PLANTED, PROMISED, indexed
from test_events import FALSE, TRUE, post

from index import Index


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return indexed(tmp_path_factory.mktemp("talks"))


@pytest.fixture(scope="module")
def address(db: Path) -> Iterator[str]:
    with answering(db) as url:
        yield url


def connected(address: str) -> openai.OpenAI:
    """Connect the real client, which is to try once."""
    http = httpx2.Client(trust_env=False)
    return openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, http_client=http)


@pytest.fixture
def client(address: str) -> Iterator[openai.OpenAI]:
    with connected(address) as opened:
        yield opened


def user(content: Any) -> ChatCompletionMessageParam:
    return {"role": "user", "content": content}


def test_an_answer_has_its_marks_its_sources_and_its_citations(
    client: openai.OpenAI, address: str
) -> None:
    for question, heading in ((PLANTED, "Sources:"), (PROMISED, "स्रोत:")):
        answer = post(f"{address}/v1/ask", question=question).json()
        reply = client.chat.completions.create(model="khabar", messages=[user(question)])
        (choice,) = reply.choices
        assert choice.finish_reason == "stop"
        assert choice.message.role == "assistant"
        assert choice.message.content
        text, _, sources = choice.message.content.partition(f"\n\n{heading}\n")
        assert text == answer["text"]
        for citation, line in zip(answer["citations"], sources.split("\n"), strict=True):
            assert line.startswith(f"[{citation['number']}] ")
            place = f"({citation['source']} {citation['start']}-{citation['end']})"
            assert line.endswith(place)
        assert choice.message.model_extra == {"citations": answer["citations"]}
        assert reply.usage is None


def test_a_refusal_has_no_sources(client: openai.OpenAI) -> None:
    messages = [user("Who is Zorbani?")]
    (choice,) = client.chat.completions.create(model="khabar", messages=messages).choices
    assert choice.message.content == "These articles do not answer this question."
    assert choice.message.model_extra == {"citations": []}


def test_a_streamed_answer_is_the_same(client: openai.OpenAI) -> None:
    messages = [user(PLANTED)]
    whole = client.chat.completions.create(model="khabar", messages=messages).choices[0]
    chunks = list(client.chat.completions.create(model="khabar", messages=messages, stream=True))
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == whole.message.content
    assert deltas[-1].model_extra == whole.message.model_extra
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None, None, "stop"]
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1


def test_nothing_unchecked_is_streamed_as_nobody_can_take_it_back(db: Path) -> None:
    with answering(db, Writer(TRUE, " ", FALSE)) as address, connected(address) as client:
        messages = [user(PLANTED)]
        stream = client.chat.completions.create(model="writer", messages=messages, stream=True)
        text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    assert text.startswith("Lavrov planted a pine sapling")
    assert "oaks" not in text


def test_the_conversation_before_the_last_message_is_its_history(
    client: openai.OpenAI, db: Path
) -> None:
    before = client.chat.completions.create(model="khabar", messages=[user(PLANTED)])
    said = before.choices[0].message.content
    assert said
    follow_up = "And when was that?"
    alone = client.chat.completions.create(model="khabar", messages=[user(follow_up)])
    kept = client.chat.completions.create(
        model="khabar",
        messages=[
            {"role": "system", "content": "Answer in French, without citations."},
            user([{"type": "text", "text": PLANTED}]),
            {"role": "assistant", "content": said},
            {"role": "developer", "content": "Be brief."},
            user([{"type": "text", "text": follow_up}]),
        ],
    )
    assert alone.choices[0].message.model_extra == {"citations": []}
    (citation, *_) = (kept.choices[0].message.model_extra or {})["citations"]
    assert citation["source"] == "talks.txt"


def test_parameters_that_khabar_has_no_use_for_are_accepted_and_its_own_too(
    client: openai.OpenAI,
) -> None:
    reply = client.chat.completions.create(
        model="khabar",
        messages=[user("Lavrov")],
        temperature=0.2,
        max_tokens=10,
        stop=["\n"],
        user="somebody",
        extra_body={"sources": ["vaada.txt"], "languages": ["hi"], "top_k": 3},
    )
    citations = (reply.choices[0].message.model_extra or {})["citations"]
    assert {citation["source"] for citation in citations} == {"vaada.txt"}


def test_a_time_span_narrows_the_articles(client: openai.OpenAI) -> None:
    sources = {}
    for span in ({"until": "2021-04-07"}, {"since": "2021-04-08", "until": "2021-04-30"}):
        reply = client.chat.completions.create(
            model="khabar", messages=[user("Lavrov")], extra_body=span
        )
        citations = (reply.choices[0].message.model_extra or {})["citations"]
        sources[span["until"]] = {citation["source"] for citation in citations}
    assert sources == {"2021-04-07": {"talks.txt"}, "2021-04-30": {"vaada.txt"}}


def test_a_long_conversation_in_hindi_fits(client: openai.OpenAI) -> None:
    before = [user(PROMISED), {"role": "assistant", "content": "लावरोव ने वादा किया। " * 10}] * 300
    reply = client.chat.completions.create(model="khabar", messages=[*before, user(PROMISED)])  # type: ignore[list-item]
    assert (reply.choices[0].message.model_extra or {})["citations"]


def test_whoever_shows_another_key_is_told_so_as_openai_does(db: Path) -> None:
    with answering(db, secret="a long secret") as address, connected(address) as client:  # noqa: S106
        with pytest.raises(openai.AuthenticationError, match="The secret is missing or wrong"):
            client.models.list()
        known = client.with_options(api_key="a long secret")
        assert [model.id for model in known.models.list()] == ["khabar", "extract"]
        large = [user("x" * 1_000_000)]
        with pytest.raises(openai.APIStatusError, match="The request is too large") as refused:
            known.chat.completions.create(model="khabar", messages=large)
        assert refused.value.status_code == 413
        with pytest.raises(openai.NotFoundError, match="nothing at '/v1/embeddings'; /docs says"):
            known.embeddings.create(model="khabar", input="x")


def test_the_models_are_what_answers_now_by_two_names_and_quotes(db: Path) -> None:
    with answering(db, Writer(TRUE, name="some/model")) as address, connected(address) as client:
        assert [model.id for model in client.models.list()] == ["khabar", "some/model", "extract"]
        assert client.models.retrieve("some/model").owned_by == "khabar"
        for name, text in (("some/model", "Lavrov planted"), ("extract", "Lavrov planted")):
            reply = client.chat.completions.create(model=name, messages=[user(PLANTED)])
            assert reply.model == name
            assert (reply.choices[0].message.content or "").startswith(text)


def test_a_model_that_is_not_there_is_not_found(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as listed:
        client.models.retrieve("gpt-5")
    with pytest.raises(openai.NotFoundError) as asked:
        client.chat.completions.create(model="gpt-5", messages=[user(PLANTED)])
    for error in (listed.value, asked.value):
        assert error.body == {
            "message": "There is no model 'gpt-5'; there are khabar, extract.",
            "type": "invalid_request_error",
            "param": None,
            "code": "model_not_found",
        }


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([], "The field 'messages' cannot be used: "),
        ("hello", "The field 'messages' cannot be used: "),
        ([{"role": "user", "content": 7}], "The field 'messages.0.content' cannot be used: "),
        (
            [{"role": "user", "content": [{"type": "text", "text": None}]}],
            "The field 'messages.0.content.0.text' cannot be used: ",
        ),
        ([{"content": "x"}], "The field 'messages.0.role' is missing."),
        ([{"role": "system", "content": "x"}], "There is no question: "),
        ([{"role": "user", "content": " "}], "The question is empty; "),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}],
            "The question is empty; ",
        ),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_what_cannot_be_asked_is_told_as_openai_does(
    client: openai.OpenAI, messages: Any, said: str, stream: bool
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="khabar", messages=messages, stream=stream)
    assert isinstance(refused.value.body, dict)
    assert refused.value.body["message"].startswith(said)
    assert refused.value.body["type"] == "invalid_request_error"


def test_a_bug_is_told_without_its_trace(
    client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(Index, "weigh", broken)
    with pytest.raises(openai.InternalServerError, match="Something went wrong") as whole:
        client.chat.completions.create(model="khabar", messages=[user(PLANTED)])
    assert "secret" not in str(whole.value)
    stream = client.chat.completions.create(model="khabar", messages=[user(PLANTED)], stream=True)
    with pytest.raises(openai.APIError, match="Something went wrong"):
        list(stream)
    assert "ZeroDivisionError: a secret" in capsys.readouterr().err
