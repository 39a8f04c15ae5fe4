"""Rhythm: beats where they are, never back, held where there is none, and led by hands where they say so."""

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
from tools.bench.rhythm import beats_in, causal, f_measure, follow_all, foreseen, found_at, heard, judge, moves
from tools.fit import rhythm_clips

RATE, HOP, SIZE = rhythm_clips.RATE, 512, 2048
CLIPS = list(rhythm_clips.names("tests", 22))
ROCK, JUMP = "tests/0/rock/plain", "tests/1/floor/jump"


@lru_cache
def clip(name):
    made = rhythm_clips.make(name)
    return made, *heard(made.sound)


def led(rows, hand, change=None, at=0):
    """Records followed under one hand, and from some hop on under another."""
    told, rhythm = rows.copy(), make_rhythm(RATE, HOP, SIZE)
    follow_all(rhythm, told[: at or None], hand)
    if change is not None:
        follow_all(rhythm, told[at:], change)
    return told.view(FRAME)[:, 0]


def handed(source=HEARD, bpm=120.0, anchor=0.0, scale=1.0, nudge=0.0, bar=np.nan):
    hand = make_tempo_override()
    for place, value in zip((SOURCE, BPM, ANCHOR, SCALE, NUDGE, BAR_ANCHOR), (source, bpm, anchor, scale, nudge, bar)):
        hand[place] = value
    return hand


def apart(one, other):
    """The way from one phase to another, in turns."""
    return (np.asarray(one) - other + 0.5) % 1 - 0.5


def never_back(frames):
    """The beat goes on at between half and twice the tempo that it is told with."""
    seconds = np.diff(frames["sample"]) / RATE
    for name, per in (("beat", 1), ("bar", 4)):
        pace = per * np.diff(frames[name]) * 60 / seconds
        assert (pace > 0.499 * np.minimum(frames["tempo"][1:], frames["tempo"][:-1])).all()
        assert (pace < 2.001 * np.maximum(frames["tempo"][1:], frames["tempo"][:-1])).all()


@pytest.fixture(scope="module")
def judged():
    found = {"causal": [], "foresight": [], "other": []}
    for name, other in zip(CLIPS, CLIPS[1:] + CLIPS[:1]):
        made, *rows = clip(name)
        for way, hears in (("causal", causal), ("foresight", foreseen)):
            frames = hears(*rows)
            never_back(frames)
            found[way].append(judge(made, beats_in(frames), frames))
        found["other"].append(judge(made, clip(other)[0].beats))
    return found


@pytest.mark.parametrize("way, trimmed, whole", [("causal", 0.92, 0.8), ("foresight", 0.94, 0.93)])
def test_beats_are_found(judged, way, trimmed, whole):
    found = judged[way]
    assert np.mean([one.score for one in found]) > trimmed > 2 * np.mean([one.score for one in judged["other"]])
    assert np.mean([one.whole for one in found]) > whole
    assert np.mean([one.octave for one in found]) < 0.15
    assert np.median([one.lock for one in found]) < (4.0 if way == "causal" else 0.5)
    late = np.concatenate([one.errors for one in found])
    assert np.percentile(np.abs(late), 95) < 0.02 and abs(np.mean(late)) < 0.003


def test_after_a_jump_beats_are_found_again():
    made, *rows = clip(JUMP)
    beats = beats_in(causal(*rows))
    assert 0 <= found_at(made.beats[made.beats >= made.jump], beats[beats > made.jump]) - made.jump < 4.0


@pytest.mark.parametrize("kind", rhythm_clips.NULLS)
def test_where_there_is_no_beat_little_is_believed_and_the_tempo_holds(kind):
    for n in range(3):
        frames = causal(*heard(rhythm_clips.make(f"tests/{n}/null/{kind}").sound))
        assert frames["confidence"].mean() < 0.2 and moves(frames["tempo"]) <= 3
        if kind in ("white", "pink", "pad", "silence"):
            assert (frames["tempo"] == 120.0).all() and frames["confidence"].max() < 0.2
            np.testing.assert_allclose(frames["beat"], 2 * frames["sample"] / RATE, atol=1e-9)
            np.testing.assert_allclose(frames["bar"], frames["beat"] / 4, atol=1e-9)


