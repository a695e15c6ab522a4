"""What the README says: its commands run and print what it shows, and it names what is there."""

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qa import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = ("index", "ask", "search", "chat", "serve", "eval", "models", "doctor")
OWN_ARTICLES = ("imran-lavrov-mulaqat-hi.txt", "jaishankar-qin-lavrov-goa-en.txt")
"""What ~/news holds in the README, beside an empty file and a PDF."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def examples() -> list[tuple[str, str]]:
    """List each command of the console blocks with what it prints; ... stands for anything."""
    parts = [part for block in blocks("console") for part in re.split(r"^\$ ", block, flags=re.M)]
    return [(command, output) for command, _, output in (p.partition("\n") for p in parts if p)]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "HOME": str(folder),
        "PYTHONIOENCODING": "utf-8",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }
    for name in ("KHABAR_MODEL", "KHABAR_MODELS", "KHABAR_EMBEDDER", "XDG_DATA_HOME"):
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lay out a folder as `make run` leaves it, with articles of one's own in ~/news."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    news = tmp_path / "news"
    news.mkdir()
    for name in OWN_ARTICLES:
        shutil.copy(ROOT / "seeds" / name, news)
    (news / "empty.txt").touch()
    (news / "minutes.pdf").write_bytes(b"%PDF-1.7\n")
    (terms,) = blocks("tsv")
    (tmp_path / "terms.tsv").write_text(terms, encoding="utf-8")
    (questions,) = blocks("json")
    (tmp_path / "questions.jsonl").write_text(questions, encoding="utf-8")
    done = run(tmp_path, "-m", "qa", "index", "seeds")
    assert done.returncode == 0, done.stderr
    return tmp_path


def options(command: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    return set(re.findall(r"--[a-z]+", capsys.readouterr().out)) - {"--help"}


def test_the_commands_print_what_the_readme_shows(folder: Path) -> None:
    assert len(examples()) >= 4
    for command, expected in examples():
        program, *arguments = shlex.split(command)
        assert program == "qa"
        done = run(folder, "-m", "qa", *arguments)
        printed = done.stdout + done.stderr
        assert done.returncode == 0, printed
        same = doctest.OutputChecker().check_output(expected, printed, doctest.ELLIPSIS)
        assert same, f"{command}\nprints\n{printed}\nand the README says\n{expected}"


def test_the_python_prints_what_its_comments_say(folder: Path) -> None:
    assert len(blocks("python")) == 2
    for code in blocks("python"):
        done = run(folder, "-c", code)
        assert done.returncode == 0, done.stderr
        expected = re.findall(r"print\(.*\)  # (.*)", code)
        assert expected
        printed = done.stdout.splitlines()
        assert [line for line in printed if line in expected] == expected, done.stdout


def test_the_table_has_every_command_and_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    rows = dict(re.findall(r"^\| `qa ([a-z]+)[^`]*` \|(.*)$", README, re.MULTILINE))
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    there = re.findall(r"^    ([a-z]+)  ", capsys.readouterr().out, re.MULTILINE)
    assert list(rows) == there == list(COMMANDS)
    for command, row in rows.items():
        db = set() if command in {"eval", "models"} else {"--db"}
        assert set(re.findall(r"--[a-z]+", row)) | db == options(command, capsys)


def test_every_command_mentioned_exists_with_its_options(
    capsys: pytest.CaptureFixture[str],
) -> None:
    mentioned = re.findall(r"(?:`|^\$ )qa ([a-z]+)([^`\n]*)", README, re.MULTILINE)
    assert {command for command, _ in mentioned} == set(COMMANDS)
    for command, rest in mentioned:
        assert set(re.findall(r"--[a-z]+", rest)) <= options(command, capsys)


def test_every_make_target_mentioned_exists() -> None:
    rules = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    targets = set(re.findall(r"(?:`|>|, |^)make ([a-z]+)", README, re.MULTILINE))
    assert {"run", "test"} <= targets <= rules


@pytest.mark.parametrize("package", ["index", "qa"])
def test_the_tree_has_every_module_and_nothing_else(package: str) -> None:
    (tree,) = blocks("text")
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


def test_the_files_that_are_named_exist() -> None:
    linked = re.findall(r"\]\((?!http)([^)]+)\)", README)
    named = re.findall(r"(?:bench|index|qa|tests)/[\w/]+\.[a-z]+", README)
    assert linked
    assert named
    assert [name for name in linked + named if not (ROOT / name).exists()] == []
