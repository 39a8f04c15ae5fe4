"""What the built-in synth plays: endless modal music, composed a bar at a time.

Twenty-four bars make a movement with its own key, motif and groove. Every random draw depends on seed, stage and
number only, so any bar can be composed alone, in any order.
"""

import math
from typing import NamedTuple

import numpy as np

BEATS, STEPS, MOVEMENT, CHORD = 4, 16, 24, 2  # beats and steps of a bar, bars of a movement and of a chord
HOME_PITCH = 50  # MIDI; keys lie around D
ECHO_STEPS, REPEATS, REPEAT_LEVEL = 3, 3, 0.45  # steps between repeats, their number, level of each

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
BASSES = (
    ((0, 6), (6, 4), (10, 5)),
    ((0, 3), (3, 5), (8, 3), (11, 5)),
    ((0, 10), (10, 6)),
    ((2, 4), (6, 2), (10, 4), (14, 2)),
)


class Note(NamedTuple):
    voice: str
    time: float  # seconds from the start of the bar, never negative
    hz: float
    level: float  # 1 is a firm stroke
    pan: float = 0.0  # -1 left, 1 right
    length: float = 0.0  # seconds; 0: until it has decayed


class Theme(NamedTuple):
    """What all bars of a movement have in common."""

    form: tuple
    scale: tuple
    key: int  # MIDI
    chords: tuple  # degrees of the scale
    motif: np.ndarray  # (CHORD, STEPS), places among the chord's notes; -1 rests
    kick: tuple  # steps
    bass: tuple  # steps and lengths in steps
    swing: float  # share of a step by which every second step is late


class Bar(NamedTuple):
    """A bar, as its parts see it."""

    at: int  # in its movement
    theme: Theme
    section: str
    parts: dict  # how loud each part is
    tones: tuple  # root, third, fifth and colour of the chord
    density: float
    step: float  # seconds
    rng: np.random.Generator

    def time_of(self, step):
        """The time of a step in seconds, with swing and a few milliseconds of chance."""
        return (step + self.theme.swing * (step % 2)) * self.step + self.rng.uniform(0, 0.004)

    def level(self, part, low, high=1.0):
        return self.parts[part] * self.rng.uniform(low, high)


