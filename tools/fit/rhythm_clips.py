"""Rhythms whose truth is known: drums of several styles with what makes them hard, and sound that has no beat at all.

Everything is drawn from a seed that is named by the clip, so that one can be made again alone.
"""

from typing import NamedTuple

import numpy as np

from tools.fit.drum_sounds import RATE, VOICES, add, coloured_noise, formant_filter, hiss, pad, plucked, tone

SECONDS = 24.0
STRAIGHT, TRIPLET = 16, 12  # steps in a bar
DRIFT = 0.04  # of the tempo, up and down
JITTER = 0.003, 0.006  # seconds a drummer's hits are off, standard deviation


class Style(NamedTuple):
    """What is played in a bar, by steps; a capital is an accent, a comma a ghost that often stays away."""

    slowest: float  # BPM
    fastest: float
    bars: tuple  # of {instrument: steps}; one of them is a clip's


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
HARDSHIPS = "plain fills drift break jump white pink crackle".split()
PANS = {"hat": 0.35, "open": 0.35, "ride": 0.65, "shaker": 0.65, "rim": 0.4, "conga": 0.6}
LEVELS = {"kick": 1.0, "snare": 0.8, "clap": 0.6, "click": 0.8, "hat": 0.3, "shaker": 0.2}
NULLS = "speech white pink pad drops silence".split()


def drawn(name):
    """What chance draws under a name."""
    return np.random.default_rng(np.random.SeedSequence(list(name.encode())))


