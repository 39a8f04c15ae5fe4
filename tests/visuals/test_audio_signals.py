"""Audio signals: each onset is in exactly the first picture that can show it, and frame rates give equal signals."""

import numpy as np
import pytest

from phosphene.engine.listening.analyser import HOP_SECONDS, analyse, frames_layout, make_analyser, skip_frames
from phosphene.engine.listening.frame import BANDS, POINTS_PER_HOP, WIDTH, as_frame
from phosphene.engine.rings import allocate, timeline
from phosphene.engine.visuals.audio_signals import SHOWN_POINTS, AudioSignals
from tests.support.scene_renderer import RATE, analysed, music, silence

HOP = round(HOP_SECONDS * RATE)  # samples per hop
RATES = [24, 30, 60, 144]
each_rate = pytest.mark.parametrize("fps", RATES)
POINT_SECONDS = HOP / POINTS_PER_HOP / RATE  # seconds between two points of a waveform
MAX_DELAY = 0.03  # seconds from the newest point of a waveform to the picture


def read_signals(signals, sample):
    """(numbers by name, bands, tones, waveform); `mel` holds the bands as an array, and is no number."""
    numbers, bands, tones, wave = signals.at(sample)
    np.testing.assert_array_equal(numbers.pop("mel"), bands.astype(np.float32))
    return numbers, bands, tones, wave


def follow(frames, fps, seconds, *, start=0.0):
    """(sample, signals by name, bands, waveform) of every picture."""
    signals = AudioSignals(frames, RATE)
    for frame in range(int(start * fps), int(seconds * fps)):
        sample = frame * RATE / fps
        signals.advance_to(sample)
        numbers, bands, _, wave = read_signals(signals, sample)
        yield sample, numbers, bands, wave


def hits(frames, fps, seconds):
    return [sample for sample, numbers, _, _ in follow(frames, fps, seconds) if numbers["hit"]]


def clicks(*samples, seconds=1.0):
    sound = silence(seconds)
    sound[list(samples)] = 0.9
    return sound


def noise(seconds, level, seed=3):
    return np.random.default_rng(seed).normal(0, level, (round(seconds * RATE), 2)).astype(np.float32)


def records(sound, rate=RATE):
    """The frames of a sound, as rows that can be published again."""
    frames = analysed(sound, rate)
    rows = np.zeros((timeline.record_count(frames), WIDTH))
    assert all(timeline.read(frames, index, row) for index, row in enumerate(rows))
    return rows


def published(rows, slots=4096):
    frames = allocate(timeline.layout(slots, WIDTH))
    for row in rows:
        timeline.publish(frames, row)
    return frames


OFFSETS = (0, 1, 100, 255, 256, 300)  # samples into the hop; an onset at its very end belongs to the next


@each_rate
@pytest.mark.parametrize("hop", [1, 25, 40])
def test_onset_is_in_exactly_the_first_picture_of_its_hop(hop, fps):
    """At 30 and 60 frames per second the 25th hop starts with a picture, the others between two."""
    stamp = hop * HOP
    first = np.ceil(stamp * fps / RATE) * RATE / fps
    for into in OFFSETS:
        assert hits(analysed(clicks(stamp + into)), fps, 0.9) == [first]
    (late,) = hits(analysed(clicks(stamp + HOP - 1)), fps, 0.9)
    assert first <= late <= np.ceil((stamp + HOP) * fps / RATE) * RATE / fps


@each_rate
def test_two_onsets_keep_their_distance(fps):
    for at in (10_000, 10_311, 12_800):
        one, other = hits(analysed(clicks(at, at + 9_600)), fps, 0.9)
        assert 0.2 - 1 / fps <= (other - one) / RATE <= 0.2 + 1 / fps + HOP_SECONDS


