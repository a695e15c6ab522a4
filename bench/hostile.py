"""Read mutated files of every format, and see that each costs one sentence at most.

    python bench/hostile.py [--files 20000] [--first 0] [--show NUMBER]

Each file is one of the tests' good ones, changed at random: bytes, numbers, pieces cut out,
doubled, swapped or taken from another format; of archives also the parts before they are
packed. Half of the changed texts are made whole UTF-8 again, or most would go no farther than their
first broken letter. A file's number is the seed of its changes, so that a failure can be looked at
again with --show. Ends with exit code 1 if an answer breaks the reader's contract or a file changes
the folder it is read in.
"""

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
import documents
from tqdm import tqdm

from index.errors import FileError
from index.reading import Reader

SECONDS = 10.0
_ODD_BYTES = (b"\0", b"\xff", b"<", b">", b"&", b'"', b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"[")
_ODD_NUMBERS = (b"0", b"-1", b"1", b"65536", b"2147483647", b"4294967296", b"99999999999999999999")
_MAX_COPIES = 2_000
_LISTED = 100


def bases() -> list[tuple[str, bytes]]:
    """List the good files, and PDFs whose pages are not packed, so that changes reach them."""
    lines = [(60.0, 700.0 - 20 * i, text) for i, text in enumerate(documents.HINDI)]
    latin = [(60.0, 700.0 - 15 * i, text) for i, text in enumerate(documents.ENGLISH)]
    files = list(documents.good().items())
    files.append((".pdf", documents.pdf([lines, lines[:2]], hindi=True, pack=False)))
    files.append((".pdf", documents.pdf([latin] * 3, pack=False)))
    return files


def mutated(number: int, files: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Make the file of this number: its suffix and bytes."""
    rng = random.Random(number)  # noqa: S311, no secret
    suffix, data = files[number % len(files)]
    other = files[rng.randrange(len(files))][1]
    if data.startswith(b"PK") and rng.random() < 0.75:
        parts = documents.unzipped(data)
        for _ in range(rng.choice((1, 1, 2, 4))):
            name = rng.choice(sorted(parts))
            parts[name] = changed(parts[name], other, rng)
        return suffix, documents.zipped(parts)
    return suffix, changed(data, other, rng)


def changed(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """Change a file's or a part's bytes one to eight times."""
    is_text = data.decode("utf-8", "ignore").encode() == data
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        data = rng.choice(CHANGES)(data, other, rng)
    if is_text and rng.random() < 0.5:
        data = data.replace(b"\0", b"").decode("utf-8", "ignore").encode()
    return data


def _span(data: bytes, rng: random.Random, most: int = 2_000) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + int(most ** rng.random()))


def _bits(data: bytes, _other: bytes, rng: random.Random) -> bytes:
    changing = bytearray(data)
    for _ in range(rng.choice((1, 2, 10, 100)) if data else 0):
        changing[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changing)


def _odd(data: bytes, _: bytes, rng: random.Random) -> bytes:
    start, end = _span(data, rng, 8)
    return data[:start] + rng.choice(_ODD_BYTES) * rng.choice((1, 2, 1_000)) + data[end:]


def _number(data: bytes, _: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    at = next((i for i in range(start, len(data)) if data[i : i + 1].isdigit()), len(data))
    end = next((i for i in range(at, len(data)) if not data[i : i + 1].isdigit()), len(data))
    return data[:at] + rng.choice(_ODD_NUMBERS) + data[end:]


def _cut(data: bytes, _: bytes, rng: random.Random) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + data[end:]


def _end(data: bytes, _: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _double(data: bytes, _: bytes, rng: random.Random) -> bytes:
    start, end = _span(data, rng, 300)
    return data[:end] + data[start:end] * int(_MAX_COPIES ** rng.random()) + data[end:]


def _swap(data: bytes, _: bytes, rng: random.Random) -> bytes:
    (one, end), (two, _end) = sorted((_span(data, rng), _span(data, rng)))
    end = min(end, two)
    return data[:one] + data[two:_end] + data[end:two] + data[one:end] + data[_end:]


def _splice(data: bytes, other: bytes, rng: random.Random) -> bytes:
    start, end = _span(data, rng)
    one, two = _span(other, rng)
    return data[:start] + other[one:two] + data[end:]


CHANGES: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (
    _bits, _odd, _number, _cut, _end, _double, _swap, _splice,
)  # fmt: skip


def look(reader: Reader, suffix: str, data: bytes) -> tuple[str, str]:
    """Read a file; say what came of it in a word, and what was said."""
    try:
        found = reader.read(data, suffix)
    except FileError as error:
        said = str(error)
        if not said.endswith(".") or "\n" in said or len(said) > 600 or "makes no sense" in said:
            return "BROKEN", said
        for sign, result in (
            ("seconds and was stopped", "stopped: time"),
            ("of memory;", "stopped: memory"),
            ("ended the reader", "stopped: crash"),
            ("the file is damaged (", "refused: a library's own error"),
        ):
            if sign in said:
                return result, said
        return "refused", said
    except Exception as error:
        return "BROKEN", repr(error)
    for article in found.articles:
        if not article.text.strip() or any(start > len(article.text) for start in article.pages):
            return "BROKEN", repr(article)[:300]
    return ("read in part" if found.problems else "read"), ""


def main() -> None:
    """Read the command line, and show one file or run them all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--show", type=int)
    arguments = parser.parse_args()
    files = bases()
    if arguments.show is not None:
        suffix, data = mutated(arguments.show, files)
        with Reader(SECONDS) as reader:
            print(suffix, len(data), "bytes:", *look(reader, suffix, data))
        return
    sys.exit(run(range(arguments.first, arguments.first + arguments.files), files))


def run(numbers: range, files: list[tuple[str, bytes]]) -> int:
    """Read them all and print what came of them; 1 if any broke the contract, else 0."""
    results: Counter[str] = Counter()
    by_format: Counter[tuple[str, str]] = Counter()
    odd: list[str] = []
    slowest = (0.0, 0)
    pids: set[int] = set()
    with tempfile.TemporaryDirectory() as folder, Reader(SECONDS) as reader:
        os.chdir(folder)
        began = time.perf_counter()
        for number in tqdm(numbers, disable=None):
            suffix, data = mutated(number, files)
            start = time.perf_counter()
            result, said = look(reader, suffix, data)
            slowest = max(slowest, (time.perf_counter() - start, number))
            results[result] += 1
            by_format[suffix, result] += 1
            if result not in ("read", "read in part", "refused"):
                odd.append(f"{number} ({suffix}): {result}: {said}")
            if reader._process:
                pids.add(reader._process.pid)
            if any(Path(folder).iterdir()):
                odd.append(f"{number} ({suffix}): wrote {sorted(Path(folder).iterdir())}")
                break
        seconds = time.perf_counter() - began
        os.chdir("/")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    for result, count in sorted(results.items()):
        formats = {kind: n for (kind, each), n in sorted(by_format.items()) if each == result}
        print(f"{count:7,} {result}: {', '.join(f'{kind} {n:,}' for kind, n in formats.items())}")
    print(f"{len(numbers):,} files in {seconds:.0f} s; {len(pids):,} processes")
    print(f"largest process: {peak / 1e6:.0f} MB; slowest: {slowest[0]:.1f} s, file {slowest[1]}")
    for line in odd[:_LISTED]:
        print(line)
    return int(results["BROKEN"] > 0 or any("wrote" in line for line in odd))


if __name__ == "__main__":
    main()
