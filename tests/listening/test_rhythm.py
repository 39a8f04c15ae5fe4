"""Rhythm: beats are found and never go back, silence holds them, and an override replaces them."""

import re
from functools import lru_cache

import numpy as np
import pytest
import soxr
from numba import cfunc, typeof

from phosphene.engine.listening.analyser import analyse, frames_layout, make_analyser
from phosphene.engine.listening.frame import AT, FRAME, TEMPO_SOURCES, WIDTH, as_frame
from phosphene.engine.listening.rhythm.lookahead import Lookahead, pull_record, push_record
from phosphene.engine.listening.rhythm.rhythm import make_rhythm, update_rhythm
from phosphene.engine.listening.rhythm.tempo_override import (
    ANCHOR,
    BAR_ANCHOR,
    BPM,
    HEARD,
    HELD,
    LINK,
    NUDGE,
    SCALE,
    SOURCE,
    TAPPED,
    make_tempo_override,
)
from phosphene.engine.native import FILL_SIGNATURE, descriptor_reader
from phosphene.engine.native.kernel import OPTIONS
from phosphene.engine.rings import allocate, timeline
from tests.rings.test_rings_llvm import FORBIDDEN
from tools.bench.rhythm import (
    analysed_records,
    beats_in,
    causal_frames,
    f_measure,
    first_found,
    lookahead_frames,
    score_clip,
    tempo_changes,
    update_all,
)
from tools.fit import rhythm_clips

RATE, HOP, SIZE = rhythm_clips.RATE, 512, 2048
CLIPS = list(rhythm_clips.names("tests", 22))
ROCK, JUMP = "tests/0/rock/plain", "tests/1/floor/jump"


@lru_cache
def clip(name):
    made = rhythm_clips.make(name)
    return made, *analysed_records(made.sound)


def frames_with(rows, override, change=None, at=0):
    """Frames of records with an override, and with another one from hop `at` on."""
    result, rhythm = rows.copy(), make_rhythm(RATE, HOP, SIZE)
    update_all(rhythm, result[: at or None], override)
    if change is not None:
        update_all(rhythm, result[at:], change)
    return result.view(FRAME)[:, 0]


def override_of(source=HEARD, bpm=120.0, anchor=0.0, scale=1.0, nudge=0.0, bar=np.nan):
    override = make_tempo_override()
    for index, value in zip((SOURCE, BPM, ANCHOR, SCALE, NUDGE, BAR_ANCHOR), (source, bpm, anchor, scale, nudge, bar)):
        override[index] = value
    return override


def phase_distance(one, other):
    """The distance from one phase to another, in turns."""
    return (np.asarray(one) - other + 0.5) % 1 - 0.5


def assert_moves_forward(frames):
    """The beat moves on at half to twice the tempo of the frames."""
    seconds = np.diff(frames["sample"]) / RATE
    for name, per in (("beat", 1), ("bar", 4)):
        rate = per * np.diff(frames[name]) * 60 / seconds
        assert (rate > 0.499 * np.minimum(frames["tempo"][1:], frames["tempo"][:-1])).all()
        assert (rate < 2.001 * np.maximum(frames["tempo"][1:], frames["tempo"][:-1])).all()


@pytest.fixture(scope="module")
def scores():
    found = {"causal": [], "lookahead": [], "other": []}
    for name, other in zip(CLIPS, CLIPS[1:] + CLIPS[:1]):
        made, *rows = clip(name)
        for mode, track in (("causal", causal_frames), ("lookahead", lookahead_frames)):
            frames = track(*rows)
            assert_moves_forward(frames)
            found[mode].append(score_clip(made, beats_in(frames), frames))
        found["other"].append(score_clip(made, clip(other)[0].beats))
    return found


@pytest.mark.parametrize("mode, trimmed, untrimmed", [("causal", 0.92, 0.8), ("lookahead", 0.94, 0.93)])
def test_beats_are_found(scores, mode, trimmed, untrimmed):
    found = scores[mode]
    assert np.mean([one.score for one in found]) > trimmed > 2 * np.mean([one.score for one in scores["other"]])
    assert np.mean([one.untrimmed for one in found]) > untrimmed
    assert np.mean([one.octave for one in found]) < 0.15
    assert np.median([one.lock for one in found]) < (4.0 if mode == "causal" else 0.5)
    errors = np.concatenate([one.errors for one in found])
    assert np.percentile(np.abs(errors), 95) < 0.02 and abs(np.mean(errors)) < 0.003


def test_beats_are_found_again_after_a_tempo_change():
    made, *rows = clip(JUMP)
    beats = beats_in(causal_frames(*rows))
    assert 0 <= first_found(made.beats[made.beats >= made.jump], beats[beats > made.jump]) - made.jump < 4.0


