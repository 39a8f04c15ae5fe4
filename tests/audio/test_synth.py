"""The built-in synth: the same for ever, from any sample on, within bounds, without a click."""

import re
import time

import numpy as np
import pytest
from numba import njit

import phosphene.engine.audio.sources.synth as synth
from phosphene.engine.audio.sources.composer import (
    BEATS,
    CHORD,
    FORMS,
    MODES,
    MOVEMENT,
    SECTIONS,
    chord,
    compose,
    make_theme,
    section_at,
)
from phosphene.engine.audio.sources.synth import MAX_TAIL, PARAMS, VOICES, Synth

RATE = 48_000
BAR = 2.5  # seconds, at the default tempo
CEILING = 10 ** (-1 / 20)  # -1 dBFS


def play(seconds, *, begin=0.0, rate=RATE, seed=0, **params):
    source, out = Synth(rate, seed=seed, params=params), np.empty((int(seconds * rate), 2), np.float32)
    source.seek(int(begin * rate))
    source.read(out)
    return out


def solo(monkeypatch, voice):
    """Only one voice sounds from here on."""
    whole = synth.compose
    monkeypatch.setattr(synth, "compose", lambda *a, **k: [n for n in whole(*a, **k) if n.voice == voice])


def rms(x):
    return 10 * np.log10(np.mean(np.square(x, dtype=np.float64)) + 1e-20)


def share(x, low, high, rate=RATE):
    """The part of the energy that lies between two frequencies."""
    power, hz = np.abs(np.fft.rfft(x.mean(1))) ** 2, np.fft.rfftfreq(len(x), 1 / rate)
    return power[(hz >= low) & (hz < high)].sum() / power.sum()


@pytest.fixture(scope="module")
def minute():
    return play(60)


@pytest.mark.parametrize("size", [1, 17, 64, 256, 257, 1024, 4096, "random"])
def test_split_is_inaudible(size, minute):
    begin = int(12.4 * RATE)  # the first chord of the build is played within it
    span = 4_096 if size == 1 else 20_480
    rng = np.random.default_rng(5)
    source, out, at = Synth(RATE), np.empty((span, 2), np.float32), 0
    source.seek(begin)
    while at < span:
        n = int(rng.integers(1, 3_000)) if size == "random" else size
        source.read(out[at : at + n])
        at = min(at + n, span)
        assert source.position == begin + at
    np.testing.assert_array_equal(out, minute[begin : begin + span])
    assert rms(out) > -40


def test_seek_finds_every_bar_of_a_continuous_render(minute):
    rng, source, out = np.random.default_rng(3), Synth(RATE), np.empty((1_500, 2), np.float32)
    edges = [int(b * BAR * RATE) - 700 for b in range(1, 23)]
    for at in rng.permutation([0, *edges, *rng.integers(0, 58 * RATE, 20)]):
        source.seek(int(at))
        source.read(out)
        np.testing.assert_array_equal(out, minute[at : at + len(out)])


def test_seek_far_is_quick_and_exact():
    hour = 3_600 * RATE + 12_345
    source, near = Synth(44_100.0, params={"tempo": 97.3}), np.empty((9_000, 2), np.float32)
    source.read(near[:1])  # compiled from here on
    started = time.perf_counter()
    source.seek(hour)
    source.read(near)
    assert time.perf_counter() - started < 1
    source = Synth(44_100.0, params={"tempo": 97.3})
    source.seek(hour - 441_000)
    long = np.empty((441_000 + len(near), 2), np.float32)
    source.read(long)
    np.testing.assert_array_equal(near, long[441_000:])
    assert rms(near) > -60


def test_seed_names_the_piece(minute):
    np.testing.assert_array_equal(play(20), minute[: 20 * RATE])
    other = play(20, seed=1)
    assert rms(other - minute[: 20 * RATE]) > rms(other) - 6


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_stays_within_bounds(seed):
    x = play(180, seed=seed)
    assert np.isfinite(x).all()
    assert np.abs(x).max() <= CEILING
    assert np.abs(x.mean(0)).max() < 1e-3
    assert rms(x) > -24


@pytest.mark.parametrize("rate", [8_000, 11_025, 192_000])
@pytest.mark.parametrize("end", ["low", "high"])
def test_every_rate_and_extreme_is_safe(rate, end):
    extreme = {param.name: getattr(param, end) for param in PARAMS} | {"level": 0.0}
    x = play(12, begin=34, rate=rate, **extreme)
    assert np.isfinite(x).all() and 0.01 < np.abs(x).max() <= CEILING


def test_a_rate_changes_fidelity_not_music():
    """A low rate loses what it cannot carry; what is left, second by second, is as loud."""
    low, high = play(12, begin=33, rate=24_000), play(12, begin=33, rate=96_000)
    for second in range(12):
        a, b = low[second * 24_000 : (second + 1) * 24_000], high[second * 96_000 : (second + 1) * 96_000]
        below = 10 * np.log10(share(b, 0, 5_000, 96_000) / share(a, 0, 5_000, 24_000))
        assert abs(rms(a) - rms(b) - below) < 0.3


