"""A server of its own for a benchmark, and the questions it is asked."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_QUESTIONS = Path(__file__).parent.parent / "tests" / "data" / "seed_questions.jsonl"


def questions() -> list[str]:
    """Read the 150 questions of the tests about the shipped articles."""
    return [json.loads(line)["question"] for line in _QUESTIONS.read_text("utf-8").splitlines()]


@contextmanager
def served(command: str, database: Path) -> Iterator[str]:
    """Run qa chat or qa serve until the block ends, quoting; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    arguments = [command, "--db", str(database), "--port", port, "--model", "extract"]
    with subprocess.Popen(  # noqa: S603, our own command
        [sys.executable, "-m", "qa", *arguments], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        process.stderr.readline()  # it says where it answers once it does
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