@pytest.mark.parametrize("kind", rhythm_clips.NULLS)
def test_sound_without_beat_has_low_confidence_and_a_steady_tempo(kind):
    for n in range(3):
        frames = causal_frames(*analysed_records(rhythm_clips.make(f"tests/{n}/null/{kind}").sound))
        assert frames["confidence"].mean() < 0.2 and tempo_changes(frames["tempo"]) <= 3
        if kind in ("white", "pink", "pad", "silence"):
            assert (frames["tempo"] == 120.0).all() and frames["confidence"].max() < 0.2
            np.testing.assert_allclose(frames["beat"], 2 * frames["sample"] / RATE, atol=1e-9)
            np.testing.assert_allclose(frames["bar"], frames["beat"] / 4, atol=1e-9)


def test_music_has_high_confidence():
    frames = causal_frames(*clip(ROCK)[1:])
    assert frames["confidence"][700:].mean() > 0.8 and frames["stability"][900:].min() > 0.7
    assert (frames["tempo_source"] == TEMPO_SOURCES.index("heard")).all()


@pytest.mark.parametrize("sizes", [[480], [65, 1, 4_000], [24_000]], ids=str)
def test_block_size_does_not_change_the_rhythm(sizes):
    """Records are read while the sound is analysed in blocks."""
    made, rows, hop, size = clip(ROCK)
    sound = made.sound[: 8 * RATE]
    analyser, published = make_analyser(float(RATE)), allocate(frames_layout(9.0))
    rhythm, override = make_rhythm(RATE, hop, size), make_tempo_override()
    row, result, at, i = np.zeros(WIDTH), [], 0, 0
    while at < len(sound):
        analyse(analyser, sound[at : at + sizes[i % len(sizes)]], published)
        at, i = at + sizes[i % len(sizes)], i + 1
        while len(result) < timeline.record_count(published):
            timeline.read(published, len(result), row)
            update_rhythm(rhythm, row, override)
            result.append(row.copy())
    whole = causal_frames(rows, hop, size)
    assert np.array(result).tobytes() == whole[: len(result)].tobytes() and len(result) == len(sound) // hop


def test_beat_continues_through_a_gap():
    made, rows, hop, size = clip("tests/2/floor/plain")
    without_gap = np.concatenate([rows[:1000], rows[1150:]])
    frames = causal_frames(without_gap, hop, size)
    assert_moves_forward(frames)
    beats = beats_in(frames)
    after = made.beats[made.beats > rows[1150, AT.sample] / RATE]
    before = made.beats[(made.beats > 5) & (made.beats < 1000 * hop / RATE)]
    assert f_measure(before, beats[beats < 1000 * hop / RATE]) > 0.95
    assert np.mean([np.abs(beats - beat).min() < 0.05 for beat in after]) > 0.9


def test_hours_of_silence_leave_no_denormals_and_no_delay():
    """No state is denormal then, and a beat is found as fast as at the start."""
    made, rows, hop, size = clip("tests/2/floor/plain")
    quiet = np.zeros((40_000, WIDTH))
    quiet[:, AT.mel : AT.mel + 64] = -100.0
    quiet[:, AT.sample] = hop * np.arange(len(quiet))
    later = rows.copy()
    later[:, AT.sample] += hop * len(quiet)
    rhythm, override = make_rhythm(RATE, hop, size), make_tempo_override()
    update_all(rhythm, quiet, override)
    arrays = (
        rhythm.tempo_bank.real,
        rhythm.tempo_bank.imag,
        rhythm.tracker.real,
        rhythm.tracker.imag,
        rhythm.novelty.means,
    )
    assert min(np.abs(array[array != 0]).min() for array in arrays) > 1e-250
    update_all(rhythm, later, override)
    frames = later.view(FRAME)[:, 0]
    frames["sample"] -= hop * len(quiet)
    assert first_found(made.beats, beats_in(frames)) - made.beats[0] < 4.0


@pytest.mark.parametrize("source", [TAPPED, LINK], ids=["tapped", "link"])
def test_tapped_and_link_tempo_replace_the_analysed_one(source):
    rows = clip(ROCK)[1]
    anchor, bar = 12_345.0, 12_345.0 + 2 * 60 / 97 * RATE
    frames = frames_with(rows, make_tempo_override(), override_of(source, 97.0, anchor, bar=bar), 600)
    assert_moves_forward(frames)
    settled = frames[1000:]
    assert settled["tempo"] == pytest.approx(97.0, abs=1e-3) and (settled["tempo_source"] == source).all()
    beats = (settled["sample"] - anchor) / RATE * 97 / 60
    assert np.abs(phase_distance(settled["beat"], beats)).max() < 1e-3
    assert np.abs(phase_distance(settled["bar"], (beats - 2) / 4)).max() < 1e-3
    assert settled["confidence"].min() > 0.99


def test_bar_follows_the_beat_without_a_bar_anchor():
    frames = frames_with(clip(ROCK)[1], override_of(TAPPED, 97.0, 777.0))
    assert np.abs(phase_distance(4 * frames["bar"], frames["beat"])).max() < 1e-6


