"""What qa ask shows on a terminal while a model writes."""

import sys
from pathlib import Path

import pytest
import tiny_gguf
from holding import terminal

from index import Index
from qa import cli

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
    says: str, then: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "talks.txt").write_text(ARTICLE)
    db = tmp_path / "db"
    with Index(db) as index:
        index.update(tmp_path / "articles")
    model = tiny_gguf.write(tmp_path / "tiny.gguf", says=says)
    with terminal() as (screen, shown), monkeypatch.context() as patch:
        # Both streams in one terminal, as people see them.
        patch.setattr(sys, "stdout", screen)
        patch.setattr(sys, "stderr", screen)
        assert cli.main(["ask", PLANTED, "--db", str(db), "--model", str(model)]) == 0
        draft, blank, after, *_ = shown().splitlines()
    assert (draft, blank) == (says, "")
    assert after.startswith(then)
