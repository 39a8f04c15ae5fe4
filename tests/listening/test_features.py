"""The features of a frame, compared with NumPy, FFmpeg and the known contents of the sound."""

import re

import av
import numpy as np
import pytest
from numba import njit, typeof

from phosphene.engine.listening.analyser import HOP_SECONDS, analyse, frames_layout, hop_frames, make_analyser
from phosphene.engine.listening.frame import ARRAY_FIELDS, AT, BANDS, CEPSTRA, MIN_DECIBELS, PITCH_CLASSES, SCALARS
from phosphene.engine.listening.onsets import MIN_INTERVAL
from phosphene.engine.rings import allocate
from tests.listening.test_analyser import RATES, sound_frames, stereo
from tests.support.scene_renderer import music

RATE = 48_000
WARM = 6  # frames until the window is full
rng = np.random.default_rng(11)


def speech_like(seconds):
    """Like speech: a buzz of changing pitch and level, and hiss."""
    n = round(seconds * RATE)
    buzz = (np.cumsum(110 * 2 ** (np.cumsum(rng.normal(0, 1, n)) / 9_000)) / RATE) % 1 - 0.5
    gate = np.repeat(rng.choice([0.01, 0.3, 1.0], n // 4_800 + 1), 4_800)[:n]
    return stereo(gate * (0.3 * buzz + rng.normal(0, 0.02, n)))


SOUNDS = {
    "music": lambda: music(4.0),
    "speech": lambda: speech_like(4.0),
    "noise": lambda: stereo(rng.normal(0, 0.1, 4 * RATE)),
}


def spectra(x, rate):
    """The windows that end with each hop, their magnitude spectra under a Hann window, and the frequencies."""
    analyser = make_analyser(float(rate))
    window, hop = len(analyser.spectrum.past), analyser.hop
    mono = np.concatenate([np.zeros(window - hop), np.asarray(x, float).mean(axis=1)])
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(window) + 0.5) / window)
    parts = np.lib.stride_tricks.sliding_window_view(mono, window)[::hop]
    return parts, np.abs(np.fft.rfft(parts * hann)), np.fft.rfftfreq(window, 1 / rate)


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
@pytest.mark.parametrize("sound", SOUNDS.values(), ids=SOUNDS)
def test_spectral_shape_matches_numpy(sound, rate):
    x = sound()[: 3 * rate]
    frames = np.array(sound_frames(x, rate=rate))
    parts, magnitude, hertz = spectra(x, rate)
    count = len(frames)
    parts, magnitude = parts[:count], magnitude[:count]
    power, total = magnitude**2, magnitude.sum(axis=1) + 1e-30
    centre = magnitude @ hertz / total
    spread = np.sqrt((magnitude * (hertz - centre[:, None]) ** 2).sum(axis=1) / total)
    floor = np.maximum(power, 1e-10)
    flat = np.exp(np.log(floor).mean(axis=1)) / floor.mean(axis=1)
    loud = magnitude.max(axis=1) > 1e-3
    assert loud.sum() > 50
    np.testing.assert_allclose(frames["centroid"][loud], centre[loud], rtol=1e-6)
    np.testing.assert_allclose(frames["spread"][loud], spread[loud], rtol=1e-6)
    np.testing.assert_allclose(frames["flatness"][loud], flat[loud], rtol=1e-3)
    below = hertz[(np.cumsum(magnitude, axis=1) >= 0.85 * total[:, None]).argmax(axis=1)]
    assert (np.abs(frames["rolloff"] - below)[loud] <= hertz[1] * 1.001).all()
    np.testing.assert_array_equal(frames["zcr"], (np.diff(parts < 0, axis=1)).sum(axis=1) / parts.shape[1])
    edges = np.searchsorted(hertz, (hertz[1] / 2, 250.0 - hertz[1] / 2, 2_000.0 - hertz[1] / 2, rate))
    shares = np.add.reduceat(power, edges[:3], axis=1) / (power.sum(axis=1)[:, None] + 1e-30)
    for name, share in zip(("low", "mid", "high"), shares.T):
        np.testing.assert_allclose(frames[name][loud], share[loud], atol=2e-3)


