"""Benchmark rows of the rhythm: beats of synthetic clips against the truth, beside librosa's beat tracker.

    python3 tools/bench/rhythm.py [--clips N] [--group NAME]

The F-measure is that of mir_eval: a beat counts if it lies within 70 ms of a true one, each at most once. The first
five seconds are left out, as there; how soon the beat is found is a row of its own. librosa (extra `peers`) analyses a
clip as a whole; the lookahead uses eight seconds after each frame.
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
SETTLED = 4.0  # seconds until a beat must be found, at the start and after a jump of tempo
RUN = 4  # true beats in a row, with none between, that count as found
CLIPS, NULLS = 88, 4  # clips of music, and of each kind without a beat


class ClipScore(NamedTuple):
    """The scores of one method on one clip."""

    score: float
    untrimmed: float  # score with the first seconds
    lock: float  # seconds from the first beat
    relock: float  # seconds from a jump, NaN without one
    octave: bool  # the tempo was half or twice the true one for most of the time
    errors: np.ndarray  # seconds by which each beat is late, once found
    downbeats: float  # share of the bars that begin at a true downbeat


def analysed_records(sound, rate=rhythm_clips.RATE):
    """Every record of a sound, the hop, and the length of the analyser's window."""
    analyser, published = make_analyser(float(rate)), allocate(frames_layout(len(sound) / rate + 1))
    analyse(analyser, np.ascontiguousarray(sound), published)
    rows = np.zeros((timeline.record_count(published), WIDTH))
    for index, row in enumerate(rows):
        timeline.read(published, index, row)
    return rows, analyser.hop, len(analyser.spectrum.past)


@kernel
def update_all(rhythm, rows, override):
    for row in rows:
        update_rhythm(rhythm, row, override)


@kernel
def pass_through_lookahead(state, rows, out):
    pulled = 0
    for n in range(rows.shape[0] + 1):
        if n < rows.shape[0]:
            push_record(state, rows[n])
        while pulled < out.shape[0] and pull_record(state, out[pulled], n == rows.shape[0]):
            pulled += 1


def causal_frames(rows, hop, size, rate=rhythm_clips.RATE):
    result = rows.copy()
    update_all(make_rhythm(rate, hop, size), result, make_tempo_override())
    return result.view(FRAME)[:, 0]


def lookahead_frames(rows, hop, size, rate=rhythm_clips.RATE):
    result = np.zeros_like(rows)
    pass_through_lookahead(Lookahead(rate, hop, size).state, rows, result)
    return result.view(FRAME)[:, 0]


def beats_in(frames, rate=rhythm_clips.RATE):
    """Seconds at which the beat passes whole numbers."""
    beat = frames["beat"]
    return np.interp(np.arange(np.ceil(beat[0]), np.floor(beat[-1]) + 1), beat, frames["sample"] / rate)


def matched(truth, found):
    """Index pairs of true and found beats, as many as possible."""
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


def first_found(truth, found):
    """Seconds of the first true beat from which RUN beats are found with none between; inf if there is none."""
    pairs = dict(matched(truth, found))
    for t in range(len(truth) - RUN + 1):
        indices = [pairs.get(t + n, -1) for n in range(RUN)]
        if indices[0] >= 0 and indices == list(range(indices[0], indices[0] + RUN)):
            return truth[t]
    return np.inf


def score_clip(clip, beats, frames=None):
    lock, relock, octave, downbeats = first_found(clip.beats, beats) - clip.beats[0], np.nan, False, np.nan
    settled = [clip.beats[0], *([clip.jump] if clip.jump == clip.jump else [])]
    errors = np.array([beats[f] - clip.beats[t] for t, f in matched(clip.beats, beats)])
    at = np.array([clip.beats[t] for t, _ in matched(clip.beats, beats)])
    for moment in settled:
        keep = (at < moment) | (at > moment + max(SETTLED, TRIMMED if moment == settled[0] else 0))
        errors, at = errors[keep], at[keep]
    if clip.jump == clip.jump:
        relock = first_found(clip.beats[clip.beats >= clip.jump - 1e-6], beats[beats > clip.jump - WINDOW]) - clip.jump
    if frames is not None:
        seconds = frames["sample"] / rhythm_clips.RATE
        scored = (seconds > TRIMMED) & (seconds < clip.beats[-1])
        ratio = np.log2(frames["tempo"] / np.interp(seconds, clip.beats, clip.tempo))[scored]
        octave = bool(np.mean(np.abs(np.abs(ratio) - 1) < 0.06) > 0.5)
        bars = np.interp(clip.downbeats[clip.downbeats > TRIMMED], seconds, frames["bar"])
        downbeats = float(np.mean(np.abs((bars + 0.5) % 1 - 0.5) < 0.1))
    score, untrimmed = f_measure(clip.beats, beats), f_measure(clip.beats, beats, 0.0)
    return ClipScore(score, untrimmed, lock, relock, octave, errors, downbeats)


