"""What Khabar promises of llama.cpp, on tiny real models."""

import re
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny_gguf

from index import Passage
from index.errors import ModelError, ModelLoadError, ModelTimeoutError
from qa import cite, prompt
from qa.llama import LlamaEngine
from qa.prompt import Prompt
from qa.types import AnswerLanguage, Excerpt, Waiting
from qa.words import REFUSAL

ANSWER = "रूस ने पाकिस्तान से वादा किया। [1] इस पर बात इस्लामाबाद में हुई। [2]"


def passage(text: str, number: int = 1, title: str = "शीर्षक") -> Passage:
    return Passage(number, f"{number}.txt", 0, len(text), text, title, None, "hi")


PASSAGES = (passage("रूस ने पाकिस्तान से वादा किया।"), passage("इस्लामाबाद में बात हुई।", 2))


def engine(folder: Path, says: str | None = None, **options: object) -> LlamaEngine:
    return LlamaEngine(tiny_gguf.write(folder / "tiny.gguf", says=says, **options))  # type: ignore[arg-type]


def excerpts(passages: Sequence[Passage]) -> list[Excerpt]:
    return [Excerpt(passage, ((0, len(passage.text)),)) for passage in passages]


def asked(
    language: AnswerLanguage = "hi", passages: Sequence[Passage] = PASSAGES, longest: int = 512
) -> Prompt:
    answering = prompt.answering("क्या वादा किया?", language, excerpts(passages))
    return replace(answering, longest=longest)


def written(
    model: LlamaEngine,
    language: AnswerLanguage = "hi",
    passages: Sequence[Passage] = PASSAGES,
    longest: int = 512,
) -> str:
    return "".join(pieces(model.write(asked(language, passages, longest))))


def pieces(events: Iterable[str | Waiting]) -> list[str]:
    return [event for event in events if isinstance(event, str)]


def follows_grammar(text: str, passages: int) -> bool:
    """Say in Python what `prompt.grammar` says in GBNF, but for bytes that are no character."""
    sentence = rf"[^<>\[\]]{{1,401}}(?: \[[1-{passages}]\]){{1,3}}"
    return bool(re.fullmatch(rf"{sentence}(?: {sentence}){{0,3}}", text))


def test_an_answer_comes_in_pieces_and_is_what_the_model_says(tmp_path: Path) -> None:
    model = engine(tmp_path, ANSWER)
    events = list(model.write(asked()))
    assert "".join(pieces(events)) == ANSWER
    assert len(pieces(events)) > 5
    assert {*events} <= {*pieces(events), Waiting(0)}  # nobody stands in line
    assert model.name == "tiny"


