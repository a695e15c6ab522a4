"""What the README and docs/ say: commands print what is shown, and what is named is there."""

import contextlib
import doctest
import json
import re
import shlex
import shutil
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from holding import here
from test_serve import post, served

from index import Passage, UpdateReport
from qa import Answer, Citation, Sentence, cli

ROOT = Path(__file__).parent.parent
FILES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in FILES}
README, ALL = PAGES["README.md"], "\n".join(PAGES.values())
TABLES, TREE, PROGRAMS = (
    PAGES[f"docs/{name}.md"] for name in ("commands", "how-it-works", "programs")
)
COMMANDS = ("index", "ask", "search", "chat", "serve", "eval", "models", "doctor")
OWN_ARTICLES = ("imran-lavrov-mulaqat-hi.txt", "jaishankar-qin-lavrov-goa-en.txt")
"""What ~/news holds in the README, beside an empty file and a photograph."""
SERVER = "http://127.0.0.1:7861"
THREE_MINUTES = 1_050
"""Words, and what else stands between spaces."""


def blocks(language: str, text: str = ALL) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def examples(text: str) -> list[tuple[str, str]]:
    """List each command of the console blocks with what it prints; ... stands for anything."""
    shown = blocks("console", text)
    parts = [part for block in shown for part in re.split(r"^\$ ", block, flags=re.M)]
    return [(command, output) for command, _, output in (p.partition("\n") for p in parts if p)]


SHOWING = [name for name, text in PAGES.items() if examples(text)]
"""The pages that show commands."""


