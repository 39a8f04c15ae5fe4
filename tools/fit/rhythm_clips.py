"""Synthetic clips with known beats: drums in several styles, each with a difficulty, and sounds without a beat.

Everything is drawn from a seed that the clip's name determines, so each clip can be made alone.
"""

from typing import NamedTuple

import numpy as np

from tools.fit.drum_sounds import RATE, VOICES, add, coloured_noise, formant_filter, hiss, pad, plucked, tone

SECONDS = 24.0
STRAIGHT, TRIPLET = 16, 12  # steps in a bar
DRIFT = 0.04  # share of the tempo, up and down
JITTER = 0.003, 0.006  # standard deviation of a drummer's timing, from and to


class Style(NamedTuple):
    """The bars of a style. In the steps, X is an accent, x a hit, a comma a ghost note that is often left out."""

    min_bpm: float  # BPM
    max_bpm: float
    bars: tuple  # each {instrument: steps}; a clip has one of them


class Clip(NamedTuple):
    name: str
    sound: np.ndarray  # (frames, 2) float32
    beats: np.ndarray  # seconds
    downbeats: np.ndarray  # seconds
    tempo: np.ndarray  # BPM at each beat
    jump: float  # seconds at which the tempo jumps, NaN if it does not


EIGHTHS, SIXTEENTHS, QUARTERS = "X.x.X.x.X.x.X.x.", "Xxxx" * 4, "X...x...x...x..."
STYLES = {
    "rock": Style(
        60,
        180,
        (
            {"kick": "X.......X.......", "snare": "....X.......X...", "hat": EIGHTHS},
            {"kick": "X.....x.X.......", "snare": "....X.......X...", "hat": EIGHTHS},
            {"kick": "X.......x.x.....", "snare": "....X..,.,..X...", "hat": EIGHTHS},
            {"kick": "X..x....X.x.....", "snare": "....X.......X..,", "ride": EIGHTHS},
        ),
    ),
    "floor": Style(
        95,
        160,
        (
            {"kick": "X...X...X...X...", "open": "..x...x...x...x.", "clap": "....x.......x..."},
            {"kick": "X...X...X...X...", "hat": SIXTEENTHS, "clap": "....x.......x..."},
            {"kick": "X...X...X...X..x", "hat": "..X...X...X...X.", "snare": "....x.......x..,"},
        ),
    ),
    "half": Style(
        120,
        180,
        (
            {"kick": "X.........x.....", "snare": "........X.......", "hat": EIGHTHS},
            {"kick": "X.....x.........", "snare": "........X.......", "hat": "X.x.X.xxX.x.Xxx."},
        ),
    ),
    "break": Style(
        80,
        178,
        (
            {"kick": "X.X.......xx....", "snare": "....X..,.,..X..,", "hat": EIGHTHS},
            {"kick": "X.........X.....", "snare": "....X..x.x..X...", "hat": EIGHTHS},
            {"kick": "X..x..X...x.....", "snare": "....X.......X.,.", "ride": EIGHTHS},
        ),
    ),
    "bossa": Style(
        90,
        180,
        (
            {"kick": "X.....x.X.....x.", "rim": "X.....X.....X...", "hat": EIGHTHS},
            {"kick": "X.....x.X.....x.", "rim": "....X...X.....x.", "shaker": "x.X.x.X.x.X.x.X."},
        ),
    ),
    "latin": Style(
        90,
        150,
        (
            {"kick": "X...X...X...X...", "snare": "...x..x....x..x.", "hat": "..x...x...x...x."},
            {"kick": "X.......X.......", "conga": "..x.X..xx.x.X.xx", "rim": "X..X..X...X.X...", "shaker": SIXTEENTHS},
        ),
    ),
    "swing": Style(
        80,
        180,
        (
            {"kick": "x..x..x..x..", "ride": "x..X.xx..X.x", "hat": "...X.....X.."},
            {"kick": "X..,..x..,..", "ride": "x..X.xx..X.x", "hat": "...X.....X..", "snare": ",....,..,..,"},
        ),
    ),
    "shuffle": Style(
        60,
        150,
        (
            {"kick": "X.....X.....", "snare": "...X.....X..", "hat": "X.xX.xX.xX.x"},
            {"kick": "X....xX.....", "snare": "...X.,...X.,", "ride": "X.xX.xX.xX.x"},
        ),
    ),
    "sparse": Style(
        60,
        140,
        (
            {"kick": "X.......X.......", "rim": "....x.......x..."},
            {"kick": "X.........x.....", "snare": "....X.......X..."},
            {"kick": "X...X...X...X..."},
        ),
    ),
    "dense": Style(
        70,
        130,
        (
            {"kick": "X.....x.X.......", "snare": "....X..,.,..X..,", "hat": SIXTEENTHS},
            {"kick": "X..x....X.x.....", "snare": "....X.,,.,..X,.,", "hat": SIXTEENTHS, "shaker": EIGHTHS},
        ),
    ),
    "click": Style(60, 180, ({"click": QUARTERS},)),
}
DIFFICULTIES = "plain fills drift break jump white pink crackle".split()
PANS = {"hat": 0.35, "open": 0.35, "ride": 0.65, "shaker": 0.65, "rim": 0.4, "conga": 0.6}
LEVELS = {"kick": 1.0, "snare": 0.8, "clap": 0.6, "click": 0.8, "hat": 0.3, "shaker": 0.2}
NULLS = "speech white pink pad drops silence".split()


