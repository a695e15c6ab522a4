"""Processes of their own that need not import Khabar first: one that has splits them off.

To import the index, Chroma and the command takes a second of processor time, and many tests start
a process. What runs in it is the same then, and so are its input and output, signals and end.
"""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parent.parent

# Imports all that it takes, starts no thread, and splits off a process for each order it reads.
# One more between the two waits for that process's end, of which only a parent is told.
_SEED = """
import contextlib, gc, json, os, socket, sys, types

import chromadb, chromadb.api.rust, chromadb.telemetry.product.posthog, psutil
import index.update, index.workshop, qa.cli, qa.listening

orders = socket.socket(fileno=int(sys.argv[1]))

def next_order():
    read, files, _, _ = socket.recv_fds(orders, 65536, 4)
    while read and not read.endswith(b"\\n"):
        read += orders.recv(65536)
    return (json.loads(read), files) if read else sys.exit()

gc.freeze()
while True:
    order, (*streams, telling) = next_order()
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    if os.fork() == 0:
        break
    for file in (*streams, telling):
        os.close(file)
orders.close()
pid = os.fork()
if pid:
    for file in (0, 1, 2, *streams):
        os.close(file)
    os.write(telling, b"%d\\n" % pid)
    os.write(telling, b"%d" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    os._exit(0)
os.close(telling)
for number, file in enumerate(streams):
    os.dup2(file, number)
    os.close(file)
# Anew, because those that Python began with know of the files that were there.
sys.stdin = os.fdopen(0, closefd=False)
sys.stdout = os.fdopen(1, "w", closefd=False)
sys.stderr = os.fdopen(2, "w", 1, errors="backslashreplace", closefd=False)
os.environ.clear()
os.environ.update(order["environment"])
sys.argv = ["-c", *order["arguments"]]
sys.modules["__main__"] = main = types.ModuleType("__main__")
exec(compile(order["code"], "<string>", "exec"), vars(main))
"""


class Forked:
    """A process that runs Python code, with what `subprocess.Popen` has of one."""

    def __init__(self, code: str, *arguments: object) -> None:
        order = {
            "code": code,
            "arguments": [str(argument) for argument in arguments],
            "environment": dict(os.environ),
        }
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        ours_err, theirs_err = os.pipe()
        told, telling = os.pipe()
        self.stdin = os.fdopen(ours_in, "w", encoding="utf-8")
        self.stdout = os.fdopen(ours_out, encoding="utf-8")
        self.stderr = os.fdopen(ours_err, encoding="utf-8")
        self.returncode: int | None = None
        self._told = os.fdopen(told, "rb")
        theirs = (theirs_in, theirs_out, theirs_err, telling)
        with _ONE_AT_A_TIME:
            socket.send_fds(_seed(), [json.dumps(order).encode() + b"\n"], theirs)
            for file in theirs:
                os.close(file)
            self.pid = int(self._told.readline())
        self._over = threading.Event()
        threading.Thread(target=self._learn, daemon=True).start()

    def _learn(self) -> None:
        """Wait until the process has ended, and the one that tells so as well."""
        self.returncode = int(self._told.read())
        self._told.close()
        self._over.set()

    def poll(self) -> int | None:
        """Tell the exit code; None as long as it runs."""
        return self.returncode if self._over.is_set() else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; returns its exit code. Raises TimeoutExpired."""
        if not self._over.wait(timeout):
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
        assert self.returncode is not None
        return self.returncode

    def communicate(self, text: str = "", timeout: float | None = None) -> tuple[str, str]:
        """Write the text, and read what it writes until it ends.

        Raises TimeoutExpired, having ended it, if that takes too long.
        """
        with self.stdout, self.stderr, ThreadPoolExecutor(2) as pool:
            out, err = pool.submit(self.stdout.read), pool.submit(self.stderr.read)
            with suppress(BrokenPipeError):
                if not self.stdin.closed:
                    self.stdin.write(text)
                    self.stdin.close()
            try:
                self.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        return out.result(), err.result()

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut does."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for stream in (self.stdin, self.stdout, self.stderr):
            with suppress(BrokenPipeError):
                stream.close()
        self.wait()


_ONE_AT_A_TIME = threading.Lock()


@cache
def _seed() -> socket.socket:
    """Start the process that splits off the others; it ends with this one."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", _SEED, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            cwd=ROOT,
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours
