"""What qa ask shows on a terminal while a model writes."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import tiny_gguf

from index import Index

ARTICLE = (
    "Lavrov in Islamabad: talks on energy\n\nApril 7, 2021\n\n"
    "The foreign ministers of Pakistan and Russia held wide-ranging talks on Wednesday. "
    "Lavrov planted a pine sapling in the grounds of the Foreign Ministry.\n"
)
PLANTED = "What did Lavrov plant in Islamabad?"


@pytest.mark.parametrize(
    ("says", "then"),
    [
        ("The Bank of England raised rates. [1]", "The language model's answer could not be"),
        ("These articles do not answer this question.", "These articles do not answer this"),
        ("Lavrov planted a pine. [1]", "Lavrov planted a pine. [1]"),
    ],
)
def test_a_draft_on_the_terminal_ends_its_line_before_anything_else(
    says: str, then: str, tmp_path: Path
) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "talks.txt").write_text(ARTICLE)
    db = tmp_path / "db"
    with Index(db) as index:
        index.update(tmp_path / "articles")
    model = tiny_gguf.write(tmp_path / "tiny.gguf", says=says)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "qa", "ask", PLANTED, "--db", str(db), "--model", str(model)]
    # Both streams in one terminal, as people see them.
    subprocess.run(command, stdout=theirs, stderr=theirs, check=True)
    os.set_blocking(ours, False)
    draft, blank, after, *_ = os.read(ours, 10_000).decode("utf-8").splitlines()
    os.close(ours)
    os.close(theirs)
    assert (draft, blank) == (says, "")
    assert after.startswith(then)