def run_as_shown(capsys: pytest.CaptureFixture[str], command: str) -> str:
    """Run a command of the console blocks; returns all that it printed."""
    program, *words = shlex.split(command)
    assert program == "qa"
    code, out, err = here(capsys, *words)
    assert code == 0, out + err
    return out + err


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay out a folder as `make run` leaves it, with articles of one's own beside it."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(ROOT / "seeds", home / "seeds")
    news, archive = home / "news", home / "archive"
    news.mkdir()
    archive.mkdir()
    for name in OWN_ARTICLES:
        shutil.copy(ROOT / "seeds" / name, news)
    (news / "empty.txt").touch()
    (news / "page.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    for language, file in (
        ("csv", archive / "news.csv"),
        ("tsv", home / "terms.tsv"),
        ("json", home / "questions.jsonl"),
    ):
        (content,) = blocks(language)
        file.write_text(content, encoding="utf-8")
    with contextlib.chdir(home):
        assert cli.main(["index", "seeds"]) == 0
    return home


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a copy of that folder, which is the user's home."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KHABAR_MODELS", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def options(command: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """List a command's options."""
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    return set(re.findall(r"--[a-z]+", capsys.readouterr().out)) - {"--help"}


def test_a_newcomer_reads_the_readme_in_three_minutes() -> None:
    assert len(README.split()) <= THREE_MINUTES


def test_commands_are_shown_where_they_are_told_of() -> None:
    assert SHOWING == ["README.md", "docs/articles.md", "docs/models.md", "docs/quality.md"]


@pytest.mark.parametrize("page", SHOWING)
@pytest.mark.usefixtures("folder")
def test_the_commands_print_what_the_page_shows(
    page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    if page != "README.md":  # which is read before
        for command, _ in examples(README):
            if command.startswith("qa index "):
                run_as_shown(capsys, command)
    for command, expected in examples(PAGES[page]):
        printed = run_as_shown(capsys, command)
        same = doctest.OutputChecker().check_output(expected, printed, doctest.ELLIPSIS)
        assert same, f"{command}\nprints\n{printed}\nand {page} says\n{expected}"


def assert_prints(capsys: pytest.CaptureFixture[str], code: str) -> None:
    """Run Python, and compare what it prints with its comments."""
    capsys.readouterr()
    exec(code, {})  # noqa: S102, it is ours
    out = capsys.readouterr().out
    expected = re.findall(r"print\(.*\)  # (.*)", code)
    assert expected
    assert [line for line in out.splitlines() if line in expected] == expected, out


@pytest.mark.usefixtures("folder")
def test_the_python_prints_what_its_comments_say(capsys: pytest.CaptureFixture[str]) -> None:
    ours = [code for code in blocks("python") if SERVER not in code]
    assert len(ours) == 2
    for code in ours:
        assert_prints(capsys, code)


def test_the_requests_that_are_shown_are_answered(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(folder / ".khabar") as (url, _):
        for request in blocks("sh", PROGRAMS):
            program, *words = shlex.split(request.replace("\\\n", ""))
            address, _, header, _, body = [word for word in words if word != "-N"]
            assert (program, header) == ("curl", "Content-Type: application/json")
            assert address.startswith(SERVER)
            reply = post(f"{url}{urlsplit(address).path}", body.encode())
            *_, answer = re.findall(r"{.*}", reply.text)
            assert json.loads(answer)["citations"][0]["source"] == OWN_ARTICLES[1]
        (code,) = [code for code in blocks("python") if SERVER in code]
        assert_prints(capsys, code.replace(SERVER, url))


@pytest.mark.parametrize(
    ("kind", "unsaid"),
    [
        (Answer, {"shown"}),
        (Citation, set()),
        (Sentence, set()),
        (Passage, {"id", "page_breaks"}),
        (UpdateReport, set()),
    ],
)
def test_every_field_of_the_json_is_told(kind: type, unsaid: set[str]) -> None:
    names = {field.name for field in fields(kind)} - unsaid
    assert names <= set(re.findall(r"`(\w+)`", PROGRAMS))


def test_the_table_has_every_command_and_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    rows = dict(re.findall(r"^\| `qa ([a-z]+)[^`]*` \|(.*)$", TABLES, re.MULTILINE))
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    there = re.findall(r"^    ([a-z]+)  ", capsys.readouterr().out, re.MULTILINE)
    assert list(rows) == there == list(COMMANDS)
    for command, row in rows.items():
        db = set() if command in {"eval", "models"} else {"--db"}
        assert set(re.findall(r"--[a-z]+", row)) | db == options(command, capsys)


def test_every_option_is_told_of_once(capsys: pytest.CaptureFixture[str]) -> None:
    rows = re.findall(r"^\| (`--.*?) \|", TABLES, re.MULTILINE)
    told = [option for row in rows for option in re.findall(r"--[a-z]+", row)]
    assert sorted(told) == sorted(set().union(*(options(each, capsys) for each in COMMANDS)))


def test_every_environment_variable_is_told_of() -> None:
    code = "".join(
        path.read_text("utf-8") for name in ("index", "qa") for path in (ROOT / name).glob("*.py")
    )
    rows = re.findall(r"^\| (`[A-Z].*?) \|", TABLES, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert set(re.findall(r"\bKHABAR_[A-Z_]+", code)) == {t for t in told if "KHABAR" in t}
    assert {name for name in told if name not in code} == set()


def test_every_command_mentioned_exists_with_its_options(
    capsys: pytest.CaptureFixture[str],
) -> None:
    mentioned = re.findall(r"(?:`|^\$ )qa ([a-z]+)([^`\n]*)", ALL, re.MULTILINE)
    assert {command for command, _ in mentioned} == set(COMMANDS)
    known = {command: options(command, capsys) for command in COMMANDS}
    for command, rest in mentioned:
        assert set(re.findall(r"--[a-z]+", rest)) <= known[command]


def test_every_make_target_mentioned_exists() -> None:
    rules = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    targets = set(re.findall(r"(?:`|>|, |^)make ([a-z-]+)", ALL, re.MULTILINE))
    assert {"run", "test", "bench-indexing"} <= targets <= rules


@pytest.mark.parametrize("package", ["index", "qa", "bench"])
def test_the_tree_has_every_module_once_and_nothing_else(package: str) -> None:
    (tree,) = blocks("text", TREE)
    _, _, rest = tree.partition(f"{package}/ ")
    _, *lines = rest.splitlines()
    names = []
    for line in lines:
        if not line.startswith(("├── ", "└── ")):
            break
        names.append(line.split()[1])
    modules = [path.name for path in (ROOT / package).glob("*.py")]
    assert [name for name in names if name.endswith(".py")] == sorted(modules)
    assert [name for name in names if not (ROOT / package / name).exists()] == []


def slugs(page: Path) -> set[str]:
    """Name the headings of a page as links do."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_the_files_and_headings_that_are_named_exist(page: str) -> None:
    for link in re.findall(r"\]\((?!http)([^)]+)\)", PAGES[page]):
        name, _, heading = link.partition("#")
        target = (ROOT / page).parent / name if name else ROOT / page
        assert target.exists(), link
        assert not heading or heading in slugs(target), link
    named = re.findall(r"(?:bench|index|qa|tests)/[\w/]+\.[a-z]+", PAGES[page])
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_page_is_reached_from_the_readme() -> None:
    linked = set(re.findall(r"\]\((docs/[^)#]+\.md)\)", README))
    assert linked == set(PAGES) - {"README.md"}
