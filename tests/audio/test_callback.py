"""The callback, called as PortAudio calls it."""

import ctypes
import time

import numpy as np
import pytest

from phosphene.engine.audio import core as sound
from phosphene.engine.audio import devices
from phosphene.engine.audio.callback import (
    INPUT_OVERFLOW,
    OUTPUT_UNDERFLOW,
    input_callback,
    make_callback_state,
    output_callback,
)
from phosphene.engine.audio.core import BLOCK
from phosphene.engine.audio.stream import DeviceStream
from phosphene.engine.native import make_descriptor
from phosphene.engine.rings import allocate, ring, timeline
from phosphene.engine.rings.board import get, put
from tests.audio.test_core import FIRST
from tests.support.core_player import CorePlayer, core_output, delayed, noise
from tools.rig.sound_server import RATE, wait_for

CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, *[ctypes.c_void_p] * 2, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p
)
STREAM_TIME = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_void_p)


class Machine:
    """A device that asks for sound: `inputs` and `outputs` channels, a core behind it, a clock that counts up."""

    def __init__(self, inputs=2, outputs=2, filler=(0, 0), genome=FIRST):
        self.player, self.capture, self.clock = (
            CorePlayer(),
            allocate(ring.layout(4 * BLOCK, 2)),
            allocate(timeline.layout(64, 3)),
        )
        self.player.plans.change(genome, 1)
        player = sound.play.address, self.player.words.ctypes.data
        self.device = make_callback_state(player, filler, inputs, outputs, self.capture, self.clock, self.player.meters)
        self.now, self.stream_time = 0.0, STREAM_TIME(self._tick)
        self.device.stream[0] = ctypes.cast(self.stream_time, ctypes.c_void_p).value
        self.words = make_descriptor(self.device)

    def _tick(self, stream):
        self.now += 0.25
        return self.now

    def call(self, native, given=None, wanted=None, frames=0, flags=0, times=(1.0, 1.5, 2.25)):
        places = [None if array is None else array.ctypes.data for array in (given, wanted)]
        stamps = np.array(times)
        found = CALLBACK(native.address)(*places, frames, stamps.ctypes.data, flags, self.words.ctypes.data)
        assert found == 0, "the stream goes on"


def folded(x, channels):
    """Two channels for one, two or many."""
    if channels == 1:
        return x.mean(axis=1, keepdims=True, dtype=np.float32)
    return np.pad(x, ((0, 0), (0, channels - 2)))


@pytest.mark.parametrize("outputs", [1, 2, 6])
@pytest.mark.parametrize("inputs", [1, 2, 6])
@pytest.mark.parametrize("frames", [100, 256, 2 * BLOCK + 77])
def test_sound_passes_devices_of_any_channels(inputs, outputs, frames):
    machine = Machine(inputs, outputs)
    given, wanted = noise(frames, channels=inputs), np.full((frames, outputs), np.nan, np.float32)
    machine.call(output_callback, given, wanted, frames)
    x = np.repeat(given, 2, axis=1) if inputs == 1 else given[:, :2]
    np.testing.assert_allclose(wanted, folded(core_output(FIRST, x), outputs), rtol=0, atol=1e-7 * (outputs == 1))
    assert np.abs(wanted[:, 0]).max() > 0


def test_a_late_source_is_silent_and_counted():
    inlet, wanted = allocate(ring.layout(512, 2)), np.ones((700, 2), np.float32)
    words = make_descriptor(inlet)
    machine = Machine(filler=(sound.fill_from_ring.address, words.ctypes.data), genome=[])
    x = noise(500)
    ring.push(inlet, x)
    machine.call(output_callback, None, wanted, 700)
    np.testing.assert_array_equal(wanted, delayed(np.pad(x, ((0, 200), (0, 0)))))
    assert (machine.player["starved"], machine.player["source"]) == (200, 500)


