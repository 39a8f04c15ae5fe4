"""Fits the tables of the rhythm to synthetic clips with known beats, and to sounds without a beat.

    python3 tools/fit/rhythm_tables.py

Each table chooses among classes (the tempo or none, the phase of the beat, the downbeat) by a weighted sum of measured
features, and is fitted by the likelihood of the right choice. Prints the tables of `rhythm/tempo_bank.py` and
`rhythm/beat_tracker.py` in `phosphene/engine/listening`, and how often they choose right on other clips.
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
from tools.bench.rhythm import analysed_records
from tools.fit import rhythm_clips

CLIPS, CLIPS_WITHOUT_BEAT, TEST_CLIPS = 176, 20, 88  # clips to fit to; of each kind without a beat; to test on
EXAMPLE_STEP = 3 * tempo_bank.SCORE_INTERVAL  # hops between two examples
FIRST_EXAMPLE, AFTER_JUMP = 1.2, 3.0  # seconds from the start, and after a jump, without examples
CLASS_WIDTHS = 0.015, 0.02  # octaves, and beats: width of the right choice
PENALTY = 1e-5  # L2 penalty of the weights
NO_BEAT = 1.0  # weight of an example without a beat


@kernel
def measure_all(novelty, bank, tracker, bands, beats, hertz, strengths, phases, bars):
    """Record the features of the true beats, every EXAMPLE_STEP hops."""
    for n in range(bands.shape[0]):
        update_novelty(novelty, bands[n])
        tempo_bank.update_resonators(bank, novelty.rises, n)
        tracker.now[1] = hertz[n]
        beat_tracker.add_rises(tracker, novelty.rises, beats[n])
        if (n + 1) % tempo_bank.SCORE_INTERVAL == 0:
            tempo_bank.measure_strengths(bank, novelty.sounding[0])
        if (n + 1) % EXAMPLE_STEP == 0:
            row = n // EXAMPLE_STEP
            strengths[row], bars[row] = bank.strengths, tracker.bar_rises
            phases[row, 0], phases[row, 1] = tracker.real, tracker.imag


def examples(names):
    """Of each example: features by tempo, by phase of the beat, by beat of the bar; and the true BPM, 0 for none."""
    found = []
    for name in names:
        clip = rhythm_clips.make(name)
        rows, hop, size = analysed_records(clip.sound)
        seconds, count = rows[:, AT.sample] / rhythm_clips.RATE, len(rows) // EXAMPLE_STEP
        true_bpm = np.interp(seconds, clip.beats, clip.tempo) if len(clip.beats) else np.zeros(len(rows))
        beats = np.interp(seconds, clip.beats, np.arange(len(clip.beats))) if len(clip.beats) else true_bpm
        strengths, bars = np.zeros((count, PARTS, tempo_bank.RATES)), np.zeros((count, BEATS_PER_BAR, PARTS))
        phases = np.zeros((count, 2, PARTS, beat_tracker.HARMONICS))
        parts = make_novelty(rhythm_clips.RATE, hop), tempo_bank.make_tempo_bank(rhythm_clips.RATE, hop)
        bands = np.ascontiguousarray(rows[:, AT.mel : AT.mel + BANDS])
        tracker = beat_tracker.make_beat_tracker(rhythm_clips.RATE, hop, size)
        measure_all(*parts, tracker, bands, beats, true_bpm / 60, strengths, phases, bars)
        seconds_of_examples = seconds[EXAMPLE_STEP - 1 :: EXAMPLE_STEP][:count]
        chosen_examples = seconds_of_examples > FIRST_EXAMPLE
        if len(clip.beats):
            chosen_examples &= (seconds_of_examples < clip.beats[-1]) & ~(
                (seconds_of_examples > clip.jump) & (seconds_of_examples < clip.jump + AFTER_JUMP)
            )
        chosen_examples = np.flatnonzero(chosen_examples)[:: 1 if len(clip.beats) else 2]
        found.append(
            (
                strengths[chosen_examples],
                phases[chosen_examples],
                bars[chosen_examples],
                true_bpm[EXAMPLE_STEP - 1 :: EXAMPLE_STEP][chosen_examples],
            )
        )
    return [np.concatenate(part) for part in zip(*found)]


def by_tempo(strengths):
    """Features, (examples, tempi and none, features)."""
    padded = np.pad(strengths, ((0, 0), (0, 0), (0, tempo_bank.RATES)))
    padded = np.pad(padded, ((0, 0), (0, 0), (tempo_bank.RATES, 0)))
    columns = [padded[:, :, tempo_bank.RATES + s : tempo_bank.RATES + s + tempo_bank.TEMPI] for s in tempo_bank.SHIFTS]
    octaves = np.log2(tempo_bank.make_tempo_bank(48_000, 512).tempi / 120)
    prior = np.broadcast_to([octaves, octaves**2, 0 * octaves], (len(strengths), 3, tempo_bank.TEMPI))
    table = np.concatenate([*columns, prior], axis=1).swapaxes(1, 2)
    no_beat = np.zeros((len(table), 1, table.shape[2]))
    no_beat[:, :, -1] = 1.0
    return np.concatenate([table, no_beat], axis=1).astype(np.float32)


def right_tempo(bpm):
    """Weights of the right choices, (examples, tempi and none)."""
    offset = np.log2(tempo_bank.make_tempo_bank(48_000, 512).tempi) - np.log2(np.maximum(bpm, 1e-9))[:, None]
    right = np.exp(-0.5 * (offset / CLASS_WIDTHS[0]) ** 2)
    right = np.concatenate([right / np.maximum(right.sum(axis=1, keepdims=True), 1e-30), (bpm == 0)[:, None]], axis=1)
    return right * np.where(bpm == 0, NO_BEAT, 1.0)[:, None]


def by_phase(phases):
    """Features, (examples, phases, features)."""
    real, imag = (phases[:, part, None] for part in (0, 1))
    cosines, sines = (
        table.reshape(beat_tracker.PHASES, 1, beat_tracker.HARMONICS)
        for table in (beat_tracker.COSINES, beat_tracker.SINES)
    )
    return (real * cosines - imag * sines).reshape(len(phases), beat_tracker.PHASES, -1)


def by_beat(bars):
    """Features, (examples, beats of the bar, features)."""
    rises_sum = beat_tracker.MIN_BAR_RISES + np.abs(bars).sum(axis=(1, 2), keepdims=True)
    return np.stack(
        [np.roll(bars / rises_sum, -first, axis=1).reshape(len(bars), -1) for first in range(BEATS_PER_BAR)], axis=1
    )


def right_phase(count):
    """Weights of the right choices, (examples, phases)."""
    offset = (np.arange(beat_tracker.PHASES) / beat_tracker.PHASES + 0.5) % 1 - 0.5
    right = np.exp(-0.5 * (offset / CLASS_WIDTHS[1]) ** 2)
    return np.broadcast_to(right / right.sum(), (count, beat_tracker.PHASES))


def fit(features, right):
    """The weights that maximise the likelihood of the right choices."""

    def loss_and_gradient(weights):
        scores = (features @ weights.astype(features.dtype)).astype(float)
        scores -= scores.max(axis=1, keepdims=True)
        total = np.log(np.exp(scores).sum(axis=1, keepdims=True))
        amount = right.sum(axis=1, keepdims=True)
        error = (np.exp(scores - total) * amount - right).astype(features.dtype)
        gradient = np.tensordot(error, features, ((0, 1), (0, 1))) / right.sum()
        loss = -(right * (scores - total)).sum() / right.sum() + PENALTY * weights @ weights
        return loss, gradient.astype(float) + 2 * PENALTY * weights

    return minimize(loss_and_gradient, np.zeros(features.shape[2]), jac=True, method="L-BFGS-B").x.round(1)


def chosen(features, weights):
    return (features @ weights).argmax(axis=1)


def main():
    without_beat = [f"nulls/{n}/null/{kind}" for kind in rhythm_clips.NULLS for n in range(CLIPS_WITHOUT_BEAT)]
    strengths, phases, bars, bpm = examples([*rhythm_clips.names("train", CLIPS), *without_beat])
    has_beat = bpm > 0
    tables = (
        fit(by_tempo(strengths), right_tempo(bpm)),
        fit(by_phase(phases[has_beat]), right_phase(has_beat.sum())),
        fit(by_beat(bars[has_beat]), np.tile([1.0, 0, 0, 0], (has_beat.sum(), 1))),
    )
    tempo_weights, prior = tables[0][:-3].reshape(-1, PARTS), tables[0][-3:]
    for ratio, weights in zip(tempo_bank.TEMPO_WEIGHTS, tempo_weights):
        print(f"TEMPO_WEIGHTS {ratio:.2f}: {tuple(weights.tolist())}")
    print(f"TEMPO_PRIOR {prior[0]}, {prior[1]}; NO_BEAT_SCORE {prior[2]}")
    print(f"PHASE_WEIGHTS {tables[1].reshape(PARTS, -1).tolist()}")
    print(f"BAR_WEIGHTS {tables[2].reshape(BEATS_PER_BAR, -1).tolist()}")
    strengths, phases, bars, bpm = examples(rhythm_clips.names("held", TEST_CLIPS))
    tempi = np.append(tempo_bank.make_tempo_bank(48_000, 512).tempi, 1e-9)[chosen(by_tempo(strengths), tables[0])]
    offset = (chosen(by_phase(phases), tables[1]) / beat_tracker.PHASES + 0.5) % 1 - 0.5
    print(f"right on other clips: tempo {np.mean(np.abs(np.log2(tempi / bpm)) < 0.06):.3f}", end=", ")
    print(f"beat {np.mean(np.abs(offset) < 0.12):.3f}, bar {np.mean(chosen(by_beat(bars), tables[2]) == 0):.3f}")


if __name__ == "__main__":
    main()
