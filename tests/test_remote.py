"""What Khabar promises of a model on a server: llama_cpp.server, and servers that misbehave."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
import tiny_gguf
from scripted import (
    ASKED,
    END,
    Handler,
    complaint,
    delta,
    fails,
    joined,
    says,
    serving,
    streams,
    written,
)

from index.errors import ModelError, ModelTimeoutError
from qa import cli, endpoint, llm, prompt, remote
from qa.prompt import Prompt
from qa.remote import RemoteEngine, models
from qa.types import Waiting
from qa.words import REFUSAL

ANSWER = "रूस ने पाकिस्तान से वादा किया। [1] इस पर बात इस्लामाबाद में हुई। [2]"


def follows_grammar(text: str) -> bool:
    """Say in Python what the grammar says in GBNF."""
    sentence = r"[^<>\[\]]+(?: \[[12]\]){1,3}"
    return bool(re.fullmatch(rf"{sentence}(?: {sentence}){{0,3}}", text))


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run llama_cpp.server with two models: "says" says ANSWER, "random" has random weights."""
    folder = tmp_path_factory.mktemp("server")
    tiny_gguf.write(folder / "says.gguf", says=ANSWER)
    tiny_gguf.write(folder / "random.gguf", seed=3)
    served = [
        {"model": str(folder / f"{name}.gguf"), "model_alias": name, "n_ctx": 4_096}
        for name in ("says", "random")
    ]
    config = folder / "config.json"
    # Port 0: the system gives a free one, and the server says which.
    options = {"host": "127.0.0.1", "port": 0, "interrupt_requests": False, "models": served}
    config.write_text(json.dumps(options))
    environment = {key: os.environ[key] for key in ("PATH", "OMP_WAIT_POLICY") if key in os.environ}
    with subprocess.Popen(
        [sys.executable, "-m", "llama_cpp.server", "--config_file", str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        assert process.stderr
        lines = []
        for line in process.stderr:
            lines.append(line)
            if found := re.search(r"running on (http://\S+)", line):
                break
        else:
            raise AssertionError("".join(lines))
        # What it writes must go somewhere, or it waits.
        draining = threading.Thread(target=process.stderr.read)
        draining.start()
        yield f"{found[1]}/v1"
        process.terminate()
        draining.join()


def test_a_server_writes_an_answer_in_pieces_and_hindi_stays_whole(real: str) -> None:
    engine = RemoteEngine(f"{real}#says")
    pieces = [piece for piece in engine.write(ASKED) if isinstance(piece, str)]
    assert "".join(pieces) == ANSWER
    assert len(pieces) > 5
    assert engine.name == "says"


def test_a_server_that_takes_a_grammar_keeps_any_model_to_it(real: str) -> None:
    draft = joined(RemoteEngine(f"{real}#random").write(ASKED))
    assert follows_grammar(draft[: draft.rfind("]") + 1])


def test_only_a_refusal_can_be_written_where_nothing_was_found(real: str) -> None:
    nothing = prompt.answering("क्या वादा किया?", "hi", ())
    draft = joined(RemoteEngine(f"{real}#random").write(nothing))
    assert draft == REFUSAL["hi"]


def test_a_server_says_which_models_it_has(real: str) -> None:
    assert models(real) == ["says", "random"]
    with pytest.raises(ModelError, match=r"several models \(says, random\); .*/v1#says\.$"):
        RemoteEngine(real)
    with pytest.raises(ModelError, match="has no model gemma; it has says, random"):
        RemoteEngine(f"{real}#gemma")


def test_qa_models_lists_what_the_server_in_use_has(
    real: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KHABAR_MODEL", f"{real}#says")
    assert cli.main(["models"]) == 0
    assert "KHABAR_MODEL names it; the server has says, random" in capsys.readouterr().out


def test_stopping_midway_leaves_the_server_usable(real: str) -> None:
    engine = RemoteEngine(f"{real}#says")
    pieces = engine.write(ASKED)
    opening = next(piece for piece in pieces if isinstance(piece, str))
    pieces.close()  # type: ignore[attr-defined]
    assert ANSWER.startswith(opening)
    assert list(pieces) == []
    assert joined(engine.write(ASKED)) == ANSWER


def test_of_many_who_ask_at_once_those_who_hang_up_harm_no_other(real: str) -> None:
    engine = RemoteEngine(f"{real}#says")
    answers: list[str] = []

    def ask(leaves: bool) -> None:
        pieces = engine.write(ASKED)
        if leaves:
            next(pieces)
            pieces.close()  # type: ignore[attr-defined]
        else:
            answers.append(joined(pieces))

    threads = [threading.Thread(target=ask, args=[i % 2]) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [ANSWER] * 4


def test_a_prompt_longer_than_the_servers_context_is_said(real: str) -> None:
    long = Prompt(({"role": "user", "content": "क्या वादा? " * 2_000},), ASKED.grammar, 100)
    with pytest.raises(ModelError, match=r"broke off .* \(its context may be too short\)"):
        list(RemoteEngine(f"{real}#says").write(long))


def test_an_address_stands_for_a_model_wherever_a_model_can_be_named(
    real: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = llm.choose(f"{real}#says")
    assert engine is not None
    assert engine.name == "says"
    monkeypatch.setenv(llm.MODEL_VARIABLE, f"{real}#says")
    assert llm.choose(None) is engine


def test_without_its_v1_an_address_gets_advice(real: str) -> None:
    with pytest.raises(ModelError, match=r"nothing at /models \(404: Not Found\); .* ends in /v1"):
        RemoteEngine(real.removesuffix("/v1"))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once."""
    monkeypatch.setattr(remote, "_PAUSES", (0.0,) * len(remote._PAUSES))


def test_what_is_asked_is_the_prompt_and_nothing_of_chance() -> None:
    with serving(says("हाँ। [1]")) as server:
        assert written(server) == "हाँ। [1]"
    (asked,) = server.asked
    assert asked["messages"] == list(ASKED.messages)
    assert (asked["model"], asked["max_tokens"], asked["temperature"]) == ("tiny", 512, 0)
    assert asked["grammar"] == asked["structured_outputs"]["grammar"] == ASKED.grammar
    assert asked["chat_template_kwargs"] == {"enable_thinking": False}


def test_characters_cut_between_two_packets_stay_whole() -> None:
    stream = delta("लावरोव 🙂 ") + b": ping\r\n\r\n" + delta("[1]") + END
    with serving(streams(*(stream[i : i + 1] for i in range(len(stream))))) as server:
        assert written(server) == "लावरोव 🙂 [1]"


def test_a_server_that_is_busy_is_asked_again_until_it_answers() -> None:
    with serving(fails(503, {"error": "Loading model"}), fails(429, {}), says("ok")) as server:
        assert written(server) == "ok"
    assert len(server.asked) == 3
    assert server.asked[0] == server.asked[2]
    tries = [fails(503, {"error": {"message": "Loading model"}})] * (len(remote._PAUSES) + 1)
    assert complaint(*tries) == (
        "The server at ADDRESS is busy, or not ready yet (503: Loading model); ask again later."
    )


def test_a_server_that_hangs_up_without_a_word_is_asked_again() -> None:
    with serving(lambda handler: None, says("ok")) as server:
        assert written(server) == "ok"


def test_once_text_has_come_nothing_is_asked_again() -> None:
    cut = streams(delta("रूस ने"), delta("वादा")[:20])
    assert "broke off before the answer was whole" in complaint(cut, says("never asked"))

    def cut_short(handler: Handler) -> None:
        handler.start(**{"content-length": "9999"})
        handler.wfile.write(delta("रूस ने"))

    assert complaint(cut_short, says("never asked")).startswith(
        "The server at ADDRESS broke off (peer"
    )


def test_a_grammar_that_is_refused_is_left_out_from_then_on() -> None:
    no = fails(400, {"error": {"message": "Unrecognized request argument supplied: grammar"}})
    nor = fails(422, {"detail": [{"loc": ["body", "structured_outputs"]}]})
    with serving(no, nor, says("one"), says("two")) as server:
        engine = RemoteEngine(server.address)
        assert [joined(engine.write(ASKED)) for _ in range(2)] == ["one", "two"]
    assert "grammar" in server.asked[0]
    assert "grammar" not in server.asked[1]
    for asked in server.asked[2:]:
        assert not {"grammar", "structured_outputs"} & asked.keys()
        assert asked["chat_template_kwargs"] == {"enable_thinking": False}


def test_a_request_that_is_refused_without_a_reason_is_made_plain_before_giving_up() -> None:
    with serving(fails(400, b""), fails(400, b""), says("ok")) as server:
        assert written(server) == "ok"
    assert server.asked[2].keys() == {"model", "messages", "max_tokens", "temperature", "stream"}
    message = complaint(*[fails(400, {"error": {"message": "No templates here"}})] * 3)
    assert message.startswith("The server at ADDRESS does not do what it is asked (400: No temp")


def test_thoughts_are_no_part_of_the_answer() -> None:
    aloud = says("\n<thi", "nk>रूस? [1]", " हाँ</th", "ink>", "\n\n", "रूस", " ने। [1]")
    with serving(aloud) as server:
        assert written(server) == "रूस ने। [1]"
    apart = streams(delta(None, reasoning_content="hm"), delta("", reasoning="hm"), delta("x"), END)
    with serving(apart, says("<", "th>")) as server:
        assert written(server) == "x"
        assert written(server) == "<th>"
    assert "answered nothing" in complaint(says("<think>", "no end to it"))


def test_half_a_surrogate_pair_does_no_harm() -> None:
    with serving(streams(rb'data: {"choices":[{"delta":{"content":"a\ud83d"}}]}', b"\n", END)) as s:
        assert written(s).encode() == b"a?"


def drips(handler: Handler) -> None:
    """Send a ping now and then, for half a minute, unless the client goes."""
    handler.start()
    for _ in range(3_000):
        threading.Event().wait(0.01)
        handler.wfile.write(b": ping\n\n")


def is_silent(handler: Handler) -> None:
    """Say nothing until the client goes."""
    handler.rfile.read(1)


def test_the_deadline_holds_for_a_server_that_sends_only_now_and_then() -> None:
    with serving(drips) as server, pytest.raises(ModelTimeoutError, match="The time for the ans"):
        written(server, time.monotonic() + 0.2)


def test_the_deadline_holds_for_a_server_that_sends_nothing_and_between_tries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(is_silent) as server, pytest.raises(ModelTimeoutError):
        written(server, time.monotonic() + 0.2)
    monkeypatch.setattr(remote, "_PAUSES", (3_600.0,))
    with serving(fails(503, {})) as server, pytest.raises(ModelTimeoutError):
        written(server, time.monotonic() + 0.2)
    with serving() as server, pytest.raises(ModelTimeoutError):
        written(server, time.monotonic())
    assert server.asked == []


def test_a_server_that_falls_silent_ends_the_wait_without_a_deadline_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(endpoint, "_SILENCE", 0.1)
    with (
        serving(is_silent) as server,
        pytest.raises(ModelTimeoutError, match="has sent nothing for"),
    ):
        written(server)


def test_closing_from_another_thread_hangs_up_at_once() -> None:
    asked, gone = threading.Event(), threading.Event()

    def waits(handler: Handler) -> None:
        asked.set()
        handler.rfile.read(1)  # until the client goes
        gone.set()

    with serving(waits) as server:
        pieces = RemoteEngine(server.address).write(ASKED)
        got: list[str | Waiting] = []
        reading = threading.Thread(target=lambda: got.extend(pieces))
        reading.start()
        assert asked.wait(30)
        pieces.close()  # type: ignore[attr-defined]
        reading.join(30)
        assert gone.wait(30)
        assert not reading.is_alive()
    assert not [event for event in got if isinstance(event, str)]


def test_the_room_is_what_the_server_tells_or_what_ollama_has() -> None:
    with serving() as server:
        for entry, room in (
            ({}, 4_096),
            ({"max_model_len": 32_768}, 32_768),
            ({"meta": {"n_ctx_train": 131_072}}, 6_144),
            ({"max_model_len": "many", "meta": 7}, 4_096),
        ):
            server.entries = [{"id": "tiny", **entry}]
            assert RemoteEngine(server.address).room == room


def test_a_model_is_found_by_the_name_ollama_takes_too() -> None:
    with serving() as server:
        server.entries = [{"id": "gemma3:latest"}, {"id": "gemma3:4b"}, {"id": 7}, "?"]  # type: ignore[list-item]
        assert RemoteEngine(f"{server.address}#gemma3:4b").name == "gemma3:4b"
        assert RemoteEngine(f"{server.address}/#gemma3").name == "gemma3:latest"
        server.entries = ()
        with pytest.raises(ModelError, match="has no model; load one there"):
            RemoteEngine(server.address)


def test_the_count_is_never_below_what_a_wasteful_tokenizer_makes() -> None:
    with serving() as server:
        engine = RemoteEngine(server.address)
    for text, tokens_a_word in (("वैज्ञानिकों ने विश्वविद्यालय में", 4.98), ("the news of the day", 1.35)):
        words = 100 * len(text.split())
        count = engine.count([{"role": "user", "content": f"{text} " * 100}])
        assert words * tokens_a_word < count < 4 * words * tokens_a_word
    assert engine.count([]) > 0
    assert engine.count([{"role": "user", "content": "🙂" * 50}]) >= 200