def test_flags_of_the_device_are_counted():
    machine, block = Machine(), np.zeros((256, 2), np.float32)
    for flags in (0, INPUT_OVERFLOW, OUTPUT_UNDERFLOW, INPUT_OVERFLOW | OUTPUT_UNDERFLOW):
        machine.call(output_callback, block, block, 256, flags)
    counts = [machine.player[name] for name in ("callbacks", "overflows", "underflows", "position", "worst", "busy")]
    assert counts == [4, 2, 2, 4 * 256, 0.25, 1.0]


def test_the_clock_is_published_before_a_block_is_played():
    """By the clock that all processes share, which is 100 s ahead of PortAudio's."""
    machine, block, stamp = Machine(), np.zeros((300, 2), np.float32), np.zeros(3)
    put(machine.device.offset, 0, 100.0)
    for turn in range(3):
        before = machine.now
        machine.call(output_callback, block, block, 300, times=(1.0 + turn, 1.5 + turn, 2.25 + turn))
        assert timeline.read(machine.clock, turn, stamp)
        assert stamp.tolist() == [300 * turn, 102.25 + turn, 100.25 + before]
    assert machine.player["output_latency"] == 0.75 and machine.player["input_latency"] == 0.5


@pytest.mark.parametrize("inputs", [1, 2, 6])
def test_a_microphone_writes_to_the_capture_ring(inputs):
    machine, frames = Machine(inputs), 3 * BLOCK + 5
    given, kept = noise(frames, channels=inputs), np.zeros((frames, 2), np.float32)
    machine.call(input_callback, given, None, frames)
    assert ring.pull(machine.capture, kept) == frames and machine.player["overflows"] == 0
    np.testing.assert_array_equal(kept, np.repeat(given, 2, axis=1) if inputs == 1 else given[:, :2])
    assert machine.player["captured"] == machine.now > 0 and machine.player["input_latency"] == 0.5


def test_a_full_capture_ring_is_an_overflow():
    machine, given = Machine(), noise(3 * BLOCK)
    machine.call(input_callback, given, None, 3 * BLOCK)
    machine.call(input_callback, given, None, 3 * BLOCK)
    assert machine.player["overflows"] == 1
    machine.call(input_callback, given, None, 0, INPUT_OVERFLOW)
    assert machine.player["overflows"] == 2 and machine.capture.written[0] == 4 * BLOCK


class Stream:
    """A stream on a real device, and the rows that it tells."""

    def __init__(self):
        self.player, self.clock, self.row = CorePlayer(), allocate(timeline.layout(64, 3)), np.zeros(3)
        self.inlet = allocate(ring.layout(64, 2))
        self.words = make_descriptor(self.inlet)
        self.device = DeviceStream(
            (sound.play.address, self.player.words.ctypes.data),
            (sound.fill_from_ring.address, self.words.ctypes.data),
            devices.find_device(None, "output"),
            None,
            rate=RATE,
            block=256,
            buffer=0.02,
            clock=self.clock,
            meters=self.player.meters,
        )

    def ages(self, count=20):
        """By how many seconds each of so many rows is older than the moment at which it was seen."""
        before, found = timeline.record_count(self.clock), []
        for wanted in range(before + 1, before + count + 1):
            assert wait_for(lambda wanted=wanted: timeline.record_count(self.clock) >= wanted, every=0.001)
            assert timeline.read(self.clock, timeline.record_count(self.clock) - 1, self.row)
            found.append(time.perf_counter() - self.row[2])
        return np.array(found)


@pytest.fixture
def stream(server, monkeypatch):
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    devices.refresh()
    stream = Stream()
    yield stream
    stream.device.close()


def test_the_clock_uses_the_time_that_all_processes_share(stream):
    ages = stream.ages()
    assert ages.min() > -1e-3 and np.median(ages) < 0.05
    assert 0 <= stream.row[1] - stream.row[2] < 1.0


def test_a_step_of_the_system_clock_is_corrected(stream):
    offset = get(stream.device.offset, 0)
    put(stream.device.offset, 0, offset + 3600.0)  # as after it was set forward by an hour
    assert stream.ages()[-1] < -3599.0
    stream.device.keep_time()
    assert get(stream.device.offset, 0) == pytest.approx(offset, abs=1e-3)
    assert np.median(stream.ages()[2:]) < 0.05
    assert stream.ages().min() > -1e-3