def compose(seed, bar, *, tempo, density):
    """The notes that begin in a bar, with their echoes. None is held for longer than CHORD bars."""
    movement, at = divmod(bar, MOVEMENT)
    theme = make_theme(seed, movement)
    section, progress = section_at(theme.form, at)
    parts = {part: begin + progress * (end - begin) for part, begin, end in zip(PARTS, *SECTIONS[section])}
    tones = chord(theme.scale, theme.key, theme.chords[at // CHORD % len(theme.chords)])
    step = 60 * BEATS / (STEPS * tempo)
    here = Bar(at, theme, section, parts, tones, density, step, random_stream(seed, 1, bar))
    return [note for part in (pads, plucks, bells, basses, drums, transitions) for note in part(here)]


def random_stream(seed, stage, number):
    """The random numbers of one stage of one bar or movement."""
    return np.random.default_rng(np.random.SeedSequence((seed, stage, number)))


def make_theme(seed, movement):
    rng = random_stream(seed, 0, movement)
    scale, progressions = MODES[rng.integers(len(MODES))]
    hits = rng.integers(5, 8)  # spread evenly over the bar, then turned: a Euclidean rhythm
    struck = (np.arange(STEPS) + 2 * rng.integers(8)) * hits % STEPS < hits
    walk = 3 + np.cumsum(rng.choice([-2, -1, 1, 2], (CHORD, STEPS)), axis=1)
    folded = np.abs((walk + 6) % 12 - 6)  # up and down over seven positions
    return Theme(
        form=FORMS[rng.integers(len(FORMS)) if movement else 0],
        scale=scale,
        key=HOME_PITCH + KEYS[rng.integers(len(KEYS))],
        chords=progressions[rng.integers(len(progressions))],
        motif=np.where(struck, folded, -1),
        kick=KICKS[rng.integers(len(KICKS))],
        bass=BASSES[rng.integers(len(BASSES))],
        swing=rng.uniform(0.06, 0.2),
    )


def section_at(form, at):
    """The section that a bar of the movement is in, and the position in it, 0 to 1."""
    for section, bars in form:
        if at < bars:
            return section, at / (bars - 1)
        at -= bars
    return None, 0.0


def chord(scale, key, degree):
    """Root, third, fifth and a colour as MIDI pitches: the seventh over a minor third, else the ninth."""
    root, third, fifth, seventh, ninth = (
        key + scale[d % 7] + 12 * (d // 7) for d in (degree, degree + 2, degree + 4, degree + 6, degree + 8)
    )
    return root, third, fifth, seventh if third - root == 3 else ninth


def octave_from(floor, pitch):
    """A pitch moved into the octave from `floor` up, so that chords move by small steps."""
    return floor + (pitch - floor) % 12


def hertz(pitch):
    return 440.0 * 2.0 ** ((pitch - 69) / 12)


def pads(bar):
    if bar.at % CHORD == 0:
        for floor, tone in zip((46, 58, 50, 58), bar.tones):
            for side in (-1, 1):
                detuned = octave_from(floor, tone) + side * bar.rng.uniform(0.03, 0.06)
                yield Note("pad", 0.0, hertz(detuned), bar.level("pad", 0.85), 0.75 * side, CHORD * STEPS * bar.step)


def plucks(bar):
    places = sorted(octave_from(floor, tone) for tone in bar.tones for floor in (61, 73))
    for step, place in enumerate(bar.theme.motif[bar.at % CHORD]):
        if place >= 0 and bar.rng.random() < bar.parts["pluck"] * (0.4 + bar.density):
            pitch = places[place] + (12 if bar.rng.random() < 0.06 else 0)
            level = bar.level("pluck", 0.5, 0.8) * (1.25 if step % 4 == 0 else 1.0)
            yield from with_echoes(
                Note("pluck", bar.time_of(step), hertz(pitch), level, bar.rng.uniform(-0.5, 0.5)), bar.step
            )


def bells(bar):
    for step in 2 * bar.rng.choice(STEPS // 2, 2, replace=False):
        if bar.rng.random() < bar.parts["bell"] * (0.3 + bar.density):
            pitch = octave_from(81, bar.rng.choice(bar.tones))
            level, pan = bar.level("bell", 0.4, 0.8), bar.rng.uniform(-0.8, 0.8)
            yield from with_echoes(Note("bell", bar.time_of(step), hertz(pitch), level, pan), bar.step)


def basses(bar):
    root = octave_from(33, bar.tones[0])
    for step, steps in bar.theme.bass if bar.parts["bass"] else ():
        pitch = root + (7 if step > 8 and bar.rng.random() < 0.2 else 0)
        yield Note("bass", bar.time_of(step), hertz(pitch), bar.level("bass", 0.85), length=0.9 * steps * bar.step)


def drums(bar):
    kicks = bar.theme.kick[: -1 if bar.at % 4 == 3 else None]  # a rest before the next chord
    for step in kicks if bar.parts["kick"] else ():
        yield Note("kick", bar.time_of(step), 47.0, bar.level("kick", 0.8) if step % 8 else bar.parts["kick"])
    if bar.parts["clap"]:
        for step in (4, 12):
            yield from clap(bar.time_of(step), bar.level("clap", 0.85))
        if bar.rng.random() < 0.5 * bar.density:
            yield from clap(bar.time_of(bar.rng.choice((7, 9, 15))), 0.3 * bar.parts["clap"])
    for step in range(STEPS) if bar.parts["hat"] else ():
        if step % 2 == 0 or bar.rng.random() < bar.density:
            voice = "open hat" if step == 14 and bar.rng.random() < 0.4 else "hat"
            level = (0.55, 0.25, 1.0, 0.3)[step % 4] * bar.level("hat", 0.7)
            yield Note(voice, bar.time_of(step), 8_500.0, level, bar.rng.uniform(-0.1, 0.4))


def transitions(bar):
    """A riser before a full section, and a crash at its start."""
    following, _ = section_at(bar.theme.form, bar.at + 1)
    if following == "full" != bar.section:
        yield Note("riser", 0.0, 2_400.0, 1.0, length=STEPS * bar.step)
    if bar.section == "full" and (bar.at == 0 or section_at(bar.theme.form, bar.at - 1)[0] != "full"):
        yield Note("crash", 0.0, 5_200.0, 1.0)


def with_echoes(note, step):
    """A note, its echoes from side to side, and a soft bloom on both sides."""
    yield note
    away = -math.copysign(0.7, note.pan)
    for n in range(1, REPEATS + 1):
        yield note._replace(time=note.time + n * ECHO_STEPS * step, level=note.level * REPEAT_LEVEL**n, pan=away)
        away = -away
    for side in (-1, 1):
        yield note._replace(voice="bloom", hz=note.hz * 2.0 ** (side / 300), pan=0.9 * side)


def clap(time, level):
    """A clap: three bursts, a few milliseconds apart, over a drum."""
    yield Note("drum", time, 185.0, level)
    for late, share, pan in ((0.0, 0.6, -0.3), (0.011, 0.8, 0.3), (0.024, 1.0, 0.0)):
        yield Note("clap", time + late, 1_300.0, share * level, pan)
