"""The analyser: frames do not depend on block sizes, and have the right levels, bands and sample numbers."""

import numpy as np
import pytest

from phosphene.engine.audio.core import CHANNELS
from phosphene.engine.effects.chain import limiter
from phosphene.engine.graph.listen_node import ListenNode
from phosphene.engine.listening.analyser import HOP_SECONDS, analyse, frames_layout, hop_frames, make_analyser
from phosphene.engine.listening.frame import BANDS, MIN_DECIBELS, WIDTH, as_frame
from phosphene.engine.listening.spectrum import POWER_FLOOR
from phosphene.engine.rings import allocate, timeline
from tests.support.core_player import CorePlayer, noise

RATES = (8_000, 44_100, 48_000, 192_000)
SPLITS = {
    **{str(n): [n] for n in (1, 64, 255, 512, 4096)},
    "random": np.random.default_rng(4).integers(1, 2_000, 50).tolist(),
}


def sound_frames(x, sizes=(1024,), rate=48_000, start=0, analyser=None):
    """Every frame of a sound that is analysed in blocks."""
    analyser, published = analyser or make_analyser(float(rate), start), allocate(frames_layout(len(x) / rate + 1.0))
    at, block = 0, 0
    while at < len(x):
        size = sizes[block % len(sizes)]
        analyse(analyser, x[at : at + size], published)
        at, block = at + size, block + 1
    return frames_of(published)


def frames_of(published):
    rows = np.zeros((timeline.record_count(published), WIDTH))
    assert all(timeline.read(published, index, row) for index, row in enumerate(rows))
    return [as_frame(row) for row in rows]


def stereo(x):
    return np.repeat(np.asarray(x, np.float32)[:, None], CHANNELS, axis=1)


@pytest.mark.parametrize("sizes", SPLITS.values(), ids=SPLITS)
def test_block_size_does_not_change_frames(sizes):
    x = noise(20_000)
    frames, parts = sound_frames(x, [len(x)]), sound_frames(x, sizes)
    assert len(frames) == len(parts) == 20_000 // hop_frames(48_000)
    assert all(one.tobytes() == other.tobytes() for one, other in zip(frames, parts))


