"""Measure what many users at the same time wait for: each asks the next question once answered.

The shipped articles are asked the 150 questions of the tests, over HTTP, of a server of its own.

python bench/users.py [--users N] [--seconds N]
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import httpx
from serving import questions, served

from index import Index
from qa import examples


async def user(client: httpx.AsyncClient, number: int, until: float) -> list[float]:
    """Ask one question after the other; returns the seconds that each took."""
    taken = []
    asked = questions()
    while time.perf_counter() < until:
        begin = time.perf_counter()
        reply = await client.post("/v1/ask", json={"question": asked[number % len(asked)]})
        reply.raise_for_status()
        answer = reply.json()
        assert answer["citations"] or answer["refused"], reply.text
        taken.append(time.perf_counter() - begin)
        number += 1
    return taken


async def run(address: str, users: int, seconds: float) -> list[float]:
    """Let users ask at the same time; returns the seconds that each question took, sorted."""
    limits = httpx.Limits(max_connections=users, max_keepalive_connections=users)
    async with httpx.AsyncClient(
        base_url=address, limits=limits, timeout=60, trust_env=False
    ) as client:
        await user(client, 0, time.perf_counter() + 1)  # what is loaded at the first questions
        until = time.perf_counter() + seconds
        each = await asyncio.gather(*(user(client, number, until) for number in range(users)))
    return sorted(one for taken in each for one in taken)


def main() -> None:
    """Print how many questions were answered, and how long they took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        database = Path(scratch) / "db"
        with Index(database) as index:
            index.update(examples.articles())
        with served("serve", database) as address:
            taken = asyncio.run(run(address, options.users, options.seconds))
    rate = len(taken) / options.seconds
    median, slow = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    print(
        f"{options.users} users: {len(taken)} answers, no error, {rate:.0f} a second; median "
        f"{1000 * median:.0f} ms, 95th percentile {1000 * slow:.0f} ms, "
        f"longest {1000 * taken[-1]:.0f} ms"
    )


if __name__ == "__main__":
    main()