@pytest.mark.parametrize("name", [param.name for param in PARAMS])
def test_every_param_is_heard(name, minute):
    param = next(p for p in PARAMS if p.name == name)
    x, y = (play(8, begin=40, **{name: param.low + part * (param.high - param.low)}) for part in (0.25, 0.9))
    assert np.abs(x - y).max() > 0.05
    if name == "level":
        assert rms(y) - rms(x) == pytest.approx(0.65 * 60, abs=0.1)
    if name == "brightness":
        assert share(y, 2_000, 6_000) > 2 * share(x, 2_000, 6_000)


def roughness(x):
    """The largest sixth difference: at 192 kHz a step of height h gives 10 h, and a 15 kHz tone of height h 0.014 h."""
    return np.abs(np.diff(x.astype(np.float64), 6, axis=0)).max()


@pytest.mark.parametrize("begin, explained", [(0, 1e-5), (24, 0.03), (33, 0.03), (53, 0.03)])
def test_never_clicks(begin, explained):
    """Where drums are silent, enter, play and leave, nothing moves faster than its band explains."""
    x = play(5, begin=begin, rate=192_000)
    assert roughness(x) < explained
    x[400_000:] += explained / 4
    assert roughness(x) > 2 * explained, "the detector is deaf, so this proved nothing"


@pytest.mark.parametrize("voice", VOICES)
def test_no_voice_clicks(voice, monkeypatch):
    solo(monkeypatch, voice)
    x = play(10, begin=27.5, rate=192_000)
    noisy = VOICES[voice].grain > 0
    assert np.abs(x).max() > 1e-3 and roughness(x) < (0.01 if noisy else 5e-5)


def test_no_voice_is_cut_off():
    """Notes that began before the bars in reach would change nothing."""
    for tempo in (60.0, 140.0):
        source, wide = Synth(RATE, params={"tempo": tempo}), Synth(RATE, params={"tempo": tempo})
        wide.reach += 3
        out, other = np.empty((2, 2 * RATE, 2), np.float32)
        for at in (30.0, 61.7, 120.3):
            source.seek(int(at * RATE))
            wide.seek(int(at * RATE))
            source.read(out)
            wide.read(other)
            np.testing.assert_array_equal(out, other)
        assert len(wide.table.onset) > len(source.table.onset)


def test_every_note_is_known_and_ends_in_time():
    for tempo in (60.0, 96.0, 140.0):
        bar = 60 * BEATS / tempo
        for b in range(3 * MOVEMENT):
            for note in compose(9, b, tempo=tempo, density=1.0):
                voice = VOICES[note.voice]
                lasts = note.length + voice.release if note.length else min(1.2 * voice.ring, MAX_TAIL)
                assert note.time >= 0 and note.time + lasts <= CHORD * bar + MAX_TAIL and -1 <= note.pan <= 1
                assert voice.attack >= 0.001 and voice.release >= 0.001


def test_harmony_is_consonant():
    """Every chord stands on a perfect fifth, and no two of its notes are a semitone apart as the pads hold them."""
    for scale, progressions in MODES:
        for degree in {d for progression in progressions for d in progression}:
            root, third, fifth, colour = chord(scale, 50, degree)
            assert fifth - root == 7 and third - root in (3, 4)
            assert abs((third - colour) % 12) not in (1, 11)


def test_forms_fill_a_movement_with_whole_chords():
    for form in FORMS:
        assert sum(bars for _, bars in form) == MOVEMENT
        assert all(bars % CHORD == 0 and name in SECTIONS for name, bars in form)


def test_sections_are_quiet_and_loud(minute):
    loud, at = {}, 0.0
    for name, bars in FORMS[0]:
        loud[name] = rms(minute[int(at * RATE) : int((at + bars * BAR) * RATE)])
        at += bars * BAR
    assert loud["full"] - loud["intro"] > 8
    assert loud["full"] - loud["break"] > 4
    assert -20 < loud["full"] < -14


def test_it_goes_on_varying():
    themes = [make_theme(0, movement) for movement in range(12)]
    assert len({(t.key, t.scale, t.chords, t.form) for t in themes}) > 9
    assert {section_at(t.form, 0)[0] for t in themes} >= {"intro", "break"}


def test_kick_and_hat_are_worlds_apart(monkeypatch):
    parts = {}
    for voice in ("kick", "hat"):
        with monkeypatch.context() as patch:
            solo(patch, voice)
            parts[voice] = play(8, begin=38)
    assert share(parts["kick"], 20, 200) > 0.9
    assert share(parts["hat"], 5_000, 20_000) > 0.9
    assert rms(parts["kick"]) > -35 and rms(parts["hat"]) > -45


def test_sides_differ_and_agree(minute):
    full = minute[36 * RATE : 54 * RATE]
    assert 0.5 < np.corrcoef(full.T)[0, 1] < 0.95
    assert 0.3 < np.corrcoef(minute[: 10 * RATE].T)[0, 1] < 0.9


def test_memory_is_bounded():
    source, out = Synth(8_000), np.empty((80_000, 2), np.float32)
    for _ in range(30):
        source.read(out)
        assert len(source.bars) <= source.reach + 1


def test_kernel_never_allocates():
    source = Synth(RATE)
    fresh = njit(synth.render.py_func, error_model="numpy")  # a kernel loaded from cache has no code to inspect
    fresh(synth.NO_NOTES, source.memory, source.rate, source.gain, 0, np.zeros((64, 2), np.float32))
    code = "".join(fresh.inspect_llvm().values())
    assert "render" in code and not re.findall(r"NRT_\w*[aA]lloc\w*", code)