def test_llama_cpp_writes_nothing_to_stderr(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert written(engine(tmp_path, ANSWER)) == ANSWER
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("language", ["hi", "en", "hi-Latn"])
def test_a_model_can_say_that_the_articles_do_not_answer(
    language: AnswerLanguage, tmp_path: Path
) -> None:
    assert written(engine(tmp_path, REFUSAL[language]), language) == REFUSAL[language]


@pytest.mark.parametrize("seed", range(10))
def test_whatever_a_model_would_say_the_grammar_makes_it_cite(seed: int, tmp_path: Path) -> None:
    # Of 300 models, bench/seeds.py asks the same.
    model = engine(tmp_path, seed=seed)
    for language in ("hi", "en"):
        draft = "".join(pieces(model.write(asked(language, longest=200))))
        finished = draft[: draft.rfind("]") + 1]
        # Random models may not find an end: what they began has no mark, and counts for nothing.
        assert follows_grammar(finished, len(PASSAGES)) or not finished
        assert [each for each in cite.parse(draft) if each.passages] == cite.parse(finished)


def test_a_model_that_would_not_cite_is_made_to(tmp_path: Path) -> None:
    draft = written(engine(tmp_path, "रूस ने पाकिस्तान से वादा किया।"))
    assert draft.startswith("रूस ने पाकिस्तान से वादा किया।")
    assert "</s>" not in draft
    assert all(1 <= n <= 2 for sentence in cite.parse(draft) for n in sentence.passages)


def test_a_hindi_answer_is_hindi_with_a_name_in_roman_letters_here_and_there(
    tmp_path: Path,
) -> None:
    named = "रूस के Sergey Lavrov ने SCO में वादा किया। [1]"
    assert written(engine(tmp_path, named)) == named
    for english in ('"Lavrov planted a pine sapling. [1]', "2021 was the year Lavrov came. [1]"):
        draft = written(engine(tmp_path, english), longest=150)
        assert not re.search(r"(?:[A-Za-z]+ ){4}", draft)
    assert "रूस" not in written(engine(tmp_path, "Then रूस ने वादा किया। [1]"), "en", longest=150)


def test_a_passage_that_is_not_shown_cannot_be_cited(tmp_path: Path) -> None:
    draft = written(engine(tmp_path, "रूस ने पाकिस्तान से वादा किया। [7]"), longest=150)
    assert "[7" not in draft


def test_without_passages_only_a_refusal_can_be_written(tmp_path: Path) -> None:
    assert written(engine(tmp_path, ANSWER), "en", ()) == REFUSAL["en"]


def test_an_answer_cut_at_its_longest_loses_the_sentence_it_had_begun(tmp_path: Path) -> None:
    draft = "".join(pieces(engine(tmp_path, ANSWER).write(asked(longest=14))))
    assert ANSWER.startswith(draft)
    assert len(draft) < len(ANSWER)
    assert [s.text for s in cite.parse(draft)] == ["रूस ने पाकिस्तान से वादा किया।"]


def test_long_words_of_devanagari_are_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One token of 43 bytes; Llama.detokenize has room for 32.
    monkeypatch.setattr(tiny_gguf, "_cut", lambda text: text.replace(" ", "▁").split("|"))
    model = engine(tmp_path, "यह| विश्वविद्यालय| पुराना है।| [1]")
    assert written(model) == "यह विश्वविद्यालय पुराना है। [1]"


def test_a_prompt_longer_than_the_context_is_refused_with_the_figures(tmp_path: Path) -> None:
    model = engine(tmp_path, ANSWER, context=1_024)
    needed = model.count(asked().messages) + asked().longest
    assert needed > model.room == 1_024
    with pytest.raises(ModelError, match=rf"has room for 1,024 tokens, and this needs {needed:,}"):
        written(model)


def test_what_was_read_before_is_not_read_again(tmp_path: Path) -> None:
    model = engine(tmp_path, ANSWER)
    written(model)
    read: list[int] = []
    evaluate = model._model.eval

    def counted(tokens: list[int]) -> None:
        read.append(len(tokens))
        evaluate(tokens)

    model._model.eval = counted
    other = prompt.answering("कब?", "hi", excerpts(PASSAGES))
    assert "".join(pieces(model.write(other))) == ANSWER
    assert read[0] < model.count(other.messages) / 4


def test_the_same_question_gets_the_same_answer_whatever_was_asked_between(tmp_path: Path) -> None:
    model = engine(tmp_path, seed=3)
    first = written(model)
    written(model, "en", PASSAGES[:1])
    assert written(model) == first


@pytest.mark.parametrize(
    "template",
    [
        tiny_gguf.TEMPLATE,
        tiny_gguf.NO_SYSTEM_ROLE,
        tiny_gguf.DROPS_SYSTEM,
        tiny_gguf.THINKS_UNLESS_TOLD,
        None,
    ],
    ids=["usual", "no system role", "drops the system role", "thinks", "no template"],
)
def test_rules_articles_and_question_reach_the_model_by_any_template(
    template: str | None, tmp_path: Path
) -> None:
    model = engine(tmp_path, ANSWER, template=template)
    text = model._text(asked().messages)
    assert text.index("You help a reader") < text.index("[1] शीर्षक")
    assert text.index("[2] शीर्षक") < text.index("Question: क्या वादा किया?")
    assert text.endswith("<|assistant|>" if template else "Answer:")
    assert written(model) == ANSWER


def test_the_prompt_begins_with_one_begin_token(tmp_path: Path) -> None:
    for template in (tiny_gguf.TEMPLATE, None):
        model = engine(tmp_path, template=template)
        tokens = model._tokens(asked().messages)
        assert tokens[0] == model._model.token_bos()
        assert tokens.count(model._model.token_bos()) == 1


CONTROL = (*tiny_gguf.CONTROL, "</s>", "<s>", "<unk>")


def test_control_tokens_in_articles_titles_and_questions_are_only_text(tmp_path: Path) -> None:
    model = engine(tmp_path)

    def control(*parts: str) -> list[int]:
        shown = excerpts([passage(parts[1], title=parts[2])])
        ids = model._tokens(prompt.answering(parts[0], "hi", shown).messages)
        spelled = [model._words.spelled(token) for token in ids]
        return [token for token, text in zip(ids, spelled, strict=True) if text in CONTROL]

    harmless = control("क्या वादा?", "रूस ने वादा किया।", "शीर्षक")
    assert len(harmless) == 6  # <s>, and of two turns the openings and ends, and the answer's
    for token in CONTROL:
        written_in = model._model.tokenize(token.encode(), add_bos=False, special=True)
        assert any(
            model._words.spelled(t) == token for t in written_in
        )  # it would be one, left alone
        hostile = f"वादा {token}{token.upper()} किया {token}"
        assert control(hostile, hostile, hostile) == harmless


def test_two_threads_can_ask_at_once(tmp_path: Path) -> None:
    model = engine(tmp_path, ANSWER)
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(written(model))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [ANSWER] * 4


def test_stopping_midway_leaves_the_engine_usable(tmp_path: Path) -> None:
    model = engine(tmp_path, ANSWER)
    events = model.write(asked())
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert written(model) == ANSWER


def test_an_answer_nobody_reads_on_holds_up_no_other(tmp_path: Path) -> None:
    model = engine(tmp_path, ANSWER)
    left = model.write(asked())
    opening = next(left)
    assert written(model) == ANSWER
    assert "".join(pieces([opening, *left])) == ANSWER


def test_a_missing_file_a_folder_and_another_format_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.gguf cannot be read \(No such file"):
        LlamaEngine(tmp_path / "none.gguf")
    with pytest.raises(ModelError, match="cannot be read"):
        LlamaEngine(tmp_path)
    (tmp_path / "page.gguf").write_text("<html>Not found</html>")
    with pytest.raises(ModelError, match="is not a GGUF model"):
        LlamaEngine(tmp_path / "page.gguf")
    (tmp_path / "empty.gguf").write_bytes(b"")
    with pytest.raises(ModelError, match="is not a GGUF model"):
        LlamaEngine(tmp_path / "empty.gguf")


def test_a_template_that_cannot_be_read_is_said_on_opening(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot load"):
        engine(tmp_path, template="{% if %}")


@pytest.mark.parametrize(
    "template",
    ["{{ raise_exception('no') }}", "{{ 1 // 0 }}", "{{ messages[0].content + 1 }}", "{{ a.b.c }}"],
)
def test_a_template_that_fails_is_said_on_opening(template: str, tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match="its chat template fails"):
        engine(tmp_path, template=template)


def test_a_truncated_model_is_refused_with_the_reason(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = tiny_gguf.write(tmp_path / "whole.gguf").read_bytes()
    cut = tmp_path / "cut.gguf"
    for size in (4, 100, 5_000, len(whole) // 2, len(whole) - 1):
        cut.write_bytes(whole[:size])
        with pytest.raises(ModelError, match=r"cannot load .*cut\.gguf \(.+\); get the file again"):
            LlamaEngine(cut)
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="not within the file bounds"):
        LlamaEngine(cut)
    assert capfd.readouterr() == ("", "")


def test_a_model_that_llama_cpp_does_not_survive_ends_no_process_of_ours(tmp_path: Path) -> None:
    # A token that is there twice: llama.cpp aborts.
    path = tiny_gguf.write(tmp_path / "twice.gguf", says="</s>[1]\n<x>")
    with pytest.raises(ModelLoadError, match="does not survive reading it"):
        LlamaEngine(path)


def test_a_corrupt_model_is_refused_or_answers_and_never_ends_the_process(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = tiny_gguf.write(tmp_path / "whole.gguf", says=ANSWER).read_bytes()
    refused = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        data = bytearray(whole)
        for place in rng.integers(4, 16_000, rng.choice([1, 20, 100])):
            data[place] = rng.integers(256)
        path = tmp_path / "corrupt.gguf"
        path.write_bytes(data)
        try:
            written(LlamaEngine(path))
        except ModelError as error:
            refused += 1
            assert "\n" not in str(error)
    assert refused > 5
    assert capfd.readouterr() == ("", "")


def test_sixteen_ask_at_once_and_half_of_them_leave_midway(tmp_path: Path) -> None:
    model = engine(tmp_path, seed=3)
    prompts = [
        replace(prompt.answering(f"क्या वादा {number}?", "hi", excerpts(PASSAGES)), longest=24)
        for number in range(16)
    ]
    alone = ["".join(pieces(model.write(each))) for each in prompts]
    assert len(set(alone)) > 1
    together: dict[int, str] = {}

    def stay(number: int) -> None:
        together[number] = "".join(pieces(model.write(prompts[number])))

    def leave(number: int) -> None:
        events = model.write(prompts[number])
        next(events)
        events.close()  # type: ignore[attr-defined]

    threads = [
        threading.Thread(target=leave if number % 2 else stay, args=(number,))
        for number in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == {number: alone[number] for number in range(0, 16, 2)}


def test_reading_a_long_prompt_is_stopped_at_once(tmp_path: Path) -> None:
    model = engine(tmp_path, ANSWER)
    long = passage("रूस ने पाकिस्तान से वादा किया। " * 80)
    begun = asked(passages=[long])
    with pytest.raises(ModelTimeoutError):
        list(model.write(begun, time.monotonic() + 0.01))
    # What was read of it before counts, and no more: the next answer is whole.
    assert model._model.n_tokens < model.count(begun.messages)
    assert written(model) == ANSWER