@pytest.mark.parametrize("sound", SOUNDS.values(), ids=SOUNDS)
def test_cepstrum_is_a_dct_of_the_bands(sound):
    frames = np.array(sound_frames(sound()))
    band, index = np.arange(CEPSTRA)[:, None], np.arange(BANDS)
    table = np.sqrt(2 / BANDS) * np.cos(np.pi * band * (2 * index + 1) / (2 * BANDS))
    table[0] /= np.sqrt(2)
    np.testing.assert_allclose(frames["mfcc"], frames["mel"] @ table.T, atol=1e-9)


@pytest.mark.parametrize("pitch_class", range(PITCH_CLASSES))
@pytest.mark.parametrize("cents", [-40, 0, 25])
def test_note_has_its_pitch_class_and_tuning(pitch_class, cents):
    hertz = 440 * 2 ** ((pitch_class - 9) / 12 + cents / 1200)
    t = np.arange(2 * RATE) / RATE
    x = sum(np.sin(2 * np.pi * hertz * k * t) / k for k in (1, 2, 4))
    last = sound_frames(stereo(0.2 * x))[-1]
    assert last["chroma"].argmax() == pitch_class and last["chroma"].max() == pytest.approx(1.0)
    assert np.sort(last["chroma"])[-2] < 0.7
    assert last["tuning"] == pytest.approx(cents / 100, abs=0.03)


def test_noise_has_no_tuning():
    assert (np.array(sound_frames(SOUNDS["noise"]()))["tuning"][WARM * 4 :] == 0.0).all()