def random_generator(name):
    """The random generator of a name."""
    return np.random.default_rng(np.random.SeedSequence(list(name.encode())))


def names(group, count):
    """The names of `count` clips, with all styles and difficulties in turn."""
    for index in range(count):
        style = list(STYLES)[index % len(STYLES)]
        difficulty = DIFFICULTIES[(index // len(STYLES) + index) % len(DIFFICULTIES)]
        yield f"{group}/{index}/{style}/{difficulty}"


def make(name):
    """The clip of a name, `group/index/style/difficulty` or `group/index/null/kind`."""
    _, _, style, difficulty = name.split("/")
    rng = random_generator(name)
    if style == "null":
        sound = np.repeat(beatless(difficulty, rng)[:, None], 2, axis=1).astype(np.float32)
        return Clip(name, sound, np.zeros(0), np.zeros(0), np.zeros(0), np.nan)
    style_bars = STYLES[style]
    tempo = style_bars.min_bpm * (style_bars.max_bpm / style_bars.min_bpm) ** rng.random()
    beats, tempi, jump = beat_times(tempo, difficulty, rng)
    bar = style_bars.bars[rng.integers(len(style_bars.bars))]
    hits = sorted(hits_of_bars(bar, len(beats) // 4, difficulty, rng))
    out = np.zeros((round((SECONDS + 2) * RATE), 2))
    jitter = rng.uniform(*JITTER) if style != "click" else 0.0
    voices = {instrument: VOICES[instrument](rng) for instrument in sorted({hit[1] for hit in hits})}
    for position, instrument, gain in hits:
        at = np.interp(position, np.arange(len(beats)), beats) + rng.normal(0, jitter)
        add(out, at, gain * voices[instrument], PANS.get(instrument, 0.5))
    if style not in ("click", "sparse") or rng.random() < 0.5:
        accompany(out, beats, style, rng)
    out = out[: round(SECONDS * RATE)]
    out *= 0.3 / np.sqrt(np.mean(out**2)) * 10 ** (-rng.uniform(6, 20) / 20)
    out = add_disturbance(out, difficulty, rng)
    inside = beats < SECONDS
    return Clip(name, out.astype(np.float32), beats[inside], beats[::4][beats[::4] < SECONDS], tempi[inside], jump)


def beat_times(tempo, difficulty, rng):
    """Seconds of the beats, BPM at each, and seconds of the jump of tempo, NaN without one."""
    period, phase = rng.uniform(20, 40), rng.uniform(0, 2 * np.pi)
    start, jump = rng.uniform(0, 0.8), np.nan
    factor = np.exp(rng.choice([-1, 1]) * rng.uniform(0.12, 0.33))
    factor = factor if 60 <= tempo * factor <= 180 else 1 / factor
    beats, tempi = [], []
    at, current = start, tempo
    while at < SECONDS + 2 or len(beats) % 4:
        if difficulty == "jump" and np.isnan(jump) and at > 11.0 and len(beats) % 4 == 0:
            current, jump = tempo * factor, at
        bpm = current * (1 + DRIFT * np.sin(2 * np.pi * at / period + phase)) if difficulty == "drift" else current
        beats.append(at)
        tempi.append(bpm)
        at += 60 / bpm
    return np.array(beats), np.array(tempi), jump


def hits_of_bars(bar, count, difficulty, rng):
    """Every hit: position in beats, instrument, gain."""
    levels = {instrument: LEVELS.get(instrument, 0.35) * 10 ** (rng.normal(0, 2.5) / 20) for instrument in bar}
    silent, fill = rng.integers(2, 5), rng.integers(0, 4)
    for number in range(count):
        if difficulty == "break" and number % 6 == silent:
            continue
        filled = difficulty == "fills" and number % 4 == fill
        for instrument, steps in bar.items():
            for step, mark in enumerate(steps):
                beat = 4 * step / len(steps)
                if mark == "." or (mark == "," and rng.random() < 0.5) or (filled and beat >= 3):
                    continue
                gain = {"X": 1.0, "x": 0.7, ",": 0.3}[mark] * 10 ** (rng.normal(0, 1.0) / 20)
                yield 4 * number + beat, instrument, levels[instrument] * gain
        if filled:
            per = len(next(iter(bar.values()))) // 4
            for step in range(per):
                yield 4 * number + 3 + step / per, ("tom", "snare")[rng.integers(2)], rng.uniform(0.4, 0.8)


def accompany(out, beats, style, rng):
    """Add a bass line, and a pad or a melody, on the same beats."""
    root = rng.uniform(40, 60)
    melody, level = rng.random() < 0.5, rng.uniform(0.1, 0.35)
    for bar in range(len(beats) // 4):
        key = root * 2 ** (rng.choice([0, 3, 5, 7, 10]) / 12)
        for step in range(8):
            position = 4 * bar + step / 2
            at, end = np.interp([position, position + 0.5], np.arange(len(beats)), beats)
            duration = max(end - at, 0.05)
            if step == 0 or rng.random() < (0.45 if step % 2 == 0 else 0.2):
                add(out, at, 1.3 * level * plucked(key, 1.8 * duration, 400.0), 0.5)
            if melody and rng.random() < 0.4:
                add(
                    out, at, level * plucked(key * 8 * 2 ** (rng.choice([0, 2, 4, 7, 9]) / 12), duration, 3_000.0), 0.35
                )
        if not melody:
            at, end = np.interp([4 * bar, 4 * bar + 4], np.arange(len(beats)), beats)
            add(out, at, level * pad(4 * key, max(end - at, 0.5)), 0.6)


def add_disturbance(out, difficulty, rng):
    """The sound with noise or crackle, if that is its difficulty."""
    level = np.sqrt(np.mean(out**2))
    if difficulty in ("white", "pink"):
        below = rng.choice([0.0, 5.0, 10.0])  # dB of the signal above the noise
        return out + level * 10 ** (-below / 20) * coloured_noise(difficulty, len(out), rng)[:, None]
    if difficulty == "crackle":
        for at in np.cumsum(rng.exponential(0.15, 400)):
            add(out, at, 4 * level * rng.random() * hiss(2_000, 12_000, 0.002, 0.006)(rng), rng.random())
    return out


def beatless(kind, rng):
    """A mono sound without a beat."""
    frames = round(SECONDS * RATE)
    if kind == "silence":
        return np.zeros(frames)
    if kind in ("white", "pink"):
        return 0.1 * coloured_noise(kind, frames, rng)
    out = np.zeros((frames, 2))
    if kind == "pad":
        at = 0.0
        while at < SECONDS:
            duration = rng.uniform(2, 6)
            add(out, at, 0.2 * pad(rng.uniform(150, 400), duration), 0.5)
            at += 0.8 * duration
    elif kind == "drops":  # at random, like rain
        for at in np.cumsum(rng.exponential(0.25, 400)):
            add(out, at, rng.uniform(0.1, 0.5) * tone(400, 4_000, 0.02, 0.08)(rng), 0.5)
    else:
        add_speech(out, rng)
    return out.mean(axis=1)


def add_speech(out, rng):
    """Add syllables of a voice: a buzz through changing formants, hisses between them, pauses."""
    at, hissing, syllable_scale = 0.2, 10 ** rng.uniform(-2, -0.8), rng.uniform(0.02, 0.04)
    while at < SECONDS:
        for _ in range(rng.integers(4, 14)):
            duration = rng.gamma(6, syllable_scale)
            t = np.arange(round(duration * RATE)) / RATE
            pitch = rng.uniform(90, 180) * (1 + 0.1 * np.sin(2 * np.pi * rng.uniform(1, 4) * t))
            buzz = ((np.cumsum(pitch) / RATE) % 1 < 0.1) - 0.1
            for formant in (rng.uniform(300, 800), rng.uniform(900, 2_200), rng.uniform(2_300, 3_200)):
                add(out, at, formant_filter(buzz, formant) * np.sin(np.pi * t / duration) ** 0.7, 0.5)
            if rng.random() < 0.4:
                add(out, at + duration, hissing * hiss(3_000, 9_000, 0.05, 0.12)(rng), 0.5)
            at += duration * rng.uniform(0.9, 1.4)
        at += rng.uniform(0.2, 0.9)
    out *= 0.1 / np.sqrt(np.mean(out**2))
