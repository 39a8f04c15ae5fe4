"""What the built-in synth plays: endless modal music, composed a bar at a time.

Twenty-four bars make a movement, with a key, a motif and a groove of its own. Every draw is named by
seed, stage and number, so any bar can be written alone, in any order.
"""

import math
from typing import NamedTuple

import numpy as np

BEATS, STEPS, MOVEMENT, CHORD = 4, 16, 24, 2  # beats and steps of a bar, bars of a movement and of a chord
HOME = 50  # MIDI; the keys lie around D
ECHO, REPEATS, KEPT = 3, 3, 0.45  # steps between repeats, how many, and the level each one keeps

MODES = (  # steps of the scale; progressions of its degrees
    ((0, 2, 3, 5, 7, 9, 10), ((0, 3, 0, 6), (0, 2, 6, 3), (0, 6, 3, 4))),  # dorian
    ((0, 2, 3, 5, 7, 8, 10), ((0, 5, 2, 6), (0, 3, 5, 6), (0, 2, 3, 5))),  # aeolian
    ((0, 2, 4, 5, 7, 9, 10), ((0, 6, 3, 0), (0, 4, 6, 3), (0, 3, 1, 6))),  # mixolydian
    ((0, 2, 4, 6, 7, 9, 11), ((0, 1, 5, 4), (0, 4, 1, 5), (0, 2, 1, 4))),  # lydian
    ((0, 2, 4, 5, 7, 9, 11), ((0, 5, 3, 4), (0, 2, 5, 3), (3, 0, 4, 5))),  # ionian
)
KEYS = (0, 5, -5, 3, -2)  # neighbours of home
FORMS = (  # the first movement takes the first form; sections last whole chords
    (("intro", 4), ("build", 6), ("break", 4), ("full", 8), ("outro", 2)),
    (("intro", 2), ("build", 4), ("full", 6), ("break", 4), ("full", 6), ("outro", 2)),
    (("break", 6), ("build", 4), ("full", 12), ("outro", 2)),
    (("full", 6), ("outro", 2), ("intro", 6), ("build", 4), ("full", 6)),
)
PARTS = ("pad", "pluck", "bell", "bass", "kick", "clap", "hat")
SECTIONS = {  # the level of each part as the section begins, and as it ends
    "intro": ((0.5, 0.2, 0.5, 0.0, 0.0, 0.0, 0.0), (0.9, 0.6, 0.6, 0.0, 0.0, 0.0, 0.0)),
    "build": ((0.8, 0.6, 0.0, 0.6, 0.6, 0.0, 0.2), (0.9, 1.0, 0.0, 0.9, 1.0, 0.8, 0.9)),
    "break": ((0.9, 0.3, 1.0, 0.0, 0.0, 0.0, 0.0), (0.9, 0.5, 0.7, 0.0, 0.0, 0.0, 0.3)),
    "full": ((1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0), (1.0, 1.0, 0.4, 1.0, 1.0, 1.0, 1.0)),
    "outro": ((0.9, 0.6, 0.6, 0.7, 0.0, 0.0, 0.3), (0.7, 0.2, 0.6, 0.5, 0.0, 0.0, 0.0)),
}
KICKS = ((0, 4, 8, 12), (0, 8, 10), (0, 6, 10), (0, 7, 8))
BASSES = (((0, 6), (6, 4), (10, 5)), ((0, 3), (3, 5), (8, 3), (11, 5)), ((0, 10), (10, 6)), ((2, 4), (6, 2), (10, 4), (14, 2)))


class Note(NamedTuple):
    voice: str
    time: float  # seconds from the start of the bar, never negative
    hz: float
    level: float  # 1 is struck firmly
    pan: float = 0.0  # -1 left, 1 right
    length: float = 0.0  # seconds; 0 lets it ring out


class Theme(NamedTuple):
    """What a movement keeps from its first bar to its last."""

    form: tuple
    scale: tuple
    key: int
    chords: tuple  # degrees
    motif: np.ndarray  # (CHORD, STEPS), places in the chord; -1 rests
    kick: tuple
    bass: tuple
    swing: float  # part of a step by which every second one is late


def draws(seed, stage, number):
    """The random numbers of one stage of one bar or movement."""
    return np.random.default_rng(np.random.SeedSequence((seed, stage, number)))


def theme(seed, movement):
    rng = draws(seed, 0, movement)
    scale, progressions = MODES[rng.integers(len(MODES))]
    hits = rng.integers(5, 8)  # spread evenly over the bar, then turned: a Euclidean rhythm
    struck = (np.arange(STEPS) + 2 * rng.integers(8)) * hits % STEPS < hits
    walk = 3 + np.cumsum(rng.choice([-2, -1, 1, 2], (CHORD, STEPS)), axis=1)
    folded = np.abs((walk + 6) % 12 - 6)  # walks up and down over seven places
    return Theme(
        form=FORMS[rng.integers(len(FORMS)) if movement else 0],
        scale=scale,
        key=HOME + KEYS[rng.integers(len(KEYS)) if movement else 0],
        chords=progressions[rng.integers(len(progressions))],
        motif=np.where(struck, folded, -1),
        kick=KICKS[rng.integers(len(KICKS))],
        bass=BASSES[rng.integers(len(BASSES))],
        swing=rng.uniform(0.06, 0.2),
    )


def section(form, bar):
    """The section that a bar of the movement is in, and how far into it the bar is, from 0 to 1."""
    for name, bars in form:
        if bar < bars:
            return name, bar / max(bars - 1, 1)
        bar -= bars
    raise IndexError(f"the form {form} is shorter than {MOVEMENT} bars")