def momentary(x, rate):
    """FFmpeg's momentary loudness: seconds, LUFS."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=rate, format="flt", layout="stereo", time_base="1/48000")
    meter, sink = graph.add("ebur128", "metadata=1"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(x).reshape(1, -1), "flt", "stereo")
    frame.rate, frame.pts = rate, 0
    graph.push(frame)
    graph.push(None)
    found = []
    while True:
        try:
            out = graph.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            return np.array(found)
        if "lavfi.r128.M" in out.metadata:
            found.append((float(out.pts * out.time_base) + out.samples / rate, float(out.metadata["lavfi.r128.M"])))


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_loudness_matches_ffmpeg(rate):
    x = music(5.0)
    frames = np.array(sound_frames(x, rate=rate))
    ends = (frames["sample"] + hop_frames(rate)) / rate
    theirs = momentary(x, rate)
    theirs = theirs[(theirs[:, 0] > 0.5) & (theirs[:, 0] < ends[-1])]
    ours = np.interp(theirs[:, 0], ends, frames["loudness"])
    assert len(theirs) > 15
    np.testing.assert_allclose(ours, theirs[:, 1], atol=0.35)  # theirs has a value every 100 ms
    assert abs(np.median(ours - theirs[:, 1])) < 0.05


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 192_000])
def test_loudness_of_a_sine_follows_the_standard(rate):
    t = np.arange(rate) / rate
    both = sound_frames(stereo(np.sin(2 * np.pi * 997 * t)), rate=rate)[-1]
    assert both["loudness"] == pytest.approx(0.0, abs=0.03)
    left = stereo(np.sin(2 * np.pi * 997 * t))
    left[:, 1] = 0.0
    assert sound_frames(left, rate=rate)[-1]["loudness"] == pytest.approx(-3.01, abs=0.03)
    assert both["crest"] == pytest.approx(3.01, abs=0.05)


@pytest.mark.parametrize("rate", RATES)
def test_auto_gain_recovers_from_40_db_within_five_seconds(rate):
    beat = np.exp(-6 * (np.arange(16 * rate) / rate % 0.5))
    noise = rng.normal(0, 0.2, 16 * rate) * beat
    noise[6 * rate :] *= 0.01
    frames = np.array(sound_frames(stereo(noise), rate=rate))
    seconds = frames["sample"] / rate
    for name in ("level", "bass", "mid", "treble"):
        before = frames[f"{name}_fast"][(seconds > 4) & (seconds < 6)].max()
        after = frames[f"{name}_fast"][(seconds > 11) & (seconds < 13)].max()
        right_after = frames[f"{name}_fast"][(seconds > 6.6) & (seconds < 7)].max()
        assert 20 * np.log10(after / before) == pytest.approx(0.0, abs=3.0)
        assert right_after < 0.1 * before, "no drop, so nothing is tested"


def test_silence_is_not_amplified():
    x = stereo(np.concatenate([rng.normal(0, 0.2, 4 * RATE), rng.normal(0, 1e-4, 30 * RATE)]))
    frames = np.array(sound_frames(x))
    late = frames["sample"] > 5 * RATE
    assert (frames["silence"][late] == 1.0).all() and not frames["silence"][WARM:300].any()
    for name in ("level", "bass", "mid", "treble"):
        assert frames[f"{name}_fast"][late].max() < 0.02
        assert frames[f"{name}_travel"][-1] - frames[f"{name}_travel"][late][0] < 0.05
    returning = stereo(np.concatenate([x[:, 0], rng.normal(0, 0.2, RATE)]))
    assert np.array(sound_frames(returning))["level_fast"][-1] > 0.5


@pytest.mark.parametrize("hum", [-65, -85])
def test_hum_below_a_pad_is_not_bass(hum):
    t = np.arange(14 * RATE) / RATE
    kicks = np.sin(2 * np.pi * 60 * t) * np.exp(-8 * (t % 0.5)) * (t < 5)
    pad = 0.2 * np.sin(2 * np.pi * 3_000 * t)
    frames = np.array(sound_frames(stereo(0.7 * kicks + pad + 10 ** (hum / 20) * np.sin(2 * np.pi * 50 * t))))
    seconds = frames["sample"] / RATE
    assert frames["bass_fast"][(seconds > 1) & (seconds < 5)].max() > 0.5
    assert frames["bass_fast"][seconds > 12].max() < (0.2 if hum < -80 else 0.8)
    assert frames["treble_fast"][seconds > 12].min() > 0.9


def test_inverted_channel_does_not_cancel():
    x = music(3.0)[:, :1] @ np.ones((1, 2), np.float32)
    same, opposed = (np.array(sound_frames(x * np.float32([1, sign]))) for sign in (1, -1))
    np.testing.assert_allclose(opposed["mel"], same["mel"], atol=1e-9)
    np.testing.assert_array_equal(opposed["onset_event"], same["onset_event"])


def test_travel_never_decreases():
    frames = np.array(sound_frames(music(6.0)))
    for name in ("level", "bass", "mid", "treble"):
        travel = frames[f"{name}_travel"]
        assert (np.diff(travel) >= 0).all()
        assert travel[-1] == pytest.approx(frames[f"{name}_fast"].sum() * HOP_SECONDS, rel=1e-9)


@pytest.mark.parametrize("floor", [0.0, 0.003])
def test_click_is_an_onset_event_at_its_sample(floor):
    x = rng.normal(0, 1, 12 * RATE) * floor
    clicks = np.arange(1, 11) * RATE + rng.integers(0, 5_000, 10)
    x[clicks] = 0.9
    frames = np.array(sound_frames(stereo(x)))
    found = frames["sample"][(frames["onset_event"] == 1) & (frames["sample"] > RATE / 2)]
    assert len(found) == len(clicks)
    assert (np.abs(found - clicks) <= hop_frames(RATE)).all()


def test_steady_sound_has_no_onset_events():
    for name, x in {
        "noise": rng.normal(0, 0.1, 10 * RATE),
        "tone": 0.3 * np.sin(2 * np.pi * 440 * np.arange(10 * RATE) / RATE),
        "silence": np.zeros(10 * RATE),
    }.items():
        onsets = np.array(sound_frames(stereo(x)))["onset_event"]
        assert onsets[WARM:].sum() == 0, name
        assert onsets.sum() <= 1


def drum_loop(kind):
    """One drum, twice a second."""
    t = np.arange(RATE // 2) / RATE
    if kind == "kick":
        hit = np.sin(2 * np.pi * np.cumsum(50 + 130 * np.exp(-40 * t)) / RATE) * np.exp(-9 * t)
    else:
        noise = np.fft.rfft(rng.normal(0, 1, len(t)))
        hertz = np.fft.rfftfreq(len(t), 1 / RATE)
        low, high, fall = (800, 9_000, 25) if kind == "snare" else (7_000, 15_000, 60)
        noise[(hertz < low) | (hertz > high)] = 0
        hit = np.fft.irfft(noise, len(t)) * np.exp(-fall * t)
        if kind == "snare":
            hit = hit / np.abs(hit).max() + 0.6 * np.sin(2 * np.pi * 190 * t) * np.exp(-20 * t)
    return stereo(np.tile(0.5 * hit / np.abs(hit).max(), 16))


@pytest.mark.parametrize("kind", ["kick", "snare", "hat"])
def test_drum_has_the_highest_probability(kind):
    frames = np.array(sound_frames(drum_loop(kind)))
    onsets = frames[(frames["onset_event"] == 1) & (frames["sample"] > RATE)]
    assert 12 <= len(onsets) <= 15
    values = {name: float(np.median(onsets[name])) for name in ("kick", "snare", "hat")}
    assert max(values, key=values.get) == kind and values[kind] > 0.6, values
    for name in values:
        assert (frames[name][frames["onset_event"] == 0] == 0).all()


@pytest.mark.parametrize(
    "x",
    [
        np.zeros(RATE),
        np.ones(RATE),
        np.sign(np.sin(np.arange(RATE) / 50)),
        1e-30 * np.ones(RATE),
        rng.normal(0, 1e3, RATE),
        rng.normal(0, 1e30, RATE),
    ],
    ids="silence dc square denormal loud beyond".split(),
)
@pytest.mark.parametrize("rate", RATES)
def test_all_values_are_finite_for_any_input(x, rate):
    for frame in sound_frames(stereo(x), rate=rate):
        values = {param.name: frame[param.name] for param in SCALARS}
        assert all(np.isfinite(value) for value in values.values())
        assert all(np.isfinite(frame[name]).all() for name in ARRAY_FIELDS)
        for param in SCALARS:
            if param.name.endswith(("_fast", "_slow")) or param.name in ("low", "mid", "high", "flatness", "zcr"):
                assert 0.0 <= values[param.name] <= 1.0 + 1e-9, param.name
        assert values["rms_db"] >= MIN_DECIBELS


def test_analysis_does_not_allocate_or_raise():
    arguments = make_analyser(48_000.0), np.zeros((8, 2), np.float32), allocate(frames_layout(1.0))
    fresh = njit(tuple(map(typeof, arguments)), error_model="numpy")(analyse.py_func)
    code = "".join(fresh.inspect_llvm().values())
    called = set(re.findall(r"call [^@\n]*@(\w+)\(", code))
    assert "listen" in code and not [name for name in called if re.match(r"NRT_\w*[aA]lloc", name)]


def test_onset_events_keep_their_distance():
    frames = np.array(sound_frames(music(8.0)))
    seconds = frames["sample"][frames["onset_event"] == 1] / RATE
    assert len(seconds) > 8 and np.diff(seconds).min() >= MIN_INTERVAL - 1e-9


def test_every_field_has_its_own_column():
    columns = [getattr(AT, name) for name in AT._fields]
    assert len(set(columns)) == len(columns)
