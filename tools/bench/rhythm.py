"""Rows of the benchmarks about rhythm: beats against the truth of made-up clips, librosa's tracker on the same.

    python3 tools/rhythmrows.py [--clips N] [--group NAME]

The F-measure is mir_eval's: a beat counts that lies within 70 ms of a true one, each at most once. Its first five
seconds are left out, as there; how soon the beat is found is a row of its own. librosa (extra `peers`) hears a clip
whole before it answers; so does foresight, eight seconds of it.
"""

import argparse
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from phosphene.engine.listening.analyser import analyse, frames_layout, make_analyser
from phosphene.engine.listening.frame import FRAME, WIDTH
from phosphene.engine.listening.rhythm.lookahead import Lookahead, pull_record, push_record
from phosphene.engine.listening.rhythm.rhythm import make_rhythm, update_rhythm
from phosphene.engine.listening.rhythm.tempo_override import make_tempo_override
from phosphene.engine.native import kernel
from phosphene.engine.rings import allocate, timeline
from tools.bench.row import Row
from tools.fit import rhythm_clips

WINDOW, TRIMMED = 0.07, 5.0  # seconds
SETTLED = 4.0  # seconds that may go by until a beat is found, at first and after a jump
RUN = 4  # true beats in a row, and none between, that make it found
CLIPS, NULLS = 88, 4  # of each kind


class Found(NamedTuple):
    """What one way of hearing made of one clip."""

    score: float
    whole: float  # score, nothing trimmed
    lock: float  # seconds from the first beat
    relock: float  # seconds from a jump, NaN without one
    octave: bool  # the tempo was half or twice the true one for most of the time
    errors: np.ndarray  # seconds each beat came late, once found
    downbeats: float  # share of bars that begin where they do


def heard(sound, rate=rhythm_clips.RATE):
    """Every record of a sound, and the listener's window."""
    listener, published = make_analyser(float(rate)), allocate(frames_layout(len(sound) / rate + 1))
    analyse(listener, np.ascontiguousarray(sound), published)
    rows = np.zeros((timeline.record_count(published), WIDTH))
    for index, row in enumerate(rows):
        timeline.read(published, index, row)
    return rows, listener.hop, len(listener.spectrum.past)


@kernel
def follow_all(rhythm, rows, hand):
    for row in rows:
        update_rhythm(rhythm, row, hand)


@kernel
def foresee_all(sight, rows, out):
    given = 0
    for n in range(rows.shape[0] + 1):
        if n < rows.shape[0]:
            push_record(sight, rows[n])
        while given < out.shape[0] and pull_record(sight, out[given], n == rows.shape[0]):
            given += 1


def causal(rows, hop, size, rate=rhythm_clips.RATE):
    told = rows.copy()
    follow_all(make_rhythm(rate, hop, size), told, make_tempo_override())
    return told.view(FRAME)[:, 0]


def foreseen(rows, hop, size, rate=rhythm_clips.RATE):
    told = np.zeros_like(rows)
    foresee_all(Lookahead(rate, hop, size).sight, rows, told)
    return told.view(FRAME)[:, 0]


def beats_in(frames, rate=rhythm_clips.RATE):
    """Seconds at which the ramp comes to a whole beat."""
    beat = frames["beat"]
    return np.interp(np.arange(np.ceil(beat[0]), np.floor(beat[-1]) + 1), beat, frames["sample"] / rate)


def matched(truth, found):
    """Pairs of a true beat and one that was found for it, as indices: as many as there can be."""
    pairs, t, f = [], 0, 0
    while t < len(truth) and f < len(found):
        if abs(found[f] - truth[t]) <= WINDOW:
            pairs.append((t, f))
            t, f = t + 1, f + 1
        elif found[f] < truth[t]:
            f += 1
        else:
            t += 1
    return pairs


def f_measure(truth, found, trimmed=TRIMMED):
    truth, found = truth[truth >= trimmed], found[found >= trimmed]
    return 2 * len(matched(truth, found)) / max(len(truth) + len(found), 1)


def found_at(truth, found):
    """The time of the first true beat from which a run of them is found with nothing between; inf if there is none."""
    pairs = dict(matched(truth, found))
    for t in range(len(truth) - RUN + 1):
        places = [pairs.get(t + n, -1) for n in range(RUN)]
        if places[0] >= 0 and places == list(range(places[0], places[0] + RUN)):
            return truth[t]
    return np.inf


def judge(clip, beats, frames=None):
    lock, relock, octave, downbeats = found_at(clip.beats, beats) - clip.beats[0], np.nan, False, np.nan
    settled = [clip.beats[0], *([clip.jump] if clip.jump == clip.jump else [])]
    late = np.array([beats[f] - clip.beats[t] for t, f in matched(clip.beats, beats)])
    at = np.array([clip.beats[t] for t, _ in matched(clip.beats, beats)])
    for moment in settled:
        keep = (at < moment) | (at > moment + max(SETTLED, TRIMMED if moment == settled[0] else 0))
        late, at = late[keep], at[keep]
    if clip.jump == clip.jump:
        relock = found_at(clip.beats[clip.beats >= clip.jump - 1e-6], beats[beats > clip.jump - WINDOW]) - clip.jump
    if frames is not None:
        seconds = frames["sample"] / rhythm_clips.RATE
        told = (seconds > TRIMMED) & (seconds < clip.beats[-1])
        ratio = np.log2(frames["tempo"] / np.interp(seconds, clip.beats, clip.tempo))[told]
        octave = bool(np.mean(np.abs(np.abs(ratio) - 1) < 0.06) > 0.5)
        bars = np.interp(clip.downbeats[clip.downbeats > TRIMMED], seconds, frames["bar"])
        downbeats = float(np.mean(np.abs((bars + 0.5) % 1 - 0.5) < 0.1))
    score, whole = f_measure(clip.beats, beats), f_measure(clip.beats, beats, 0.0)
    return Found(score, whole, lock, relock, octave, late, downbeats)