def test_held_tempo_does_not_change():
    rows = clip(JUMP)[1]
    free = frames_with(rows, make_tempo_override())
    held = frames_with(rows, make_tempo_override(), override_of(HELD), 900)
    before = held["tempo"][899]
    assert held["tempo"][1200:] == pytest.approx(before, rel=2e-3)
    assert free["tempo"][-1] != pytest.approx(before, rel=0.05), "the tempo would have changed"
    assert np.diff(held["beat"][1200:]) == pytest.approx(HOP / RATE * held["tempo"][1200] / 60, rel=1e-6)
    doubled = frames_with(rows, make_tempo_override(), override_of(HELD, scale=2.0), 900)
    assert doubled["tempo"][-1] == pytest.approx(2 * before, rel=2e-3)


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_scale_halves_and_doubles_the_tempo(scale):
    rows = clip(ROCK)[1]
    unscaled, scaled = frames_with(rows, make_tempo_override()), frames_with(rows, override_of(scale=scale))
    assert_moves_forward(scaled)
    settled = slice(900, None)
    assert scaled["tempo"][settled] == pytest.approx(scale * unscaled["tempo"][settled], rel=1e-6)
    beat, expected = scaled["beat"][settled] / min(scale, 1), unscaled["beat"][settled] * max(scale, 1)
    assert np.abs(phase_distance(beat, expected)).max() < 0.02


@pytest.mark.parametrize("source", [HEARD, TAPPED, HELD], ids=["heard", "tapped", "held"])
@pytest.mark.parametrize("nudge", [0.2, -0.2, 0.45])
def test_nudge_moves_the_beat(source, nudge):
    rows = clip(ROCK)[1]
    plain = frames_with(rows, make_tempo_override(), override_of(source), 900)
    nudged = frames_with(rows, make_tempo_override(), override_of(source, nudge=nudge), 900)
    assert_moves_forward(nudged)
    assert np.abs(phase_distance(nudged["beat"][1300:], plain["beat"][1300:] + nudge)).max() < 1e-3


@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
def test_beats_are_found_at_any_rate(rate):
    made = clip("tests/2/floor/plain")[0]
    rows, hop, size = analysed_records(soxr.resample(made.sound, RATE, rate).astype(np.float32), rate)
    beats = beats_in(causal_frames(rows, hop, size, rate), rate)
    assert f_measure(made.beats, beats) > 0.95
    errors = [beats[np.abs(beats - beat).argmin()] - beat for beat in made.beats[made.beats > 6]]
    assert abs(np.median(errors)) < 0.006


@pytest.mark.parametrize("hops", [0, 1, 100, 844, 845, 2_000])
def test_lookahead_returns_every_record_with_only_the_rhythm_changed(hops):
    rows, hop, size = clip(ROCK)[1:]
    lookahead, row, pulled = Lookahead(RATE, hop, size), np.zeros(WIDTH), []
    held = 0
    for record in rows[:hops]:
        lookahead.push(record)
        while lookahead.pull(row):
            pulled.append(row.copy())
        held = max(held, lookahead.state.counts[0])
    lookahead.end()
    while lookahead.pull(row):
        pulled.append(row.copy())
    assert len(pulled) == hops and held <= len(lookahead.state.records) < 10 * RATE / hop
    if hops:
        ours = [getattr(AT, name) for name in "tempo beat bar confidence stability tempo_source".split()]
        others = np.setdiff1d(np.arange(WIDTH), ours)
        np.testing.assert_array_equal(np.array(pulled)[:, others], rows[:hops][:, others])
        assert (np.diff([as_frame(row)["beat"] for row in pulled]) > 0).all()


def test_lookahead_refuses_records_when_full():
    rows, hop, size = clip(ROCK)[1:]
    lookahead = Lookahead(RATE, hop, size)
    with pytest.raises(BufferError, match="records must be pulled"):
        for record in rows:
            lookahead.push(record)


def forbidden_calls(function, *state):
    """Forbidden calls in a function, compiled as the audio thread would run it."""
    read = descriptor_reader(typeof(state))

    def run(words, unused, count):
        function(*read(words))
        return count

    code = cfunc(FILL_SIGNATURE, **OPTIONS)(run).inspect_llvm()
    assert "define" in code
    return set(re.findall(FORBIDDEN, code))


def test_kernels_do_not_allocate_lock_or_raise():
    rhythm, row, override = make_rhythm(RATE, HOP, SIZE), np.zeros(WIDTH), make_tempo_override()
    state = Lookahead(RATE, HOP, SIZE).state
    assert not forbidden_calls(update_rhythm, rhythm, row, override)
    assert not forbidden_calls(push_record, state, row)
    assert not forbidden_calls(pull_record, state, row, 1)