def test_music_is_believed():
    frames = causal(*clip(ROCK)[1:])
    assert frames["confidence"][700:].mean() > 0.8 and frames["stability"][900:].min() > 0.7
    assert (frames["tempo_source"] == TEMPO_SOURCES.index("heard")).all()


@pytest.mark.parametrize("sizes", [[480], [65, 1, 4_000], [24_000]], ids=str)
def test_streamed_is_whole(sizes):
    """However the sound is cut, and whenever its records are looked at."""
    made, rows, hop, size = clip(ROCK)
    sound = made.sound[: 8 * RATE]
    listener, published = make_analyser(float(RATE)), allocate(frames_layout(9.0))
    rhythm, hand = make_rhythm(RATE, hop, size), make_tempo_override()
    row, told, at, turn = np.zeros(WIDTH), [], 0, 0
    while at < len(sound):
        analyse(listener, sound[at : at + sizes[turn % len(sizes)]], published)
        at, turn = at + sizes[turn % len(sizes)], turn + 1
        while len(told) < timeline.record_count(published):
            timeline.read(published, len(told), row)
            update_rhythm(rhythm, row, hand)
            told.append(row.copy())
    whole = causal(rows, hop, size)
    assert np.array(told).tobytes() == whole[: len(told)].tobytes() and len(told) == len(sound) // hop


def test_the_beat_runs_on_through_a_gap():
    made, rows, hop, size = clip("tests/2/floor/plain")
    kept = np.concatenate([rows[:1000], rows[1150:]])
    frames = causal(kept, hop, size)
    never_back(frames)
    beats = beats_in(frames)
    after = made.beats[made.beats > rows[1150, AT.sample] / RATE]
    before = made.beats[(made.beats > 5) & (made.beats < 1000 * hop / RATE)]
    assert f_measure(before, beats[beats < 1000 * hop / RATE]) > 0.95
    assert np.mean([np.abs(beats - beat).min() < 0.05 for beat in after]) > 0.9


def test_after_hours_of_silence_it_is_as_quick():
    """Nothing is denormal by then, and a beat is found as if it were the first sound."""
    made, rows, hop, size = clip("tests/2/floor/plain")
    quiet = np.zeros((40_000, WIDTH))
    quiet[:, AT.mel : AT.mel + 64] = -100.0
    quiet[:, AT.sample] = hop * np.arange(len(quiet))
    later = rows.copy()
    later[:, AT.sample] += hop * len(quiet)
    rhythm, hand = make_rhythm(RATE, hop, size), make_tempo_override()
    follow_all(rhythm, quiet, hand)
    kept = (
        rhythm.tempo_bank.real,
        rhythm.tempo_bank.imag,
        rhythm.tracker.real,
        rhythm.tracker.imag,
        rhythm.novelty.means,
    )
    assert min(np.abs(array[array != 0]).min() for array in kept) > 1e-250
    follow_all(rhythm, later, hand)
    frames = later.view(FRAME)[:, 0]
    frames["sample"] -= hop * len(quiet)
    assert found_at(made.beats, beats_in(frames)) - made.beats[0] < 4.0


@pytest.mark.parametrize("source", [TAPPED, LINK], ids=["tapped", "link"])
def test_a_hand_leads(source):
    rows = clip(ROCK)[1]
    anchor, bar = 12_345.0, 12_345.0 + 2 * 60 / 97 * RATE
    frames = led(rows, make_tempo_override(), handed(source, 97.0, anchor, bar=bar), 600)
    never_back(frames)
    settled = frames[1000:]
    assert settled["tempo"] == pytest.approx(97.0, abs=1e-3) and (settled["tempo_source"] == source).all()
    beats = (settled["sample"] - anchor) / RATE * 97 / 60
    assert np.abs(apart(settled["beat"], beats)).max() < 1e-3
    assert np.abs(apart(settled["bar"], (beats - 2) / 4)).max() < 1e-3
    assert settled["confidence"].min() > 0.99


def test_without_a_bar_the_bar_keeps_its_beat():
    frames = led(clip(ROCK)[1], handed(TAPPED, 97.0, 777.0))
    assert np.abs(apart(4 * frames["bar"], frames["beat"])).max() < 1e-6