def by_librosa(clip):
    import librosa

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return librosa.beat.beat_track(y=clip.sound.mean(axis=1), sr=rhythm_clips.RATE, units="time")[1]


def score_clips(group, count):
    """ClipScores by method; the controls are the beats of another clip, and a constant tempo."""
    found = {"causal": [], "lookahead": [], "wrong clip": [], "120 BPM": [], "librosa": []}
    previous = None
    for name in rhythm_clips.names(group, count):
        clip = rhythm_clips.make(name)
        rows = analysed_records(clip.sound)
        for mode, result in (("causal", causal_frames(*rows)), ("lookahead", lookahead_frames(*rows))):
            found[mode].append(score_clip(clip, beats_in(result), result))
        if previous is not None:
            found["wrong clip"].append(score_clip(clip, previous.beats))
        found["120 BPM"].append(score_clip(clip, np.arange(0, rhythm_clips.SECONDS, 0.5)))
        if find_spec("librosa"):
            found["librosa"].append(score_clip(clip, by_librosa(clip)))
        previous = clip
    return found


def mean(found, field):
    return float(np.nanmean([getattr(one, field) for one in found])) if found else np.nan


def within(found, field):
    """The share within SETTLED seconds, and the median."""
    seconds = [getattr(one, field) for one in found if not np.isnan(getattr(one, field))]
    return np.mean(np.array(seconds) <= SETTLED), np.median(seconds)


def bench_rhythm(count=CLIPS, group="fresh"):
    """Rows of clips that no constant was fitted to."""
    found = score_clips(group, count)
    librosa_score = mean(found["librosa"], "score") if found["librosa"] else np.nan
    wrong_clip, constant = (mean(found[mode], "score") for mode in ("wrong clip", "120 BPM"))
    for mode in ("causal", "lookahead"):
        scores = found[mode]
        score, untrimmed = mean(scores, "score"), mean(scores, "untrimmed")
        comparison = (
            f"librosa offline {librosa_score:.3f}; a wrong clip's beats {wrong_clip:.2f}, 120 BPM {constant:.2f}"
        )
        yield Row(f"beats, F-measure, {mode}", f"{score:.3f}", comparison, "0.95", score >= 0.95)
        comparison = (
            "librosa {:.3f}".format(mean(found["librosa"], "untrimmed")) if found["librosa"] else "no librosa here"
        )
        yield Row(f"the same from the first beat on, {mode}", f"{untrimmed:.3f}", comparison, "", None)
        if found["librosa"]:
            yield Row(
                f"against librosa, {mode}",
                f"{score / librosa_score:.2f} times its F-measure",
                "",
                "0.9",
                score >= 0.9 * librosa_score,
            )
        for field, name in (("lock", "lock"), ("relock", "lock after a jump")):
            share, median = within(scores, field)
            result = f"{100 * share:.0f} % within {SETTLED:g} s, median {median:.1f} s"
            yield Row(f"{name}, {mode}", result, "", f"{SETTLED:g} s, median", median <= SETTLED)
        octaves = mean(scores, "octave")
        yield Row(f"octave errors, {mode}", f"{100 * octaves:.1f} % of clips", "", "10 %", octaves <= 0.1)
        errors = 1e3 * np.concatenate([one.errors for one in scores])
        result = f"{np.percentile(np.abs(errors), 95):.1f} ms, bias {np.mean(errors):+.1f}"
        yield Row(f"phase error, 95 %, {mode}", result, "", "20 ms", np.percentile(np.abs(errors), 95) <= 20)
        yield Row(f"downbeats, {mode}", f"{100 * mean(scores, 'downbeats'):.0f} %", "chance 25 %", "", None)
    yield from bench_null(group)


def bench_null(group):
    for kind in rhythm_clips.NULLS:
        result = [
            causal_frames(*analysed_records(rhythm_clips.make(f"{group}/{n}/null/{kind}").sound)) for n in range(NULLS)
        ]
        confidence = np.mean([frames["confidence"].mean() for frames in result])
        changes = np.mean([tempo_changes(frames["tempo"]) for frames in result])
        found = f"confidence {confidence:.2f}, tempo moved {changes:.1f} times in {rhythm_clips.SECONDS:g} s"
        yield Row(f"no beat: {kind}", found, "", "under 0.3", confidence < 0.3)


def tempo_changes(tempo):
    """How often a tempo changed by more than 4 % between samples half a second apart."""
    return int(np.sum(np.abs(np.diff(np.log2(tempo[::47]))) > np.log2(1.04)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=CLIPS)
    parser.add_argument(
        "--group",
        default="fresh",
        help="name of the clips' seeds; `train` and `nulls` are those the tables were fitted to",
    )
    args = parser.parse_args()
    for row in bench_rhythm(args.clips, args.group):
        print(" | ".join((*row[:4], {True: "good", False: "missed", None: "not judged"}[row.good])), flush=True)


if __name__ == "__main__":
    main()
