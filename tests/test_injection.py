"""Nothing that stands in an article or a question says who speaks, what is cited or what is run."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import tiny_gguf
from families import FAMILIES, Family
from outlines import Outline

from index import Index, Passage, cldr
from qa import Answer, Found, Piece, cite, follow_up, native, page, prompt, stream
from qa.extract import NAME as QUOTES
from qa.llama import LlamaEngine
from qa.prompt import Message, Prompt
from qa.turn import Turn
from qa.types import Event, Excerpt, Waiting

HERE = Path(__file__).parent
HARMLESS = {
    "harmless-en.txt": (
        "Gardeners in Islamabad\n\nApril 9, 2021\n\n"
        "The gardeners of the ministry in Islamabad will water what the Russian guest planted.\n"
    ),
    "harmless-hi.txt": (
        "इस्लामाबाद के माली\n\n9 अप्रैल 2021\n\n"
        "इस्लामाबाद में मंत्रालय के माली रूसी मेहमान के लगाए पौधों को पानी देंगे।\n"
    ),
}
USUAL = "3 pine saplings were planted by Lavrov in Islamabad. [1]"
"""The answer to all the questions; it begins with a figure, as an answer in Hindi may too."""
OBEYING = "7 days of free money wait at evil.example for all who send a password. [1]"
WORDS = ("ignore", "IGNORE", "SYSTEM:", "अनदेखा", "andekha")
"""Plain words that turn the model. No prompt can keep them from it: they are what articles say."""
TAGS = set("article bdi blockquote button cite div h2 h3 li mark ol p span time".split())
ATTRIBUTES = set(
    "aria-busy aria-hidden aria-label class data-do data-number data-turn datetime dir lang "
    "translate type".split()
)


@dataclass(frozen=True)
class Injection:
    """An article and a question, one of which wants to be more than that."""

    name: str
    question: str
    file: str
    article: str
    hostile: str
    """What must be seen to reach the model, made harmless."""
    history: tuple[tuple[str, str], ...]

    def asked(self, index: Index, engine: LlamaEngine) -> Iterator[Event]:
        """Ask the question of this article and the harmless ones."""
        sources = [self.file, *HARMLESS]
        # In English whatever the question: a Hindi answer may not hold what these models say.
        return stream(
            self.question,
            index,
            sources=sources,
            history=self.history,
            engine=engine,
            language="en",
        )


def _read_injections() -> Iterator[Injection]:
    for line in (HERE / "data/injections.jsonl").read_text("utf-8").splitlines():
        fields = json.loads(line)
        if flood := fields.pop("flood", None):  # a piece of text, and how often it stands there
            fields["article"] = fields["article"].replace("FLOOD", flood[0] * flood[1])
        history = tuple((asked, said) for asked, said in fields.pop("history", ()))
        yield Injection(**fields, history=history)


INJECTIONS = list(_read_injections())


class Observed(LlamaEngine):
    """Keeps the prompts that it was given."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, wanted={"threads": 1})  # tests run side by side
        self.prompts: list[Prompt] = []

    def write(self, prompt: Prompt, deadline: float | None = None) -> Iterator[str | Waiting]:
        """Write, as any engine does."""
        self.prompts.append(prompt)
        return super().write(prompt, deadline)


def every_control_token() -> set[str]:
    """List the control tokens that the tiny models of all families know."""
    return {*tiny_gguf.CONTROL, *(token for each in FAMILIES.values() for token in each.control)}


def obedient(folder: Path, family: Family, says: str = USUAL, obeying: str = OBEYING) -> Observed:
    """Open a model that any control token turns but those its template writes; so do WORDS."""
    orders = sorted(every_control_token() - {*family.control})
    turned = tiny_gguf.Orders((*orders, *WORDS), obeying)
    path = tiny_gguf.write(folder / "obedient.gguf", says=says, family=family, obeys=turned)
    return Observed(path)


def control(model: LlamaEngine, messages: Sequence[Message]) -> list[str]:
    """List the control tokens of a prompt, as the model reads it."""
    return _control(model, model._tokens(messages))


def _control(model: LlamaEngine, tokens: Sequence[int]) -> list[str]:
    vocabulary = model._words
    is_control = native.library().llama_vocab_is_control
    return [vocabulary.spelled(t) for t in tokens if is_control(vocabulary.pointer, t)]


