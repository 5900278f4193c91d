"""Process isolation for parsers, with limits: a hostile file can neither stop nor harm the process that opens it.

One child is started at the first call and kept, because importing music21 takes two seconds. It has its own private
folder as home, temporary and working folder, of the environment only what a program needs to start, and no network; it
answers over a pipe in length-prefixed JSON, never in pickles; it ends when its parent ends. A child that dies or takes
too long is replaced at the next call.

The child runs `python -m musenb.score.isolate`. A function that is to run there is found by its module's name, takes
keywords and returns plain data (None, bool, numbers, text, bytes, lists, dicts with text keys). Its module may define
`warm_up()`, which imports what the function needs: time of the processor counts from then on.

Where the `resource` module is missing (Windows) only the wall-clock limit holds.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import importlib
import json
import os
import queue
import shutil
import signal
import site
import struct
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import musenb.errors
from musenb.errors import LoadError, MusenbError, ScoreError
from musenb.score.heed import WAIT_SECONDS, heed

LONGEST_ANSWER = 256 * 2**20
START_SECONDS = 120.0
# What a program needs to start and to read its own files; the rest of the environment may hold secrets.
NEEDED = frozenset(
    "PATH LANG LANGUAGE TZ LD_LIBRARY_PATH DYLD_LIBRARY_PATH DYLD_FALLBACK_LIBRARY_PATH PYTHONHOME PYTHONUTF8 "
    "PYTHONHASHSEED SYSTEMROOT WINDIR SYSTEMDRIVE COMSPEC PATHEXT NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE".split()
)


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one call may use.

    Parameters
    ----------
    memory_bytes : int
        Address space of the child.
    cpu_seconds : float
        Time of the processor, without the child's start.
    wall_seconds : float
        Time from the call on, the child's start included; half of it is left however long that took.
    """

    memory_bytes: int = 1536 * 2**20
    cpu_seconds: float = 10.0
    wall_seconds: float = 20.0


DEFAULT_LIMITS = ChildLimits()


def isolated(
    function: str,
    arguments: dict[str, Any],
    *,
    what: str,
    limits: ChildLimits = DEFAULT_LIMITS,
) -> Any:
    """Call a function in the child process and return its answer.

    Calls from several threads wait for each other.

    Parameters
    ----------
    function : str
        'package.module:function'; a name from the code of musenb, never from a file.
    arguments : dict of str to plain data
        Its keywords; bytes are allowed.
    what : str
        Names the input in error messages: a file name.
    limits : ChildLimits
        What the call may use.

    Raises
    ------
    LoadError
        kind 'timeout': too much time; 'limit': too much memory; 'crash': the child died; 'content': the function raised
        something else than a musenb error. LoadError and ScoreError raised by the function come through unchanged.
    """
    with _lock:
        child = _running_child(what)
        try:
            request = {
                "function": function,
                "arguments": arguments,
                "limits": asdict(limits),
            }
            answer = child.ask(request, what, limits)
        except BaseException:
            close_child()
            raise
        if answer.get("error") == "MemoryError":
            close_child()
    if "result" in answer:
        return answer["result"]
    raise _error_from(answer, what, limits)


def close_child() -> None:
    """End the child and remove its folder; the next call starts another."""
    global _child
    child, _child = _child, None
    if child is not None:
        child.end()


class _Child:
    """The parent's view of one child process."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="musenb-")
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "musenb.score.isolate"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self.folder,
                env=_environment(self.folder),
                start_new_session=os.name == "posix",  # Ctrl-C in a terminal reaches the parent alone
            )
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self.answers: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True, name="musenb-isolate").start()

    def _listen(self) -> None:
        """Move the child's answers into the queue; None marks the end."""
        assert self.process.stdout is not None
        with contextlib.suppress(OSError, ValueError, RecursionError):
            while (message := read_message(self.process.stdout)) is not None:
                self.answers.put(message)
        self.answers.put(None)

    def ask(
        self,
        request: dict[str, Any],
        what: str,
        limits: ChildLimits,
    ) -> dict[str, Any]:
        """Return the child's answer to one request."""
        assert self.process.stdin is not None
        try:
            write_message(self.process.stdin, request)
        except OSError:
            raise self._death(what, limits) from None
        begun = time.monotonic()
        self._next(START_SECONDS, what, limits)
        left = limits.wall_seconds - (time.monotonic() - begun)
        return self._next(max(left, limits.wall_seconds / 2), what, limits)

    def _next(self, seconds: float, what: str, limits: ChildLimits) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while True:
            heed()
            try:
                answer = self.answers.get(timeout=max(0.0, min(WAIT_SECONDS, end - time.monotonic())))
                break
            except queue.Empty:
                if time.monotonic() >= end:
                    problem = f"reading {what} took more than {limits.wall_seconds:g} s and was stopped"
                    raise LoadError("timeout", problem) from None
        if not isinstance(answer, dict):
            raise self._death(what, limits)
        return answer

    def _death(self, what: str, limits: ChildLimits) -> LoadError:
        """Return the error that tells how the child ended."""
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return LoadError("crash", f"reading {what} broke the connection to the reader process")
        if hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU:
            spent = f"{limits.cpu_seconds:g} s of CPU"
            return LoadError("timeout", f"reading {what} took more than {spent} and was stopped")
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return LoadError("crash", f"the reader process died ({name}) while reading {what}", "the file may be damaged")

    def end(self) -> None:
        """Kill the process and remove its folder."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)


_lock = threading.RLock()
_child: _Child | None = None


def _running_child(what: str) -> _Child:
    """Return the living child, or start one."""
    global _child
    if _child is not None and _child.process.poll() is not None:
        close_child()
    if _child is None:
        try:
            _child = _Child()
        except OSError as error:
            raise LoadError("crash", f"no reader process could be started to read {what}: {error}") from error
    return _child


def _forget_child() -> None:
    """In a forked process: leave the parent's child to the parent."""
    global _child, _lock
    _child, _lock = None, threading.RLock()