@each_rate
def test_silence_gives_zeros(fps):
    for _, numbers, bands, wave in follow(analysed(silence(1.0)), fps, 1.0):
        assert not any(numbers[name] for name in numbers if name not in ("beat", "bar")), "only time goes on"
        assert not bands.any() and not wave.any()
        assert bands.shape == (BANDS,) and wave.shape == (SHOWN_POINTS, 2)


@pytest.mark.parametrize("level", [0.003, 0.05, 0.5])
@pytest.mark.parametrize("seed", [3, 4])
def test_steady_noise_has_one_onset(level, seed):
    sound = silence(8.0)
    sound[10_000:] = noise(8.0, level, seed)[10_000:]
    (first,) = hits(analysed(sound), 60, 7.9)
    assert 0 <= first - 10_000 // HOP * HOP < RATE / 60


def test_late_reader_sees_only_recent_onsets():
    frames = analysed(clicks(10_000, 30_000, 47_000, seconds=2.0))
    for begun, hit in ((28_000.0, 0.0), (30_900.0, 1.0), (45_000.0, 0.0), (48_000.0, 1.0)):
        signals = AudioSignals(frames, RATE)
        assert signals.advance_to(begun) and signals.at(begun)[0]["hit"] == hit


def test_signals_do_not_depend_on_the_frame_rate():
    frames = analysed(music(3.0))
    seldom, often = list(follow(frames, 30, 2.9)), list(follow(frames, 120, 2.9))
    assert len(often) == 4 * len(seldom) and any(numbers["hit"] for _, numbers, _, _ in seldom)
    for at, (sample, numbers, bands, wave) in enumerate(seldom):
        same = often[4 * at]
        assert same[0] == sample and all(numbers[name] == same[1][name] for name in numbers if name != "hit")
        assert np.array_equal(bands, same[2]) and np.array_equal(wave, same[3])
        assert numbers["hit"] == max(often[n][1]["hit"] for n in range(max(4 * at - 3, 0), 4 * at + 1))


def test_signals_stay_in_range_and_follow_the_sound():
    numbers = [{**numbers, "bands": bands} for _, numbers, bands, _ in follow(analysed(music(8.0)), 60, 7.9)]
    for name in numbers[0].keys() - {"snare"}:  # the synth plays none
        values = np.array([each[name] for each in numbers])
        assert values.min() >= 0 and values.max() <= 1 and np.ptp(values) > 0.1, name
    travelled = np.diff([each["travel"] for each in numbers])
    assert np.all(np.where(travelled < -0.5, travelled + 1, travelled) >= 0)


def test_late_frame_is_shown_when_it_arrives():
    rows, frames = records(clicks(10_000)), allocate(timeline.layout(4096, WIDTH))
    signals, seen = AudioSignals(frames, RATE), []
    for frame in range(54):
        sample = frame * RATE / 60
        for row in rows:
            if timeline.record_count(frames) * HOP == row[0] <= sample - 6_000:
                timeline.publish(frames, row)
        assert not signals.advance_to(sample), "there is no newer frame yet"
        if signals.at(sample)[0]["hit"]:
            seen.append(sample)
    stamp = 10_000 // HOP * HOP
    assert seen == [np.ceil((stamp + 6_000) / 800) * 800]