def names(group, count):
    """So many clips, in which styles, hardships and tempi meet evenly."""
    for index in range(count):
        style = list(STYLES)[index % len(STYLES)]
        hardship = HARDSHIPS[(index // len(STYLES) + index) % len(HARDSHIPS)]
        yield f"{group}/{index}/{style}/{hardship}"


def make(name):
    """The clip of a name, `group/index/style/hardship` or `group/index/null/kind`."""
    _, _, style, hardship = name.split("/")
    rng = drawn(name)
    if style == "null":
        sound = np.repeat(beatless(hardship, rng)[:, None], 2, axis=1).astype(np.float32)
        return Clip(name, sound, np.zeros(0), np.zeros(0), np.zeros(0), np.nan)
    manner = STYLES[style]
    tempo = manner.slowest * (manner.fastest / manner.slowest) ** rng.random()
    beats, tempi, jump = pulse(tempo, hardship, rng)
    bar = manner.bars[rng.integers(len(manner.bars))]
    hits = sorted(played(bar, len(beats) // 4, hardship, rng))
    out = np.zeros((round((SECONDS + 2) * RATE), 2))
    jitter = rng.uniform(*JITTER) if style != "click" else 0.0
    voices = {instrument: VOICES[instrument](rng) for instrument in sorted({hit[1] for hit in hits})}
    for place, instrument, loud in hits:
        at = np.interp(place, np.arange(len(beats)), beats) + rng.normal(0, jitter)
        add(out, at, loud * voices[instrument], PANS.get(instrument, 0.5))
    if style not in ("click", "sparse") or rng.random() < 0.5:
        accompany(out, beats, style, rng)
    out = out[: round(SECONDS * RATE)]
    out *= 0.3 / np.sqrt(np.mean(out**2)) * 10 ** (-rng.uniform(6, 20) / 20)
    out = disturbed(out, hardship, rng)
    kept = beats < SECONDS
    return Clip(name, out.astype(np.float32), beats[kept], beats[::4][beats[::4] < SECONDS], tempi[kept], jump)


def pulse(tempo, hardship, rng):
    """Where beats lie, in seconds, how fast they go there, and when that jumped."""
    period, turn = rng.uniform(20, 40), rng.uniform(0, 2 * np.pi)
    start, jump = rng.uniform(0, 0.8), np.nan
    factor = np.exp(rng.choice([-1, 1]) * rng.uniform(0.12, 0.33))
    factor = factor if 60 <= tempo * factor <= 180 else 1 / factor
    beats, tempi = [], []
    at, now = start, tempo
    while at < SECONDS + 2 or len(beats) % 4:
        if hardship == "jump" and np.isnan(jump) and at > 11.0 and len(beats) % 4 == 0:
            now, jump = tempo * factor, at
        here = now * (1 + DRIFT * np.sin(2 * np.pi * at / period + turn)) if hardship == "drift" else now
        beats.append(at)
        tempi.append(here)
        at += 60 / here
    return np.array(beats), np.array(tempi), jump


def played(bar, count, hardship, rng):
    """Every hit: where, in beats, on what, and how loud."""
    levels = {instrument: LEVELS.get(instrument, 0.35) * 10 ** (rng.normal(0, 2.5) / 20) for instrument in bar}
    silent, fill = rng.integers(2, 5), rng.integers(0, 4)
    for number in range(count):
        if hardship == "break" and number % 6 == silent:
            continue
        filled = hardship == "fills" and number % 4 == fill
        for instrument, steps in bar.items():
            for step, mark in enumerate(steps):
                beat = 4 * step / len(steps)
                if mark == "." or (mark == "," and rng.random() < 0.5) or (filled and beat >= 3):
                    continue
                loud = {"X": 1.0, "x": 0.7, ",": 0.3}[mark] * 10 ** (rng.normal(0, 1.0) / 20)
                yield 4 * number + beat, instrument, levels[instrument] * loud
        if filled:
            per = len(next(iter(bar.values()))) // 4
            for step in range(per):
                yield 4 * number + 3 + step / per, ("tom", "snare")[rng.integers(2)], rng.uniform(0.4, 0.8)


def accompany(out, beats, style, rng):
    """A bass line, and either a pad or a tune, on the same beats."""
    root = rng.uniform(40, 60)
    tune, level = rng.random() < 0.5, rng.uniform(0.1, 0.35)
    for bar in range(len(beats) // 4):
        key = root * 2 ** (rng.choice([0, 3, 5, 7, 10]) / 12)
        for step in range(8):
            place = 4 * bar + step / 2
            at, until = np.interp([place, place + 0.5], np.arange(len(beats)), beats)
            long = max(until - at, 0.05)
            if step == 0 or rng.random() < (0.45 if step % 2 == 0 else 0.2):
                add(out, at, 1.3 * level * plucked(key, 1.8 * long, 400.0), 0.5)
            if tune and rng.random() < 0.4:
                add(out, at, level * plucked(key * 8 * 2 ** (rng.choice([0, 2, 4, 7, 9]) / 12), long, 3_000.0), 0.35)
        if not tune:
            at, until = np.interp([4 * bar, 4 * bar + 4], np.arange(len(beats)), beats)
            add(out, at, level * pad(4 * key, max(until - at, 0.5)), 0.6)


def disturbed(out, hardship, rng):
    level = np.sqrt(np.mean(out**2))
    if hardship in ("white", "pink"):
        below = rng.choice([0.0, 5.0, 10.0])  # dB, of the signal over the noise
        return out + level * 10 ** (-below / 20) * coloured_noise(hardship, len(out), rng)[:, None]
    if hardship == "crackle":
        for at in np.cumsum(rng.exponential(0.15, 400)):
            add(out, at, 4 * level * rng.random() * hiss(2_000, 12_000, 0.002, 0.006)(rng), rng.random())
    return out


def beatless(kind, rng):
    """Mono, without any beat to be found."""
    frames = round(SECONDS * RATE)
    if kind == "silence":
        return np.zeros(frames)
    if kind in ("white", "pink"):
        return 0.1 * coloured_noise(kind, frames, rng)
    out = np.zeros((frames, 2))
    if kind == "pad":
        at = 0.0
        while at < SECONDS:
            long = rng.uniform(2, 6)
            add(out, at, 0.2 * pad(rng.uniform(150, 400), long), 0.5)
            at += 0.8 * long
    elif kind == "drops":  # at random, like rain
        for at in np.cumsum(rng.exponential(0.25, 400)):
            add(out, at, rng.uniform(0.1, 0.5) * tone(400, 4_000, 0.02, 0.08)(rng), 0.5)
    else:
        talk(out, rng)
    return out.mean(axis=1)


def talk(out, rng):
    """Syllables of a voice: a buzz through moving formants, hisses between, pauses for breath."""
    at, hissing, pace = 0.2, 10 ** rng.uniform(-2, -0.8), rng.uniform(0.02, 0.04)
    while at < SECONDS:
        for _ in range(rng.integers(4, 14)):
            long = rng.gamma(6, pace)
            t = np.arange(round(long * RATE)) / RATE
            pitch = rng.uniform(90, 180) * (1 + 0.1 * np.sin(2 * np.pi * rng.uniform(1, 4) * t))
            buzz = ((np.cumsum(pitch) / RATE) % 1 < 0.1) - 0.1
            for formant in (rng.uniform(300, 800), rng.uniform(900, 2_200), rng.uniform(2_300, 3_200)):
                add(out, at, formant_filter(buzz, formant) * np.sin(np.pi * t / long) ** 0.7, 0.5)
            if rng.random() < 0.4:
                add(out, at + long, hissing * hiss(3_000, 9_000, 0.05, 0.12)(rng), 0.5)
            at += long * rng.uniform(0.9, 1.4)
        at += rng.uniform(0.2, 0.9)
    out *= 0.1 / np.sqrt(np.mean(out**2))