@pytest.mark.parametrize("rate", RATES)
def test_level_and_position_match_numpy(rate):
    x, hop = noise(rate // 2), hop_frames(rate)
    assert hop == pytest.approx(HOP_SECONDS * rate, abs=0.5)
    frames = sound_frames(x, rate=rate, start=12_345)
    assert len(frames) == len(x) // hop
    for index, frame in enumerate(frames):
        part = x[index * hop : (index + 1) * hop].astype(float)
        assert frame["sample"] == 12_345 + index * hop
        assert frame["rms_db"] == pytest.approx(10 * np.log10(np.mean(part**2)), rel=1e-12)
        assert frame["peak_db"] == pytest.approx(20 * np.log10(np.abs(part).max()), rel=1e-12)


def centres(rate):
    """Hertz at the centre of every band, from its weights; and the window's length."""
    spectrum = make_analyser(float(rate)).spectrum
    size = len(spectrum.past)
    heaviest = [row.argmax() + first for row, (first, _) in zip(spectrum.weights, spectrum.edges)]
    return np.array(heaviest) * rate / size, size


@pytest.mark.parametrize("rate", RATES)
def test_sine_has_its_power_in_its_band(rate):
    hertz, size = centres(rate)
    for band in range(4, BANDS, 5):
        x = 0.5 * np.sin(2 * np.pi * hertz[band] * np.arange(2 * size) / rate)
        bands = sound_frames(stereo(x), rate=rate)[-1]["mel"]
        assert bands[band] == pytest.approx(20 * np.log10(0.5), abs=2.0)
        assert bands[band] >= bands.max() - 0.5
        others = np.abs(hertz - hertz[band]) > 0.25 * hertz[band] + 4 * rate / size
        assert bands[others].max() < bands[band] - 30.0


def test_power_between_two_bands_is_kept():
    for hertz in np.geomspace(200.0, 8_000.0, 30):
        x = 0.5 * np.sin(2 * np.pi * hertz * np.arange(8_192) / 48_000)
        bands = sound_frames(stereo(x))[-1]["mel"]
        total = 10 * np.log10((10 ** (bands / 10)).sum())
        assert total == pytest.approx(20 * np.log10(0.5), abs=0.1)
        assert -3.1 < bands.max() - total < 0.0


@pytest.mark.parametrize("rate", RATES)
def test_silence_is_at_the_floor(rate):
    for frame in sound_frames(np.zeros((rate // 4, 2), np.float32), rate=rate):
        assert frame["rms_db"] == frame["peak_db"] == MIN_DECIBELS and frame["onset"] == 0.0
        assert frame["mel"] == pytest.approx(10 * np.log10(POWER_FLOOR))


@pytest.mark.parametrize("rate", RATES)
def test_click_has_its_onset_in_its_hop(rate):
    hop = hop_frames(rate)
    for click in (rate // 3, rate // 3 + hop // 2 + 1, 40 * hop - 1, 40 * hop):
        x = noise(rate) * np.float32(1e-3)
        x[click] = 0.9
        frames = sound_frames(x, rate=rate)
        onsets = [frame["onset"] for frame in frames[8:]]  # the window has filled
        found = frames[8 + int(np.argmax(onsets))]
        assert abs(found["sample"] + hop / 2 - click) <= hop


def test_frames_after_missed_sound_have_the_right_samples():
    """The samples of the sound count up; the tap is too short for it, and the node does not read all the time."""
    player, rng, step = CorePlayer(1_000), np.random.default_rng(8), 2.0**-20  # small: it is a sound
    listen_node = ListenNode(8_000, player.core, player.output_tap, allocate(frames_layout(60.0)))
    player.plans.change([], 1)
    sample = 0
    for _ in range(60):
        count = int(rng.integers(1, 9_000))
        player.play(stereo(step * np.arange(sample, sample + count)), int(rng.integers(1, 700)))
        sample += count
        for _ in range(rng.integers(0, 3)):
            listen_node.step()
    while listen_node.step():
        pass
    frames = frames_of(listen_node.frames)
    hop = listen_node.analyser.hop
    assert player["unheard"] > 10_000 and len(frames) > 100
    for frame in frames:  # describes the hop of its sample number
        part = step * np.maximum(np.arange(frame["sample"], frame["sample"] + hop) - limiter.latency(1_000), 0)
        expected = (
            max(20 * np.log10(max(part[-1], 1e-9)), MIN_DECIBELS),
            max(10 * np.log10(max(np.mean(part**2), 1e-18)), MIN_DECIBELS),
        )
        assert (frame["peak_db"], frame["rms_db"]) == pytest.approx(expected, rel=1e-12)
    assert all(np.diff([frame["sample"] for frame in frames]) >= hop)
    assert listen_node.analyser.counts[0] + listen_node.analyser.counts[2] == sample


def test_samples_that_are_not_finite_are_ignored():
    player, published = CorePlayer(), allocate(frames_layout(4.0))
    listen_node = ListenNode(48_000, player.core, player.output_tap, published)
    player.plans.change([("volume", {"gain": 24.0})] * 16, 1)
    x = noise(20_000)
    x[3_000:3_500:7] = np.nan
    x[3_001:3_500:7] = np.inf
    x[9_000] = 3e38
    player.play(x)
    while listen_node.step():
        pass
    frames = frames_of(published)
    assert len(frames) == 20_000 // 512 and all(np.isfinite(frame.tolist()[-1]).all() for frame in frames)
    assert all(np.isfinite([frame["rms_db"], frame["peak_db"], frame["onset"]]).all() for frame in frames)