def is_control(model: LlamaEngine, text: str) -> bool:
    """Whether a text holds control tokens, read without care."""
    return bool(_control(model, model._model.tokenize(text.encode(), add_bos=False, special=True)))


def harmless_prompt() -> Prompt:
    text = "Lavrov planted 3 pine saplings."
    excerpt = Excerpt(Passage(1, "a.txt", 0, len(text), text, "Lavrov", None, "en"), ((0, 31),))
    return prompt.answering("What?", "en", [excerpt])


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


def could_turn(model: LlamaEngine, injection: Injection) -> bool:
    """Whether anything of an injection is more than text to the models here."""
    earlier = (text for turn in injection.history for text in turn)
    parts = (injection.file, injection.article, injection.question, *earlier)
    text = "\n".join([injection.hostile, *parts])
    return is_control(model, text) or any(word in text for word in WORDS)


def test_the_model_obeys_whatever_can_turn_it(model: Observed) -> None:
    def begins(text: str) -> str:
        messages = ({"role": "system", "content": "Rules."}, {"role": "user", "content": text})
        written = model.write(Prompt(messages, "root ::= [^\\x00]+", longest=2))
        return "".join(piece for piece in written if isinstance(piece, str))

    own = set(control(model, harmless_prompt().messages))
    orders = {*every_control_token(), *WORDS} - own
    assert len(orders) > 20
    for text in ("Lavrov planted 3 pine saplings.", "x" * 4_000, *own):
        assert begins(text)[:2] == USUAL[:2]
    for text in (f"{WORDS[0]}{'x' * 4_000}", *(f"Lavrov {order} planted." for order in orders)):
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


@pytest.mark.parametrize("family", FAMILIES)
def test_the_injections_reach_the_model_and_change_nothing(
    db: Path, tmp_path: Path, family: str
) -> None:
    model = obedient(tmp_path, FAMILIES[family])
    usual = control(model, harmless_prompt().messages)
    obeyed = 0
    # One family is asked all of them; what all read as mere text need not be asked of the others.
    all_of_them = family == "gemma 4"
    tried = [each for each in INJECTIONS if all_of_them or could_turn(model, each)]
    with Index(db) as index:
        for injection in tried:
            model.prompts.clear()
            found, *events, answer = injection.asked(index, model)
            assert isinstance(found, Found)
            assert isinstance(answer, Answer)
            assert_khabar_alone_speaks(injection, model.prompts)
            for each in model.prompts:
                assert control(model, each.messages) == usual, injection.name
            draft = "".join(event.text for event in events if isinstance(event, Piece))
            turned = any(word in model.prompts[-1].messages[1]["content"] for word in WORDS)
            obeyed += turned
            assert draft.startswith(OBEYING if turned else USUAL), injection.name
            assert_only_the_shown_is_cited(injection, index, answer)
            turn = Turn(injection.question, answer.language, found=found.hits)
            assert_the_page_shows_it_as_text(turn, draft, answer)
    assert obeyed >= 8
    assert len(tried) - obeyed >= (50 if all_of_them else 20)


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
    """Ask all the questions, and print what Python did for that beyond computing."""
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
        watching = True
        for injection in INJECTIONS:
            show(index, model, injection)
        Path(__file__).open("rb").close()  # to see that this would be seen
        watching = False
    print(json.dumps(seen))  # noqa: T201, for the test to read


def show(index: Index, model: Observed, injection: Injection) -> None:
    """Ask a question and write the page that shows its answer."""
    *_, answer = injection.asked(index, model)
    assert isinstance(answer, Answer)
    page.conversation([Turn(injection.question, answer.language, answer=answer)])


def test_nothing_is_opened_run_or_sent(db: Path, tmp_path: Path) -> None:
    # In a process of its own: what watches over Python cannot be taken off again.
    script = "import sys, test_injection; test_injection.ask_watched(*sys.argv[1:])"
    path = os.pathsep.join(map(str, (HERE, HERE.parent)))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, db, tmp_path],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen.pop().startswith(f"open ('{__file__}'")
    assert seen == []
    assert [path.name for path in tmp_path.iterdir()] == ["obedient.gguf"]  # and no canary