def chord(scale, key, degree):
    """Root, third, fifth and a colour as MIDI pitches: the seventh if minor, else the ninth."""
    pitch = lambda d: key + scale[d % 7] + 12 * (d // 7)  # noqa: E731
    root, third, fifth = pitch(degree), pitch(degree + 2), pitch(degree + 4)
    return root, third, fifth, pitch(degree + 6 if third - root == 3 else degree + 8)


def above(floor, pitch):
    """The same note in the octave from `floor` up: chords held in one octave move by small steps."""
    return floor + (pitch - floor) % 12


def hertz(pitch, cents=0.0):
    return 440.0 * 2.0 ** ((pitch - 69 + cents / 100) / 12)


def compose(seed, bar, *, tempo, density):
    """The notes that begin in a bar. Each lasts at most CHORD bars, or rings out."""
    movement, at = divmod(bar, MOVEMENT)
    song = theme(seed, movement)
    name, progress = section(song.form, at)
    begin, end = SECTIONS[name]
    part = {p: a + progress * (b - a) for p, a, b in zip(PARTS, begin, end)}
    tones = chord(song.scale, song.key, song.chords[at // CHORD % len(song.chords)])
    rng = draws(seed, 1, bar)
    step = 60 * BEATS / (STEPS * tempo)
    when = lambda s: (s + song.swing * (s % 2)) * step + rng.uniform(0, 0.004)  # noqa: E731
    notes = []

    if at % CHORD == 0:
        root, third, fifth, colour = tones
        low, high = above(46, root), above(58, third)
        for pitch in (low, above(50, fifth), high, above(58, colour)):
            for side in (-1, 1):
                wide = side * rng.uniform(3, 6)
                level = part["pad"] * rng.uniform(0.85, 1.0)
                notes.append(Note("pad", 0.0, hertz(pitch, wide), level, 0.75 * side, CHORD * STEPS * step))
    pool = sorted(above(octave, tone) for tone in tones for octave in (61, 73))
    for s, place in enumerate(song.motif[at % CHORD]):
        if place >= 0 and rng.random() < part["pluck"] * (0.4 + density):
            hz = hertz(pool[place] + 12 * (rng.random() < 0.06))
            struck = part["pluck"] * rng.uniform(0.5, 0.8) * (1.25 if s % 4 == 0 else 1.0)
            notes += echoed(Note("pluck", when(s), hz, struck, rng.uniform(-0.5, 0.5)), step)
    for s in rng.choice(STEPS // 2, 2, replace=False) * 2:
        if rng.random() < part["bell"] * (0.3 + density):
            hz = hertz(12 + pool[rng.integers(3, 7)])
            notes += echoed(Note("bell", when(s), hz, part["bell"] * rng.uniform(0.4, 0.8), rng.uniform(-0.8, 0.8)), step)
    if part["bass"]:
        low = above(33, tones[0])
        for s, length in song.bass:
            pitch = low + (7 if s > 8 and rng.random() < 0.2 else 0)
            notes.append(Note("bass", when(s), hertz(pitch), part["bass"] * rng.uniform(0.85, 1.0), 0.0, 0.9 * length * step))
    if part["kick"]:
        for s in song.kick[: -1 if at % 4 == 3 else None]:  # a breath before the next chord
            notes.append(Note("kick", when(s), 47.0, part["kick"] * (1.0 if s % 8 == 0 else rng.uniform(0.75, 0.9))))
    if part["clap"]:
        for s in (4, 12):
            notes += clapped(when(s), part["clap"] * rng.uniform(0.85, 1.0))
        if rng.random() < 0.5 * density:
            notes += clapped(when(rng.choice((7, 9, 15))), 0.3 * part["clap"])
    if part["hat"]:
        for s in range(STEPS):
            firm = (0.55, 0.25, 1.0, 0.3)[s % 4] * part["hat"] * rng.uniform(0.7, 1.0)
            if s % 2 == 0 or rng.random() < density:
                opened = s == 14 and rng.random() < 0.4
                notes.append(Note("open hat" if opened else "hat", when(s), 8_500.0, firm, rng.uniform(0.1, 0.4)))
    last = at + 1 == MOVEMENT
    following = section(song.form, at + 1)[0] if not last else ""
    if following == "full" and name != "full":
        length = STEPS * step
        notes.append(Note("riser", 0.0, 2_400.0, 1.0, 0.0, length))
    if name == "full" and progress == 0.0:
        notes.append(Note("crash", 0.0, 5_200.0, 1.0))
    return notes


def echoed(note, step):
    """A note, its echoes from side to side, and a soft bloom of it on both sides."""
    repeats = range(REPEATS + 1)
    for n in repeats:
        late, pan = note.time + n * ECHO * step, note.pan if n == 0 else math.copysign(0.7, (-1) ** n * note.pan)
        yield note._replace(time=late, level=note.level * KEPT**n, pan=pan)
    for side in (-1, 1):
        yield note._replace(voice="bloom", hz=note.hz * 2.0 ** (side / 300), pan=0.9 * side)


def clapped(time, level):
    """A few hands, never quite together, over a drum."""
    yield Note("drum", time, 185.0, level)
    for late, pan in ((0.0, -0.3), (0.011, 0.3), (0.024, 0.0)):
        yield Note("clap", time + late, 1_300.0, level * (0.6 + 16 * late), pan)