def test_held_the_tempo_in_force_is_kept():
    rows = clip(JUMP)[1]
    free, held = led(rows, make_tempo_override()), led(rows, make_tempo_override(), handed(HELD), 900)
    before = held["tempo"][899]
    assert held["tempo"][1200:] == pytest.approx(before, rel=2e-3)
    assert free["tempo"][-1] != pytest.approx(before, rel=0.05), "it would have moved"
    assert np.diff(held["beat"][1200:]) == pytest.approx(HOP / RATE * held["tempo"][1200] / 60, rel=1e-6)
    doubled = led(rows, make_tempo_override(), handed(HELD, scale=2.0), 900)
    assert doubled["tempo"][-1] == pytest.approx(2 * before, rel=2e-3)


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_halved_and_doubled(scale):
    rows = clip(ROCK)[1]
    plain, scaled = led(rows, make_tempo_override()), led(rows, handed(scale=scale))
    never_back(scaled)
    sure = slice(900, None)
    assert scaled["tempo"][sure] == pytest.approx(scale * plain["tempo"][sure], rel=1e-6)
    assert np.abs(apart(scaled["beat"][sure] / min(scale, 1), plain["beat"][sure] * max(scale, 1))).max() < 0.02


@pytest.mark.parametrize("source", [HEARD, TAPPED, HELD], ids=["heard", "tapped", "held"])
@pytest.mark.parametrize("nudge", [0.2, -0.2, 0.45])
def test_nudged(source, nudge):
    rows = clip(ROCK)[1]
    plain = led(rows, make_tempo_override(), handed(source), 900)
    nudged = led(rows, make_tempo_override(), handed(source, nudge=nudge), 900)
    never_back(nudged)
    assert np.abs(apart(nudged["beat"][1300:], plain["beat"][1300:] + nudge)).max() < 1e-3


@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
def test_any_rate(rate):
    made = clip("tests/2/floor/plain")[0]
    rows, hop, size = heard(soxr.resample(made.sound, RATE, rate).astype(np.float32), rate)
    beats = beats_in(causal(rows, hop, size, rate), rate)
    assert f_measure(made.beats, beats) > 0.95
    late = [beats[np.abs(beats - beat).argmin()] - beat for beat in made.beats[made.beats > 6]]
    assert abs(np.median(late)) < 0.006


@pytest.mark.parametrize("hops", [0, 1, 100, 844, 845, 2_000])
def test_foresight_gives_back_every_record_with_only_its_rhythm_changed(hops):
    rows, hop, size = clip(ROCK)[1:]
    sight, row, given = Lookahead(RATE, hop, size), np.zeros(WIDTH), []
    held = 0
    for record in rows[:hops]:
        sight.push(record)
        while sight.pull(row):
            given.append(row.copy())
        held = max(held, sight.sight.counts[0])
    sight.end()
    while sight.pull(row):
        given.append(row.copy())
    assert len(given) == hops and held <= len(sight.sight.rows) < 10 * RATE / hop
    if hops:
        ours = [getattr(AT, name) for name in "tempo beat bar confidence stability tempo_source".split()]
        others = np.setdiff1d(np.arange(WIDTH), ours)
        np.testing.assert_array_equal(np.array(given)[:, others], rows[:hops][:, others])
        assert (np.diff([as_frame(row)["beat"] for row in given]) > 0).all()


def test_foresight_takes_no_more_than_it_can_hold():
    rows, hop, size = clip(ROCK)[1:]
    sight = Lookahead(RATE, hop, size)
    with pytest.raises(BufferError, match="records wait to be pulled"):
        for record in rows:
            sight.push(record)


def faults(function, *state):
    """What is forbidden in a function as an audio thread would run it."""
    read = descriptor_reader(typeof(state))

    def run(words, unused, count):
        function(*read(words))
        return count

    code = cfunc(FILL_SIGNATURE, **OPTIONS)(run).inspect_llvm()
    assert "define" in code
    return set(re.findall(FORBIDDEN, code))


def test_no_kernel_allocates_or_locks_or_raises():
    rhythm, row, hand = make_rhythm(RATE, HOP, SIZE), np.zeros(WIDTH), make_tempo_override()
    sight = Lookahead(RATE, HOP, SIZE).sight
    assert not faults(update_rhythm, rhythm, row, hand)
    assert not faults(push_record, sight, row)
    assert not faults(pull_record, sight, row, 1)