def by_librosa(clip):
    import librosa

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return librosa.beat.beat_track(y=clip.sound.mean(axis=1), sr=rhythm_clips.RATE, units="time")[1]


def examine(group, count):
    """Every way's findings, by name; the null control's are a wrong clip's beats, and a constant tempo."""
    found = {"causal": [], "foresight": [], "wrong clip": [], "120 BPM": [], "librosa": []}
    other = None
    for name in rhythm_clips.names(group, count):
        clip = rhythm_clips.make(name)
        rows = heard(clip.sound)
        for way, told in (("causal", causal(*rows)), ("foresight", foreseen(*rows))):
            found[way].append(judge(clip, beats_in(told), told))
        if other is not None:
            found["wrong clip"].append(judge(clip, other.beats))
        found["120 BPM"].append(judge(clip, np.arange(0, rhythm_clips.SECONDS, 0.5)))
        if find_spec("librosa"):
            found["librosa"].append(judge(clip, by_librosa(clip)))
        other = clip
    return found


def mean(found, what):
    return float(np.nanmean([getattr(one, what) for one in found])) if found else np.nan


def within(found, what):
    """The share that came within the time allowed, and the median."""
    seconds = [getattr(one, what) for one in found if not np.isnan(getattr(one, what))]
    return np.mean(np.array(seconds) <= SETTLED), np.median(seconds)


def bench_rhythm(count=CLIPS, group="fresh"):
    """On clips that no constant was chosen by."""
    found = examine(group, count)
    peer = mean(found["librosa"], "score") if found["librosa"] else np.nan
    wrong, steady = (mean(found[way], "score") for way in ("wrong clip", "120 BPM"))
    for way in ("causal", "foresight"):
        ours = found[way]
        score, whole = mean(ours, "score"), mean(ours, "whole")
        beside = f"librosa offline {peer:.3f}; a wrong clip's beats {wrong:.2f}, 120 BPM {steady:.2f}"
        yield Row(f"beats, F-measure, {way}", f"{score:.3f}", beside, "0.95", score >= 0.95)
        beside = "librosa {:.3f}".format(mean(found["librosa"], "whole")) if found["librosa"] else "no librosa here"
        yield Row(f"the same from the first beat on, {way}", f"{whole:.3f}", beside, "", None)
        if found["librosa"]:
            yield Row(
                f"against librosa, {way}", f"{score / peer:.2f} times its F-measure", "", "0.9", score >= 0.9 * peer
            )
        for what, name in (("lock", "lock"), ("relock", "lock after a jump")):
            share, median = within(ours, what)
            told = f"{100 * share:.0f} % within {SETTLED:g} s, median {median:.1f} s"
            yield Row(f"{name}, {way}", told, "", f"{SETTLED:g} s, median", median <= SETTLED)
        octaves = mean(ours, "octave")
        yield Row(f"octave errors, {way}", f"{100 * octaves:.1f} % of clips", "", "10 %", octaves <= 0.1)
        errors = 1e3 * np.concatenate([one.errors for one in ours])
        told = f"{np.percentile(np.abs(errors), 95):.1f} ms, bias {np.mean(errors):+.1f}"
        yield Row(f"phase error, 95 %, {way}", told, "", "20 ms", np.percentile(np.abs(errors), 95) <= 20)
        yield Row(f"downbeats, {way}", f"{100 * mean(ours, 'downbeats'):.0f} %", "chance 25 %", "", None)
    yield from bench_null(group)


def bench_null(group):
    for kind in rhythm_clips.NULLS:
        told = [causal(*heard(rhythm_clips.make(f"{group}/{n}/null/{kind}").sound)) for n in range(NULLS)]
        sure = np.mean([frames["confidence"].mean() for frames in told])
        often = np.mean([moves(frames["tempo"]) for frames in told])
        found = f"confidence {sure:.2f}, tempo moved {often:.1f} times in {rhythm_clips.SECONDS:g} s"
        yield Row(f"no beat: {kind}", found, "", "under 0.3", sure < 0.3)


def moves(tempo):
    """How often a tempo went somewhere else, by more than 4 %, and stayed half a second."""
    return int(np.sum(np.abs(np.diff(np.log2(tempo[::47]))) > np.log2(1.04)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=CLIPS)
    parser.add_argument("--group", default="fresh", help="which seeds; `train` and `nulls` made the tables")
    asked = parser.parse_args()
    for row in bench_rhythm(asked.clips, asked.group):
        print(" | ".join((*row[:4], {True: "good", False: "missed", None: "not judged"}[row.good])), flush=True)


if __name__ == "__main__":
    main()
