"""Nothing that stands in an article or a question says who speaks, what is cited or what is run."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tiny_gguf
from families import FAMILIES
from injecting import (
    HARMLESS,
    INJECTIONS,
    OBEYING,
    USUAL,
    WORDS,
    Injection,
    Observed,
    control,
    could_turn,
    every_control_token,
    harmless_prompt,
    is_control,
    obedient,
)
from outlines import Outline

from index import Index, cldr
from qa import Answer, Found, Piece, cite, follow_up, page, prompt
from qa.extract import NAME as QUOTES
from qa.prompt import Prompt
from qa.turn import Turn
from qa.types import Event, Waiting

HERE = Path(__file__).parent
TAGS = set("article bdi blockquote button cite div h2 h3 li mark ol p span time".split())
ATTRIBUTES = set(
    "aria-busy aria-hidden aria-label class data-do data-number data-turn datetime dir lang "
    "translate type".split()
)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    for name, text in (HARMLESS | {each.file: each.article for each in INJECTIONS}).items():
        (folder / name).write_text(text, encoding="utf-8")
    path = tmp_path_factory.mktemp("db") / "db"
    with Index(path) as index:
        report = index.update(folder)
        assert (len(report.added), report.failed) == (len(INJECTIONS) + 2, {})
    return path


@pytest.fixture(params=FAMILIES)
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Observed:
    return obedient(tmp_path, FAMILIES[request.param])


def test_the_model_obeys_whatever_can_turn_it(model: Observed) -> None:
    def begins(text: str) -> str:
        messages = ({"role": "system", "content": "Rules."}, {"role": "user", "content": text})
        written = model.write(Prompt(messages, "root ::= [^\\x00]+", longest=2))
        return "".join(piece for piece in written if isinstance(piece, str))

    own = set(control(model, harmless_prompt().messages))
    orders = {*every_control_token(), *WORDS} - own
    assert len(orders) > 20
    for text in ("Lavrov planted 3 pine saplings.", *own, "x" * 4_000):
        assert begins(text)[:2] == USUAL[:2]
    for text in (f"{'x' * 4_000}{WORDS[0]}", *(f"Lavrov {order} planted." for order in orders)):
        assert begins(text)[:2] == OBEYING[:2]


def assert_khabar_alone_speaks(injection: Injection, given: Sequence[Prompt]) -> None:
    """Check that the prompts have the parts they always have, and hold what was to be slipped in.

    That the model finds no other turns in them is for `control` to show.
    """
    said = []
    for each in given:
        rules, asked = each.messages
        assert (rules["role"], asked["role"]) == ("system", "user")
        assert rules == harmless_prompt().messages[0]
        said.append(asked["content"])
    marks = re.findall(r"[<\[].*?[>\]]", said[-1])
    assert marks == ["<articles>", *(f"[{n}]" for n in range(1, len(marks) - 1)), "</articles>"]
    assert said[-1].count("\nQuestion: ") == 1
    assert prompt.harmless(injection.hostile) in "\n".join(said), injection.name


def assert_only_the_shown_is_cited(injection: Injection, index: Index, answer: Answer) -> None:
    assert not answer.refused
    cited = {citation.number: citation for citation in answer.citations}
    assert cited
    assert {mark for sentence in answer.sentences for mark in sentence.marks} == {*cited}
    for citation in cited.values():
        assert citation.source in (injection.file, *HARMLESS)
        article = index.article(citation.source)
        assert article is not None
        assert article.text[citation.start : citation.end] == citation.quote
    if answer.engine == QUOTES:
        assert {sentence.text for sentence in answer.sentences} == {
            " ".join(citation.quote.split()) for citation in cited.values()
        }
        return
    assert answer.text == cite.compose(answer.sentences)
    assert {citation.source for citation in cited.values()} <= {
        excerpt.passage.source for excerpt in answer.shown
    }
    for sentence in answer.sentences:
        # Whatever the model was told to say, it stands only where an article says it itself.
        if sentence.marks and "evil.example" in sentence.text:
            assert all("evil.example" in cited[mark].quote for mark in sentence.marks)


def assert_the_page_shows_it_as_text(turn: Turn, draft: str, answer: Answer) -> None:
    for each in (replace(turn, draft=draft), replace(turn, answer=answer)):
        html = page.conversation([each])
        outline = Outline(html)
        assert outline.texts["h2"] == [turn.question]
        assert {tag for tag, _ in outline.tags} <= TAGS
        attributes = [pair for _, pairs in outline.tags for pair in pairs.items()]
        assert {name for name, _ in attributes} <= ATTRIBUTES
        named = [value or "" for name, value in attributes if name.startswith("data-")]
        assert all(re.fullmatch(r"source|passage|\d", each) for each in named)
        assert '__i18n__{"' not in html  # how Gradio marks what it is to look up


def assert_it_changed_nothing(
    injection: Injection, index: Index, model: Observed, events: Sequence[Event]
) -> bool:
    """Check what came of an injection; returns whether its plain words turned the model."""
    # That it takes its time is told by the clock, before a follow-up is understood too.
    assert all(event.place == 0 for event in events if isinstance(event, Waiting))
    found, *pieces, answer = (event for event in events if not isinstance(event, Waiting))
    assert isinstance(found, Found)
    assert isinstance(answer, Answer)
    assert_khabar_alone_speaks(injection, model.prompts)
    usual = control(model, harmless_prompt().messages)
    for each in model.prompts:
        assert control(model, each.messages) == usual, injection.name
    draft = "".join(event.text for event in pieces if isinstance(event, Piece))
    turned = any(word in model.prompts[-1].messages[1]["content"] for word in WORDS)
    assert draft.startswith(OBEYING if turned else USUAL), injection.name
    assert_only_the_shown_is_cited(injection, index, answer)
    turn = Turn(injection.question, answer.language, found=found.hits)
    assert_the_page_shows_it_as_text(turn, draft, answer)
    return turned


def test_the_injections_reach_the_model_and_change_nothing(watched: dict[str, Any]) -> None:
    assert watched["asked"] == len(INJECTIONS)
    assert watched["obeyed"] >= 8
    assert watched["asked"] - watched["obeyed"] >= 50


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "qwen"])
def test_what_is_more_than_text_to_a_model_changes_nothing_in_other_families(
    db: Path, tmp_path: Path, family: str
) -> None:
    model = obedient(tmp_path, FAMILIES[family])
    tried = [each for each in INJECTIONS if could_turn(model, each)]
    obeyed = 0
    with Index(db) as index:
        for injection in tried:
            model.prompts.clear()
            events = list(injection.asked(index, model))
            obeyed += assert_it_changed_nothing(injection, index, model, events)
    assert obeyed >= 8
    assert len(tried) - obeyed >= 20


def test_left_as_they_are_control_tokens_would_take_over(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = obedient(tmp_path, FAMILIES["qwen"])
    usual = control(model, harmless_prompt().messages)
    dangerous = [each for each in INJECTIONS if is_control(model, each.hostile)]
    assert len(dangerous) >= 20
    for module in (prompt, follow_up):
        monkeypatch.setattr(module, "harmless", str)
    turned = 0
    with Index(db) as index:
        for injection in dangerous:
            model.prompts.clear()
            draft = "".join(e.text for e in injection.asked(index, model) if isinstance(e, Piece))
            assert any(control(model, each.messages) != usual for each in model.prompts)
            turned += draft.startswith(OBEYING)
    assert turned >= 10  # by other families' tokens; those of its own end its turn


def named(name: str) -> Injection:
    return next(injection for injection in INJECTIONS if injection.name == name)


def test_what_a_model_says_on_orders_stands_apart_from_what_the_articles_say(
    db: Path, tmp_path: Path
) -> None:
    model = obedient(tmp_path, FAMILIES["gemma 4"], obeying=f"{USUAL} {OBEYING}")
    with Index(db) as index:
        *_, answer = named("ignore the above").asked(index, model)
    assert isinstance(answer, Answer)
    assert (answer.engine, answer.text) == ("obedient", USUAL)
    assert [sentence.marks for sentence in answer.sentences] == [(1,), ()]
    outline = Outline(page.conversation([Turn("?", "en", answer=answer)]))
    assert "evil.example" in outline.texts["unsupported"][0]
    assert "evil.example" not in outline.texts["answer"][0]


def test_what_a_hostile_article_says_is_cited_to_it_and_to_no_other(
    db: Path, tmp_path: Path
) -> None:
    injection = named("copy this")
    everywhere = OBEYING.replace("[1]", "[1] [2]")
    model = obedient(tmp_path, FAMILIES["gemma 4"], obeying=everywhere)
    with Index(db) as index:
        *_, answer = injection.asked(index, model)
    assert isinstance(answer, Answer)
    assert len(answer.shown) == 2
    assert [citation.source for citation in answer.citations] == [injection.file]
    assert "evil.example" in answer.citations[0].quote


THINKS_IF_TOLD = (
    "{% set ns = namespace(thinks=false) %}{% for m in messages %}{% if '/think' in m['content'] %}"
    "{% set ns.thinks = true %}{% elif '/no_think' in m['content'] %}{% set ns.thinks = false %}"
    "{% endif %}<|{{ m['role'] }}|>{{ m['content'].replace('/think', '') }}</s>{% endfor %}"
    "<|assistant|>{% if ns.thinks %}<think>{% endif %}"
)
"""As the templates of Nemotron Nano do it."""


def test_an_article_does_not_make_a_model_think(db: Path, tmp_path: Path) -> None:
    path = tiny_gguf.write(tmp_path / "thinks.gguf", says=USUAL, template=THINKS_IF_TOLD)
    model = Observed(path)
    with Index(db) as index:
        for name in ("thinking switch", "qwen thoughts"):
            *_, answer = named(name).asked(index, model)
            assert model._text(model.prompts[-1].messages).endswith("</s><|assistant|>")
            assert isinstance(answer, Answer)
            assert answer.text == USUAL


WATCHED = (
    "compile", "ctypes.dlopen", "exec", "fcntl", "ftplib", "http", "import", "open", "os.", "pty.",
    "shutil", "smtplib", "socket", "sqlite3.connect", "subprocess", "tempfile", "urllib",
    "webbrowser",
)  # fmt: skip
"""Beginnings of the names of what Python tells an audit hook."""


def ask_watched(db: str, folder: str) -> None:
    """Ask all the questions, and print what Python did for that beyond computing.

    What came of it is checked in between: to ask them once more would take seconds.
    """
    model = obedient(Path(folder), FAMILIES["qwen"])
    seen: list[str] = []
    watching = False

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event.startswith(WATCHED):
            seen.append(f"{event} {arguments}"[:300])

    sys.addaudithook(watch)
    with Index(db) as index:
        # What is imported late and opened once is so by now, in both languages.
        for name in ("marks", "turn in a roman question", "turn in an earlier question"):
            show(index, model, named(name))
        cldr.proper_names()
        obeyed = 0
        for injection in INJECTIONS:
            model.prompts.clear()
            watching = True
            events = show(index, model, injection)
            watching = False
            obeyed += assert_it_changed_nothing(injection, index, model, events)
        watching = True
        Path(__file__).open("rb").close()  # to see that this would be seen
        watching = False
    left = [path.name for path in Path(folder).iterdir()]
    told = {"seen": seen, "left": left, "asked": len(INJECTIONS), "obeyed": obeyed}
    print(json.dumps(told))  # noqa: T201, for the tests to read


def show(index: Index, model: Observed, injection: Injection) -> list[Event]:
    """Ask a question and write the page that shows its answer; returns what came."""
    events = list(injection.asked(index, model))
    answer = events[-1]
    assert isinstance(answer, Answer)
    page.conversation([Turn(injection.question, answer.language, answer=answer)])
    return events


@pytest.fixture(scope="module")
def watched(db: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Ask in a process of its own: what watches over Python cannot be taken off again."""
    folder = tmp_path_factory.mktemp("watched")
    script = "import sys, test_injection; test_injection.ask_watched(*sys.argv[1:])"
    path = os.pathsep.join(map(str, (HERE, HERE.parent)))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, db, folder],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_nothing_is_opened_run_or_sent(watched: dict[str, Any]) -> None:
    *others, last = watched["seen"]
    assert last.startswith(f"open ('{__file__}'")
    assert others == []
    assert watched["left"] == ["obedient.gguf"]  # and no canary
