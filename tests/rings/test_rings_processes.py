"""Rings between processes: they share one memory, leave no segment behind, and are correct at full speed."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import phosphene
from phosphene.engine.native.memory import CACHE_LINE
from phosphene.engine.rings import Segment, board, mailbox, ring, timeline
from tests.support import ring_stress

ROOT = Path(phosphene.__file__).resolve().parents[1]
LAYOUTS = {
    "ring": ring.layout(4, 2),
    "timeline": timeline.layout(3, 3),
    "board": board.layout(5),
    "box": mailbox.layout(9),
}
ATTACH = """
import sys, numpy as np
from phosphene.engine.rings import Segment, board, mailbox, ring, timeline
from tests.rings.test_rings_processes import LAYOUTS
shared = Segment(sys.argv[1], LAYOUTS, create=False)
"""
READ_AND_REPLY = """
rows, record = np.zeros((4, 2), np.float32), np.zeros(3)
found = ring.pull(shared["ring"], rows), timeline.read(shared["timeline"], 0, record)
print([*found, rows.tolist(), record.tolist(), board.get(shared["board"], 3), mailbox.fetch_text(shared["box"])])
board.put(shared["board"], 4, 2.5)
"""
OWN_SEGMENT = """
import sys
from phosphene.engine.rings import SessionLock, Segment, board
lock = SessionLock()
segment = Segment(lock.name, {"board": board.layout(4)}, create=True)
print(lock.name, flush=True)
sys.stdin.read()
"""
REMOVE_STALE = "from phosphene.engine.rings import remove_stale_segments as remove; print(*remove())"


@contextlib.contextmanager
def child(*words, **environment):
    """Another Python process, killed at the end of the block."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, *words], env=environment, cwd=ROOT, text=True, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def output(process, timeout=60):
    out, err = process.communicate(timeout=timeout)
    assert process.returncode == 0 and not err, err
    return out


def exists(name):
    try:
        Segment(name, {}, create=False)
    except FileNotFoundError:
        return False
    return True


@pytest.fixture
def name():
    return f"phosphene-{secrets.token_hex(6)}"  # 31 characters is all that macOS allows


@pytest.fixture
def shared(name):
    segment = Segment(name, LAYOUTS, create=True)
    yield segment
    segment.close()


def test_structures_do_not_overlap_and_start_on_cache_lines(shared):
    arrays = [array for structure in shared.structures.values() for array in structure]
    for value, array in enumerate(arrays):
        assert array.ctypes.data % CACHE_LINE == 0 and not array.any()
        array[:] = value
    assert all((array == value).all() for value, array in enumerate(arrays))


def test_another_process_reads_the_same_values(shared, name):
    mailbox.reset(shared["box"])
    ring.push(shared["ring"], np.arange(6, dtype=np.float32).reshape(3, 2))
    timeline.publish(shared["timeline"], np.array([0.1, 0.2, 0.3]))
    board.put(shared["board"], 3, 0.7)
    mailbox.post_text(shared["box"], "phosphène")
    with child("-c", ATTACH + READ_AND_REPLY, name) as other:
        rows = [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [0.0, 0.0]]
        assert output(other).strip() == str([3, True, rows, [0.1, 0.2, 0.3], 0.7, "phosphène"])
    assert board.get(shared["board"], 4) == 2.5
    assert ring.push(shared["ring"], np.zeros((5, 2), np.float32)) == 4, "rows the other process read make room"


@pytest.mark.parametrize("leave", ["shared.close()", "pass", "import os, signal; os.kill(os.getpid(), 9)"])
def test_only_the_owner_removes_the_name(shared, name, leave):
    with child("-c", ATTACH + leave, name) as other:
        _, err = other.communicate(timeout=60)
        assert not err
    assert exists(name)
    shared.close()
    assert not exists(name)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows removes a segment with its last process")
def test_only_segments_of_dead_sessions_are_removed(tmp_path):
    cache = {"PHOSPHENE_CACHE": str(tmp_path)}
    with child("-c", OWN_SEGMENT, **cache) as dead, child("-c", OWN_SEGMENT, **cache) as living:
        left, used = dead.stdout.readline().strip(), living.stdout.readline().strip()
        dead.kill()
        dead.wait()
        assert exists(left) and exists(used)
        with child("-c", REMOVE_STALE, **cache) as cleaner:
            assert output(cleaner).split() == [left]
        assert exists(used) and not exists(left)
        assert [path.name for path in (tmp_path / "sessions").iterdir()] == [used]
        if sys.platform == "linux":
            assert Path("/dev/shm", used).exists() and not Path("/dev/shm", left).exists()
        living.kill()
        living.wait()
        with child("-c", REMOVE_STALE, **cache) as cleaner:
            assert output(cleaner).split() == [used]


def race(name, writer, reader, frames, total, timeout=60):
    """What the reading end found while both ends ran at full speed."""
    segment = Segment(name, ring_stress.layouts(frames), create=True)
    try:
        words = name, str(frames), str(total)
        with (
            child("-m", "tests.support.ring_stress", reader, *words) as reads,
            child("-m", "tests.support.ring_stress", writer, *words) as writes,
        ):
            found = json.loads(output(reads, timeout))
            output(writes)
    finally:
        segment.close()
    print(f"{found['done'] / found['seconds']:.3g} a second", found)
    return found


@pytest.mark.parametrize("frames, total", [(64, 10**7), (1024, 2 * 10**7)])
def test_every_row_arrives_once_and_in_order(name, frames, total):
    found = race(name, "send", "receive", frames, total)
    assert (found["done"], found["bad"]) == (total, 0)


@pytest.mark.parametrize("frames, total", [(2, 10**7), (64, 10**7)])
def test_no_record_is_torn_when_the_writer_laps_the_reader(name, frames, total):
    found = race(name, "publish", "follow", frames, total)
    assert found["bad"] == 0 and found["whole"] > 0 and found["lapped"] > 0


@pytest.mark.soak
@pytest.mark.parametrize("frames, total", [(64, 10**9), (1024, 10**10)])
def test_every_row_arrives_in_a_long_run(name, frames, total):
    found = race(name, "send", "receive", frames, total, timeout=3600)
    assert (found["done"], found["bad"]) == (total, 0)


@pytest.mark.soak
def test_no_record_is_torn_in_a_long_run(name):
    found = race(name, "publish", "follow", 64, 10**9, timeout=3600)
    assert found["bad"] == 0 and found["whole"] > 0 and found["lapped"] > 0
