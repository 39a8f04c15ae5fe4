"""What a process of a session sees to before it lives."""

import gc
import io
import json
import os
import signal

import pytest

from phosphene.engine.processes.serve import serve
from phosphene.engine.processes.shared_layout import LAYOUTS
from phosphene.engine.rings import Segment


class Life:
    """Counts what a collection would go through."""

    left = 0

    def __init__(self, config, segment):
        self.config, self.segment = config, segment

    def run(self):
        self.segment.close()
        Life.left = len(gc.get_objects())

    def stop(self):
        pass


@pytest.fixture
def undone():
    kept = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGHUP)}
    yield
    gc.unfreeze()
    for name, handler in kept.items():
        signal.signal(name, handler)


def test_garbage_collection_skips_what_was_imported(monkeypatch, undone):
    before = len(gc.get_objects())
    name = f"phosphene-test-{os.getpid()}"
    shared = Segment(name, LAYOUTS, create=True)
    try:
        monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"segment": name}) + "\n"))
        assert serve(Life) == 0
    finally:
        shared.close()
    assert before > 20_000 and Life.left < before / 20
