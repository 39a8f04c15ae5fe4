"""Where the tables of rhythm come from: fitted to made-up clips whose beats are known, and to sound without any.

    python3 tools/rhythmfit.py

Each is a choice among places (which tempo, or none; where in the beat; which beat of the bar) by a weighted sum of
what is measured there, so each is fitted by the likelihood of the right choice. Prints the tables of
`engine/listening/tempo.py` and `engine/listening/pulse.py`, and how often they choose right on other clips.
"""

import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from phosphene.engine.listening.frame import AT, BANDS
from phosphene.engine.listening.rhythm import beat_tracker, tempo_bank
from phosphene.engine.listening.rhythm.novelty import PARTS, make_novelty, update_novelty
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR
from phosphene.engine.native import kernel
from tools.bench.rhythm import heard
from tools.fit import rhythm_clips

CLIPS, EMPTY, OTHERS = 176, 20, 88  # clips to learn from, of those without a beat, of each kind; and to try on
EVERY = 3 * tempo_bank.SCORE_INTERVAL  # hops between two examples
EARLY, LATER = 1.2, 3.0  # seconds from which a tempo, and again after a jump, is asked for
NARROW = 0.015, 0.02  # octaves, and beats, that a right choice is wide
HELD_BACK = 1e-5  # by how much large weights are
NO_BEAT = 1.0  # how much an example without one counts


@kernel
def measure_all(novelty, bank, rhythm, bands, beats, hertz, strengths, places, bars):
    """What is measured with the truth at hand, every so many hops."""
    for n in range(bands.shape[0]):
        update_novelty(novelty, bands[n])
        tempo_bank.update_resonators(bank, novelty.rises, n)
        rhythm.now[1] = hertz[n]
        beat_tracker.add_rises(rhythm, novelty.rises, beats[n])
        if (n + 1) % tempo_bank.SCORE_INTERVAL == 0:
            tempo_bank.measure_strengths(bank, novelty.sounding[0])
        if (n + 1) % EVERY == 0:
            row = n // EVERY
            strengths[row], bars[row] = bank.strengths, rhythm.bar
            places[row, 0], places[row, 1] = rhythm.real, rhythm.imag


def examples(names):
    """Of each example: features by tempo, by place in the beat, by beat of the bar; and the true BPM, 0 for none."""
    found = []
    for name in names:
        clip = rhythm_clips.make(name)
        rows, hop, size = heard(clip.sound)
        seconds, count = rows[:, AT.sample] / rhythm_clips.RATE, len(rows) // EVERY
        known = np.interp(seconds, clip.beats, clip.tempo) if len(clip.beats) else np.zeros(len(rows))
        beats = np.interp(seconds, clip.beats, np.arange(len(clip.beats))) if len(clip.beats) else known
        strengths, bars = np.zeros((count, PARTS, tempo_bank.RATES)), np.zeros((count, BEATS_PER_BAR, PARTS))
        places = np.zeros((count, 2, PARTS, beat_tracker.HARMONICS))
        parts = make_novelty(rhythm_clips.RATE, hop), tempo_bank.make_tempo_bank(rhythm_clips.RATE, hop)
        bands = np.ascontiguousarray(rows[:, AT.mel : AT.mel + BANDS])
        kept = beat_tracker.make_beat_tracker(rhythm_clips.RATE, hop, size)
        measure_all(*parts, kept, bands, beats, known / 60, strengths, places, bars)
        at = seconds[EVERY - 1 :: EVERY][:count]
        asked = at > EARLY
        if len(clip.beats):
            asked &= (at < clip.beats[-1]) & ~((at > clip.jump) & (at < clip.jump + LATER))
        asked = np.flatnonzero(asked)[:: 1 if len(clip.beats) else 2]
        found.append((strengths[asked], places[asked], bars[asked], known[EVERY - 1 :: EVERY][asked]))
    return [np.concatenate(part) for part in zip(*found)]


def by_tempo(strengths):
    """(examples, tempi and none, features)."""
    padded = np.pad(strengths, ((0, 0), (0, 0), (0, tempo_bank.RATES)))
    padded = np.pad(padded, ((0, 0), (0, 0), (tempo_bank.RATES, 0)))
    columns = [padded[:, :, tempo_bank.RATES + s : tempo_bank.RATES + s + tempo_bank.TEMPI] for s in tempo_bank.SHIFTS]
    octaves = np.log2(tempo_bank.make_tempo_bank(48_000, 512).tempi / 120)
    leaning = np.broadcast_to([octaves, octaves**2, 0 * octaves], (len(strengths), 3, tempo_bank.TEMPI))
    table = np.concatenate([*columns, leaning], axis=1).swapaxes(1, 2)
    nothing = np.zeros((len(table), 1, table.shape[2]))
    nothing[:, :, -1] = 1.0
    return np.concatenate([table, nothing], axis=1).astype(np.float32)