atexit.register(close_child)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_child)


def _is_needed(name: str) -> bool:
    return name.upper() in NEEDED or name.startswith("LC_")


def _environment(folder: str) -> dict[str, str]:
    """Return the child's environment: what of the parent's it needs, with `folder` as every private place."""
    package_parent = str(Path(musenb.errors.__file__).parent.parent)
    paths = [package_parent, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    private = ("HOME", "TMPDIR", "TEMP", "TMP", "USERPROFILE", "APPDATA", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
    return {
        **{name: value for name, value in os.environ.items() if _is_needed(name)},
        **dict.fromkeys(private, folder),
        "MPLCONFIGDIR": folder,
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "PYTHONUSERBASE": site.getuserbase(),  # packages installed for the user stay in reach although HOME moves
        "PYTHONIOENCODING": "utf-8",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _error_from(answer: dict[str, Any], what: str, limits: ChildLimits) -> MusenbError:
    """Return the error that the child reported."""
    keys = ("error", "text", "kind", "hint")
    name, text, kind, hint = (str(answer.get(key, "")) for key in keys)
    if name == "LoadError":
        return LoadError(kind, text, hint)
    if name == "ScoreError":
        return ScoreError(text)
    if name == "MemoryError":
        return LoadError("limit", f"reading {what} needs more than {limits.memory_bytes // 2**20} MB of memory")
    return LoadError("content", f"{what} cannot be read as music: {name}: {text}"[:500])


def write_message(pipe: IO[bytes], message: dict[str, Any]) -> None:
    """Write plain data as its length in eight bytes and JSON; bytes become {'$bytes': base64}."""
    body = json.dumps(message, default=_encode_bytes, allow_nan=False).encode()
    pipe.write(struct.pack(">Q", len(body)) + body)
    pipe.flush()


def read_message(pipe: IO[bytes]) -> dict[str, Any] | None:
    """Return the next message, or None at the end of the pipe.

    Raises
    ------
    ValueError
        The message is not JSON or is longer than 256 MB.
    """
    head = pipe.read(8)
    if len(head) < 8:
        return None
    (length,) = struct.unpack(">Q", head)
    if length > LONGEST_ANSWER:
        raise ValueError(f"a message of {length} bytes")
    body = pipe.read(length)
    return json.loads(body, object_hook=_decode_bytes) if len(body) == length else None


def _encode_bytes(value: Any) -> dict[str, str]:
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    raise TypeError(f"{type(value).__name__} is not plain data")


def _decode_bytes(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["$bytes"]) if set(value) == {"$bytes"} else value


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until the pipe ends: the child's whole life.

    Each request is answered twice: {'began': true} when its module is ready, then its result or its error.
    """
    inbox: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def listen() -> None:
        while (message := read_message(requests)) is not None:
            inbox.put(message)
        os._exit(0)  # the parent has gone, even if a parser is still busy

    threading.Thread(target=listen, daemon=True).start()
    while True:
        request = inbox.get()
        try:
            write_message(answers, _answer(request, answers))
        except MemoryError:
            write_message(answers, {"error": "MemoryError"})


def _answer(
    request: dict[str, Any],
    answers: IO[bytes],
) -> dict[str, Any]:
    """Run one request and return its result or error."""
    began = False
    try:
        module_name, function_name = request["function"].split(":")
        module = importlib.import_module(module_name)
        getattr(module, "warm_up", lambda: None)()
        _limit_resources(**request["limits"])
        write_message(answers, {"began": True})
        began = True
        return {"result": getattr(module, function_name)(**request["arguments"])}
    except Exception as error:
        if not began:
            write_message(answers, {"began": True})
        return {
            "error": type(error).__name__,
            "text": str(getattr(error, "text", error))[:2000],
            "kind": getattr(error, "kind", ""),
            "hint": getattr(error, "hint", ""),
        }


def _limit_resources(memory_bytes: int, cpu_seconds: float, wall_seconds: float) -> None:
    """Set this process's limits for one call; CPU time counts from now."""
    try:
        import resource
    except ImportError:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = usage.ru_utime + usage.ru_stime
    amounts = {
        "RLIMIT_AS": memory_bytes,
        "RLIMIT_CPU": int(spent + cpu_seconds) + 1,
        "RLIMIT_CORE": 0,
    }
    for name, amount in amounts.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        with contextlib.suppress(ValueError, OSError):  # macOS refuses RLIMIT_AS
            soft = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
            resource.setrlimit(kind, (soft, hard))


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what would reach beyond this process by a socket; an audit hook."""
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        raise PermissionError(f"the reader process has no network ({event})")


def _main() -> None:
    sys.addaudithook(_refuse_network)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not reach the pipe
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    _main()
