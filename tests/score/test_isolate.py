"""The child process: its limits, its replacement, and that nothing of the parent's world is touched."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from musenb.errors import LoadError, ScoreError
from musenb.score import isolate
from musenb.score.heed import heeding
from musenb.score.isolate import ChildLimits, close_child, isolated

FAST = ChildLimits(cpu_seconds=1.2, wall_seconds=60.0)
MISBEHAVE = '''
import os, signal, socket, sys, time
from musenb.errors import LoadError, ScoreError
def pid(): return os.getpid()
def work():
    start = time.process_time()
    while time.process_time() < start + 0.05: pass
    return time.process_time() - start
def echo(value): return value
def spin():
    while True: pass
def sleep(seconds): time.sleep(seconds)
def die(): os.kill(os.getpid(), signal.SIGSEGV)
def leave(): os._exit(3)
def eat(): return len(bytearray(2**31))
def refuse(): raise LoadError("content", "bar 3 is odd", "mend it")
def break_rule(): raise ScoreError("pitch 131")
def stumble(): raise KeyError("divisions")
def strange(): return {1, 2}
def chatter():
    print("noise", flush=True); os.write(1, b"more noise"); return "heard"
def environment(): return dict(os.environ)
def look_up(): return socket.getaddrinfo("localhost", 80)
def connect():
    with socket.socket() as there: there.connect(("127.0.0.1", 9))
def place(): return [os.getcwd(), os.environ["HOME"], os.environ["TMPDIR"], os.stat(".").st_mode & 0o777]
'''

posix = pytest.mark.skipif(os.name != "posix", reason="limits of CPU and memory need the resource module")
Call = Callable[..., Any]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Call]:
    """Return a function that runs one of the misbehaving functions in a fresh child."""
    (tmp_path / "misbehave.py").write_text(MISBEHAVE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    close_child()
    yield lambda name, **arguments: isolated(f"misbehave:{name}", arguments, what="a.xml", limits=FAST)
    close_child()


def test_plain_data_come_back_as_they_went(call: Call) -> None:
    value = {"bytes": b"\x00\xff", "list": [1, 2.5, None, True, "ü"], "empty": {}}
    assert call("echo", value=value) == value


def test_one_child_is_kept_and_is_another_process(call: Call) -> None:
    assert call("pid") == call("pid") != os.getpid()


@posix
def test_the_child_lives_in_a_private_folder_that_goes_with_it(call: Call) -> None:
    folder, home, temporary, mode = call("place")
    assert Path(folder).samefile(home)
    assert Path(folder).samefile(temporary)
    assert mode == 0o700
    close_child()
    assert not Path(folder).exists()


@posix
def test_too_much_cpu_is_a_timeout_and_the_next_call_works(call: Call) -> None:
    before = call("pid")
    with pytest.raises(LoadError, match=r"a\.xml took more than 1\.2 s of CPU") as caught:
        call("spin")
    assert caught.value.kind == "timeout"
    assert call("pid") != before


@posix
def test_cpu_time_counts_for_each_call_anew(call: Call) -> None:
    start, spent = call("pid"), 0.0
    while spent < 2.5:  # the limit is 1.2 s, rounded up to whole seconds
        spent += call("work")
    assert call("pid") == start


def test_the_child_gets_no_secrets_of_the_environment(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_TOKEN", "AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY", "JUPYTER_TOKEN"):
        monkeypatch.setenv(name, "secret")
    close_child()
    found = call("environment")
    assert "secret" not in found.values()
    assert {"PATH", "HOME", "PYTHONPATH"} <= found.keys()


@pytest.mark.parametrize("name", ["connect", "look_up"])
def test_the_child_has_no_network(call: Call, name: str) -> None:
    with pytest.raises(LoadError, match="PermissionError: the reader process has no network"):
        call(name)


def test_time_counts_from_the_call_on(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slow.py").write_text("import time\ndef warm_up(): time.sleep(0.3)\ndef echo(value): return value\n")
    given, next_answer = [], isolate._Child._next

    def noted(self: isolate._Child, seconds: float, *rest: Any) -> dict[str, Any]:
        given.append(seconds)
        return next_answer(self, seconds, *rest)

    monkeypatch.setattr(isolate._Child, "_next", noted)
    for wall in (100.0, 0.4):
        assert isolated("slow:echo", {"value": 1}, what="a.xml", limits=ChildLimits(wall_seconds=wall)) == 1
    assert given[1] < 99.7
    assert given[3] == 0.2  # half of the limit is left behind a slow start


def test_too_much_time_is_a_timeout(call: Call) -> None:
    limits = ChildLimits(wall_seconds=0.3)
    with pytest.raises(LoadError, match=r"a\.xml took more than 0\.3 s") as caught:
        isolated("misbehave:sleep", {"seconds": 60}, what="a.xml", limits=limits)
    assert caught.value.kind == "timeout"


def test_a_call_that_is_given_up_ends_its_child(call: Call) -> None:
    first = call("pid")

    def give_up() -> None:
        if time.monotonic() > began + 0.5:
            raise ScoreError("given up")

    began = time.monotonic()
    with heeding(give_up), pytest.raises(ScoreError, match="given up"):
        call("sleep", seconds=60)
    assert time.monotonic() < began + 30
    assert call("pid") != first


@posix
def test_too_much_memory_is_a_limit(call: Call) -> None:
    with pytest.raises(LoadError, match=r"a\.xml needs more than 1536 MB") as caught:
        call("eat")
    assert caught.value.kind == "limit"
    assert call("echo", value=1) == 1


@pytest.mark.parametrize(("name", "told"), [("die", "SIGSEGV"), ("leave", "exit code 3")])
def test_a_crash_is_told_and_the_next_call_works(call: Call, name: str, told: str) -> None:
    with pytest.raises(LoadError, match=told) as caught:
        call(name)
    assert caught.value.kind == "crash"
    assert call("echo", value=[1]) == [1]


def test_a_child_killed_between_calls_is_replaced(call: Call) -> None:
    os.kill(call("pid"), 9)
    time.sleep(0.3)
    assert call("echo", value=2) == 2


def test_errors_of_musenb_come_through(call: Call) -> None:
    with pytest.raises(LoadError, match=r"bar 3 is odd \(mend it\)") as caught:
        call("refuse")
    assert (caught.value.kind, caught.value.hint) == ("content", "mend it")
    with pytest.raises(ScoreError, match="pitch 131"):
        call("break_rule")


def test_any_other_error_is_content_and_the_child_stays(call: Call) -> None:
    before = call("pid")
    with pytest.raises(LoadError, match=r"a\.xml cannot be read as music: KeyError: 'divisions'") as caught:
        call("stumble")
    assert caught.value.kind == "content"
    assert call("pid") == before


def test_what_is_no_plain_data_never_crosses(call: Call) -> None:
    with pytest.raises(LoadError):
        call("strange")
    assert call("echo", value=3) == 3


def test_prints_do_not_reach_the_pipe(call: Call) -> None:
    assert call("chatter") == "heard"


def test_threads_share_the_child(call: Call) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda value: call("echo", value=value), range(40)))
    assert answers == list(range(40))


@posix
def test_the_child_dies_with_its_parent(call: Call) -> None:
    script = (
        "import os; from musenb.score.isolate import isolated; "
        "print(isolated('misbehave:pid', {}, what='x'), flush=True); os.kill(os.getpid(), 9)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([os.environ["PYTHONPATH"], *filter(None, sys.path)])}
    root = str(Path(__file__).resolve().parents[2])
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, cwd=root)
    child = int(run.stdout)
    for _ in range(50):
        if not _alive(child):
            break
        time.sleep(0.1)
    assert not _alive(child)


def _alive(process: int) -> bool:
    status = Path(f"/proc/{process}/status")
    if Path("/proc").exists():
        return status.exists() and "\nState:\tZ" not in status.read_text()
    return subprocess.run(["ps", "-p", str(process)], capture_output=True).returncode == 0


@posix
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_starts_a_child_of_its_own(call: Call) -> None:
    mine = call("pid")
    read, write = os.pipe()
    forked = os.fork()
    if forked == 0:
        os.write(write, str(call("pid")).encode())
        close_child()
        os._exit(0)
    os.waitpid(forked, 0)
    assert int(os.read(read, 20)) != mine
    assert call("pid") == mine
    os.close(read)
    os.close(write)