def right_tempo(bpm):
    off = np.log2(tempo_bank.make_tempo_bank(48_000, 512).tempi) - np.log2(np.maximum(bpm, 1e-9))[:, None]
    right = np.exp(-0.5 * (off / NARROW[0]) ** 2)
    right = np.concatenate([right / np.maximum(right.sum(axis=1, keepdims=True), 1e-30), (bpm == 0)[:, None]], axis=1)
    return right * np.where(bpm == 0, NO_BEAT, 1.0)[:, None]


def by_place(places):
    real, imag = (places[:, part, None] for part in (0, 1))
    cosines, sines = (
        table.reshape(beat_tracker.PHASES, 1, beat_tracker.HARMONICS)
        for table in (beat_tracker.COSINES, beat_tracker.SINES)
    )
    return (real * cosines - imag * sines).reshape(len(places), beat_tracker.PHASES, -1)


def by_beat(bars):
    loud = beat_tracker.MIN_BAR_RISES + np.abs(bars).sum(axis=(1, 2), keepdims=True)
    return np.stack([np.roll(bars / loud, -first, axis=1).reshape(len(bars), -1) for first in range(BEATS_PER_BAR)], axis=1)


def right_place(count):
    off = (np.arange(beat_tracker.PHASES) / beat_tracker.PHASES + 0.5) % 1 - 0.5
    right = np.exp(-0.5 * (off / NARROW[1]) ** 2)
    return np.broadcast_to(right / right.sum(), (count, beat_tracker.PHASES))


def fit(features, right):
    """The weights under which the right choices are likeliest."""

    def unlikely(weights):
        scores = (features @ weights.astype(features.dtype)).astype(float)
        scores -= scores.max(axis=1, keepdims=True)
        total = np.log(np.exp(scores).sum(axis=1, keepdims=True))
        amount = right.sum(axis=1, keepdims=True)
        wrong = (np.exp(scores - total) * amount - right).astype(features.dtype)
        slope = np.tensordot(wrong, features, ((0, 1), (0, 1))) / right.sum()
        loss = -(right * (scores - total)).sum() / right.sum() + HELD_BACK * weights @ weights
        return loss, slope.astype(float) + 2 * HELD_BACK * weights

    return minimize(unlikely, np.zeros(features.shape[2]), jac=True, method="L-BFGS-B").x.round(1)


def chosen(features, weights):
    return (features @ weights).argmax(axis=1)


def main():
    silent = [f"nulls/{n}/null/{kind}" for kind in rhythm_clips.NULLS for n in range(EMPTY)]
    strengths, places, bars, bpm = examples([*rhythm_clips.names("train", CLIPS), *silent])
    beating = bpm > 0
    tables = (
        fit(by_tempo(strengths), right_tempo(bpm)),
        fit(by_place(places[beating]), right_place(beating.sum())),
        fit(by_beat(bars[beating]), np.tile([1.0, 0, 0, 0], (beating.sum(), 1))),
    )
    speaking, leaning = tables[0][:-3].reshape(-1, PARTS), tables[0][-3:]
    for ratio, weights in zip(tempo_bank.TEMPO_WEIGHTS, speaking):
        print(f"SPEAKING {ratio:.2f}: {tuple(weights.tolist())}")
    print(f"LEANING {leaning[0]}, {leaning[1]}; NOTHING {leaning[2]}")
    print(f"FITTING {tables[1].reshape(PARTS, -1).tolist()}")
    print(f"BEGINNING {tables[2].reshape(BEATS_PER_BAR, -1).tolist()}")
    strengths, places, bars, bpm = examples(rhythm_clips.names("held", OTHERS))
    tempi = np.append(tempo_bank.make_tempo_bank(48_000, 512).tempi, 1e-9)[chosen(by_tempo(strengths), tables[0])]
    off = (chosen(by_place(places), tables[1]) / beat_tracker.PHASES + 0.5) % 1 - 0.5
    print(f"right on others: tempo {np.mean(np.abs(np.log2(tempi / bpm)) < 0.06):.3f}", end=", ")
    print(f"beat {np.mean(np.abs(off) < 0.12):.3f}, bar {np.mean(chosen(by_beat(bars), tables[2]) == 0):.3f}")


if __name__ == "__main__":
    main()
