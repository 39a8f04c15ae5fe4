"""Two devices whose clocks differ, and what the drift between them makes of it."""

import numpy as np
import pytest

from phosphene.engine.audio import drift, meters
from phosphene.engine.audio.clocks import FILL_FUNCTION
from phosphene.engine.audio.meters import Meter
from phosphene.engine.native import make_descriptor
from phosphene.engine.rings import allocate, ring
from phosphene.engine.rings.board import get, put

RATE, TONE = 48_000, 1_000.0
SUPPLY = FILL_FUNCTION(drift.fill_from_drift.address)


class Devices:
    """A microphone that gives `given` frames at a time and a loudspeaker that takes `taken`, in simulated time."""

    def __init__(self, given, taken, ppm=0.0, *, late=0.0, timed=True):
        self.given, self.taken, self.late, self.timed = given, taken, late, timed
        self.target, self.fast = 3 * max(given, taken), RATE * (1 + 1e-6 * ppm)
        self.capture, self.gauges = allocate(ring.layout(16 * self.target, 1)), allocate(meters.layout())
        self.drift = drift.make_drift(self.capture, RATE, self.target, self.gauges)
        self.words, self.rng = make_descriptor(self.drift), np.random.default_rng(9)
        self.rows, self.drawn, self.missing, self.lost = 0, 0, 0, 0
        self.delays = [0.0, 0.0]
        self.corrections, self.fills = [], []

    def sound(self, rows):
        return 0.5 * np.sin(2 * np.pi * TONE * rows / self.fast)

    def run(self, seconds, *, deaf=False):
        """What the loudspeaker is given; with `deaf` the microphone stands still."""
        out = np.zeros((round(seconds * RATE) // self.taken * self.taken, 1), np.float32)
        start = self.drawn
        while self.drawn - start < len(out):
            times = (self.rows + self.given) / self.fast, (self.drawn + self.taken) / RATE
            times = [time + delay for time, delay in zip(times, self.delays)]
            if times[0] <= times[1]:
                self._give(times[0], deaf)
            else:
                self._take(times[1], out[self.drawn - start :][: self.taken])
        return out[:, 0]

    def _give(self, time, deaf):
        block = self.sound(np.arange(self.rows, self.rows + self.given)).astype(np.float32)
        self.rows += self.given
        self.delays[0] = self.late * self.rng.random()
        if not deaf:
            self.lost += self.given - ring.push(self.capture, block[:, None])
            self._stamp(Meter.CAPTURED, time)

    def _take(self, time, block):
        self._stamp(Meter.ASKED, time)
        self.fills.append(ring.readable(self.capture, 1 << 30))
        self.missing += self.taken - SUPPLY(self.words.ctypes.data, block.ctypes.data, self.taken)
        self.corrections.append(get(self.gauges, int(Meter.DRIFT)))
        self.drawn += self.taken
        self.delays[1] = self.late * self.rng.random()

    def _stamp(self, meter, time):
        if self.timed:
            put(self.gauges, int(meter), 100.0 + time)


def tone(y):
    """(cents that a tone is off, what beside it is heard in dB of it)."""
    phase = 2 * np.pi * np.arange(len(y)) / RATE
    halves = [(part * np.hanning(len(part))).sum() for part in np.split(y * np.exp(-1j * TONE * phase), 2)]
    found = TONE + np.angle(halves[1] / halves[0]) / (np.pi * len(y) / RATE)
    waves = np.stack([np.sin(found * phase), np.cos(found * phase)], axis=1)
    fit = waves @ np.linalg.lstsq(waves, y, rcond=None)[0]
    return 1200 * np.log2(found / TONE), 10 * np.log10(np.mean((y - fit) ** 2) / np.mean(fit**2))


CASES = [(0, 256, 256), (200, 256, 256), (-200, 441, 257), (200, 63, 1024), (500, 512, 512), (-500, 1024, 300)]


@pytest.mark.parametrize(("ppm", "given", "taken"), CASES)
def test_a_faster_microphone_is_read_faster(ppm, given, taken):
    devices = Devices(given, taken, ppm)
    devices.run(0.2)
    devices.missing = 0
    devices.fills.clear()
    devices.run(70.0)
    y = devices.run(2.0)
    assert devices.missing == devices.lost == 0
    assert max(devices.fills) < 3 * devices.target
    late = np.array(devices.corrections[-RATE // taken :])
    cents, noise = tone(y[-RATE:])
    assert late == pytest.approx(ppm, abs=max(0.1 * abs(ppm), 1.0))
    assert abs(cents) < 0.1 and noise < -60.0
    assert np.abs(devices.corrections).max() < 1e6 * (2 ** (2 / 1200) - 1), "nor is it heard while it settles"


@pytest.mark.parametrize("ppm", [0, 200])
def test_scheduling_jitter_is_inaudible(ppm):
    devices = Devices(256, 256, ppm, late=0.003)
    devices.run(70.0)
    devices.missing = 0
    y = devices.run(10.0)
    found = [tone(part) for part in np.split(y[: 9 * RATE], 9)]
    assert devices.missing == 0
    assert max(abs(cents) for cents, _ in found) < 0.1 and max(noise for _, noise in found) < -40.0
    assert np.mean(devices.corrections[-10 * RATE // 256 :]) == pytest.approx(ppm, abs=10)


def test_devices_with_different_clocks_are_joined():
    devices = Devices(256, 256, 200, timed=False)
    put(devices.gauges, int(Meter.ASKED), 1e6)
    devices.run(70.0)
    devices.missing = 0
    y = devices.run(2.0)
    assert devices.missing == 0 and abs(tone(y[-RATE:])[0]) < 1.0


@pytest.mark.parametrize(("given", "taken"), [(256, 256), (441, 257), (64, 1024)])
def test_the_declared_latency_is_the_measured_one(given, taken):
    devices = Devices(given, taken)
    devices.sound = lambda rows: (rows == RATE).astype(float)
    heard = int(np.abs(devices.run(2.0)).argmax())
    assert abs(heard - RATE - drift.latency(devices.drift) * RATE) <= max(given, taken)


def test_a_microphone_that_stops_is_silent_and_comes_back():
    devices = Devices(256, 256, 100)
    devices.run(0.2)
    devices.missing = 0
    y = np.concatenate([devices.run(1.0), devices.run(1.0, deaf=True), devices.run(2.0)])
    silent = np.flatnonzero(y == 0)
    assert np.isfinite(y).all() and np.abs(y).max() < 0.6
    assert 0.9 * RATE < devices.missing < 1.1 * RATE
    assert RATE < silent.min() < silent.max() < 2.1 * RATE
    cents, noise = tone(y[-RATE:])
    assert abs(cents) < 1.0 and noise < -50.0  # it has not settled yet


def test_a_stalled_loudspeaker_catches_up():
    devices = Devices(256, 256)
    devices.run(1.0)
    for _ in range(12 * 3):
        devices._give(devices.rows / RATE, False)
    devices.drawn += 12 * 3 * 256
    devices.run(0.1)
    assert devices.lost == 0 and devices.fills[-1] < 2 * devices.target


def test_nan_does_not_stay_in_the_resampler():
    devices = Devices(256, 256)
    devices.sound = lambda rows: np.where(rows == 9_000, np.nan, 0.5)
    y = devices.run(1.0)
    assert 0 < np.isnan(y).sum() <= drift.TAPS
    assert y[-1] == pytest.approx(0.5)