def test_lapped_reader_continues_with_newer_frames():
    rows = records(clicks(10_000, 90_000, seconds=3.0))
    frames = allocate(timeline.layout(64, WIDTH))
    signals, numbers = AudioSignals(frames, RATE), []
    for index, row in enumerate(rows):
        timeline.publish(frames, row)
        if index < 3 or index > 160:  # the reader was busy in between
            sample = row[0] - 1
            assert signals.advance_to(sample)
            numbers.append((sample, read_signals(signals, sample)))
    assert [sample for sample, (now, *_) in numbers if now["hit"]] == [90_000 // HOP * HOP + HOP - 1]
    assert all(np.isfinite((*now.values(), *bands, *wave.ravel())).all() for _, (now, bands, _, wave) in numbers)


def test_gap_in_the_frames_is_skipped():
    listener, frames = make_analyser(float(RATE)), allocate(frames_layout(4.0))
    analyse(listener, music(1.0), frames)
    skip_frames(listener, RATE)
    analyse(listener, clicks(20_000), frames)
    stamp = 2 * RATE + 20_000 - (2 * RATE + 20_000 - RATE // HOP * HOP) % HOP
    numbers = list(follow(frames, 60, 2.9))
    assert all(np.isfinite((*now.values(), *bands, *wave.ravel())).all() for _, now, bands, wave in numbers)
    late = [sample for sample, now, _, _ in numbers if now["hit"] and sample > 2.3 * RATE]
    assert len(late) == 1 and 0 <= late[0] - stamp <= HOP + RATE / 60


@pytest.mark.parametrize("what", ["rms_db", "peak_db", "onset", "wave", "mel"])
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_frames_with_nan_or_infinity_are_skipped(what, wrong):
    rows = records(clicks(40_000) + noise(1.0, 0.01))
    for row in rows[20:23]:
        as_frame(row)[what] = wrong
    numbers = list(follow(published(rows), 60, 0.9))[30:]
    assert [sample for sample, now, _, _ in numbers if now["hit"]] == [40_000.0]
    assert all(np.isfinite((*now.values(), *bands, *wave.ravel())).all() for _, now, bands, wave in numbers)


def test_restarted_time_catches_up():
    again = noise(2.0, 0.01) + clicks(70_000, seconds=2.0)
    numbers = list(follow(published([*records(music(1.0)), *records(again)]), 60, 1.9))
    for _, now, bands, wave in numbers:
        assert np.isfinite(wave).all()
        assert all(0 <= each <= 1 for each in (*now.values(), *bands))
    assert [sample for sample, now, _, _ in numbers if now["hit"]][-1] == np.ceil(70_000 // HOP * HOP / 800) * 800


def tone(hertz, seconds=2.0):
    """A sine on the left; on the right a ramp that encodes the time of every point, too faint to matter beside it."""
    time = np.arange(round(seconds * RATE)) / RATE
    return np.stack((0.5 * np.sin(2 * np.pi * hertz * time), 1e-4 * time), axis=1)


def shape(wave, hertz):
    """Amplitude and phase of the best sine fit to a waveform, and its largest error as a share of the amplitude."""
    angle = 2 * np.pi * hertz * POINT_SECONDS * np.arange(SHOWN_POINTS)
    waves = np.stack((np.sin(angle), np.cos(angle)), axis=1)
    (sine, cosine), *_ = np.linalg.lstsq(waves, wave, rcond=None)
    height = np.hypot(sine, cosine)
    return height, np.arctan2(cosine, sine), np.abs(wave - waves @ (sine, cosine)).max() / height


@pytest.mark.parametrize("hertz", [20.0, 50.0, 110.0, 440.0])
def test_waveform_of_a_sine_is_a_recent_sine(hertz):
    heights = []
    for sample, _, _, wave in follow(analysed(tone(hertz)), 37, 1.9, start=0.2):
        height, _, off = shape(wave[:, 0], hertz)
        steps = np.diff(wave[:, 1])
        newest = wave[-1, 1] / steps.mean() * POINT_SECONDS
        assert off < 0.01 and np.abs(steps / steps.mean() - 1).max() < 0.05
        assert 0 <= sample / RATE - newest < MAX_DELAY
        heights.append(height)
    assert np.ptp(heights) < 0.01 * max(heights)


@pytest.mark.parametrize("hertz", [50.0, 110.0, 440.0])
def test_waveform_of_a_tone_stands_still(hertz):
    phases = [shape(wave[:, 0], hertz)[1] for _, _, _, wave in follow(analysed(tone(hertz)), 37, 1.9, start=0.2)]
    assert np.ptp(phases) < 2 * np.pi * hertz * 2 * POINT_SECONDS
