"""The built-in synth: seeded music without end, the same every time, from any sample on.

Every sound is a sum of decaying partials under a smooth window; noisy ones are multiplied by noise. All of it is a
closed form of the time since the onset, rendered in cells on an absolute grid, so that block sizes and seeks are
inaudible. Echoes and reverberation are notes too: no state passes from one cell to the next.
"""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from phosphene.engine.audio.sources.composer import BEATS, CHORD, compose, random_stream
from phosphene.engine.common.params import Param, default_values
from phosphene.engine.native import aligned_zeros, kernel

PARAMS = (
    Param("tempo", 96.0, low=60.0, high=140.0, unit="BPM"),
    Param("density", 0.6, low=0.0, high=1.0),
    Param("brightness", 0.5, low=0.0, high=1.0),
    Param("level", 0.0, low=-60.0, high=0.0, unit="dB"),
)
CELL, RUN = 1024, 32  # frames rendered at once; frames for which the rotation of a partial is tabulated
NOISE = 1 << 15  # points; longer than any one sound draws
HIGHEST_PARTIAL = 0.45  # of the rate: partials above are left out
MAX_TAIL = 6.0  # seconds that a note may last after CHORD bars
SOFT_ATTACK = 0.02  # seconds: slower attacks have random phases
SILENT = 1e-7  # of full scale: quieter partials are left out
KNEE, ROOM = 0.5, 0.385  # of full scale: where soft clipping begins, and the range above it; -1.06 dBFS at most


class Voice(NamedTuple):
    level: float
    attack: float  # seconds
    release: float  # seconds
    ring: float  # seconds in which the partial at ratio 1 falls by 60 dB
    dull: float  # exponent of the ratio by which higher partials decay faster
    ratios: tuple
    levels: tuple
    grain: float = 0.0  # Hz, bandwidth of the noise it is multiplied by; 0 for none


VOICES = {
    "pad": Voice(0.027, 1.0, 1.8, math.inf, 0.0, (1, 2, 3, 4, 5, 6, 8), (1.0, 0.6, 0.45, 0.3, 0.2, 0.14, 0.1)),
    "pluck": Voice(0.13, 0.003, 0.1, 1.8, 0.8, (1, 2, 3.002, 4.01, 5.02, 7.05), (1.0, 0.6, 0.5, 0.35, 0.2, 0.2)),
    "bloom": Voice(0.04, 0.12, 0.5, 4.5, 0.7, (1, 2, 3), (1.0, 0.5, 0.3)),
    "bell": Voice(0.11, 0.003, 0.3, 3.5, 0.6, (1, 2.01, 2.76, 5.4), (1.0, 0.3, 0.4, 0.25)),
    "bass": Voice(0.17, 0.008, 0.06, 3.0, 1.0, (1, 2, 3, 4, 5), (1.0, 0.5, 0.25, 0.12, 0.06)),
    "kick": Voice(0.5, 0.002, 0.05, 0.55, 1.8, (1, 1.9, 3.4, 6.2, 11, 40), (1.0, -0.7, 0.5, -0.3, 0.2, -0.1)),
    "drum": Voice(0.12, 0.002, 0.05, 0.25, 0.6, (1, 1.78), (1.0, -0.5)),
    "clap": Voice(0.17, 0.002, 0.05, 0.3, 0.2, (1, 1.9, 3.1), (1.0, 0.8, 0.7), 2_500.0),
    "hat": Voice(0.19, 0.001, 0.02, 0.12, 0.0, (1, 1.25, 1.5), (1.0, 0.9, 0.7), 5_000.0),
    "open hat": Voice(0.16, 0.001, 0.05, 0.5, 0.0, (1, 1.25, 1.5), (1.0, 0.9, 0.7), 5_000.0),
    "crash": Voice(0.13, 0.002, 0.3, 3.0, 0.5, (1, 1.6, 2.3), (1.0, 0.9, 0.6), 4_000.0),
    "riser": Voice(0.17, 9.0, 0.06, math.inf, 0.0, (1, 2, 3), (1.0, 0.8, 0.5), 2_500.0),
}


class NoteTable(NamedTuple):
    """Notes as the kernels read them."""

    onset: np.ndarray  # (notes,) int64, absolute frame
    shape: np.ndarray  # (notes, 7): attack, release, length, left, right, grain, place in the noise
    count: np.ndarray  # (notes,) int64, partials of each
    partials: np.ndarray  # (partials, 4): Hz, fall per second, level, phase in turns
    turn: np.ndarray  # (partials, 2, RUN + 1), cosine and sine of each as it turns and falls through a run


NO_NOTES = NoteTable(
    np.zeros(0, np.int64), np.zeros((0, 7)), np.zeros(0, np.int64), np.zeros((0, 4)), np.zeros((0, 2, RUN + 1))
)


def concatenate_tables(tables):
    return NoteTable(*map(np.concatenate, zip(*tables)))


class RenderMemory(NamedTuple):
    """Working memory of a synth."""

    noise: np.ndarray  # (2, NOISE + 1)
    voice: np.ndarray  # (CELL // RUN, RUN), one note
    mix: np.ndarray  # (2, CELL // RUN, RUN)
    cell: np.ndarray  # (CELL, 2) float32, finished
    cell_number: np.ndarray  # (1,) int64, the number of that cell


def make_note_table(notes, rng, *, start, rate, brightness):
    """The table of notes whose times count from frame `start`."""
    tables = [NO_NOTES]
    for name, voice in VOICES.items():
        own = [note[1:] for note in notes if note.voice == name]
        if not own:
            continue
        time, hz, level, pan, length = np.array(own).T
        length = np.where(length > 0, length + voice.release, min(1.2 * voice.ring, MAX_TAIL))
        attack = np.minimum(voice.attack, length - voice.release)
        left, right = np.sqrt(1 - pan), np.sqrt(1 + pan)
        release, grain = np.full(len(own), voice.release), np.full(len(own), voice.grain)
        begin = rng.integers(NOISE, size=len(own))

        ratios = np.array(voice.ratios)
        partial = hz[:, None] * ratios
        fall = np.broadcast_to(math.log(1000) / voice.ring * ratios**voice.dull, partial.shape)
        # softer notes are darker, and so are echoes
        bright = 1.6 * (brightness - 0.5) + 0.5 * (np.minimum(level, 1) - 1)
        loud = voice.level * level[:, None] * voice.levels * ratios ** bright[:, None]
        # a balanced phase swings as far one way as the other; otherwise drums add up to DC
        balanced = -np.arctan2(math.tau * partial, fall) / math.tau - partial * voice.attack / 2
        phase = rng.random(partial.shape) if voice.attack > SOFT_ATTACK or voice.grain else balanced
        kept = partial < HIGHEST_PARTIAL * rate
        turn = np.exp((math.tau * 1j * partial - fall)[kept][:, None] * np.arange(RUN + 1) / rate)
        tables.append(
            NoteTable(
                start + np.rint(time * rate).astype(np.int64),
                np.stack([attack, release, length, left, right, grain, begin], axis=1),
                kept.sum(axis=1, dtype=np.int64),
                np.stack([partial, fall, loud, phase], axis=-1)[kept],
                np.stack([turn.real, turn.imag], axis=1),
            )
        )
    return concatenate_tables(tables)


@kernel
def add_partial(table, p, voice, rate, on, begin):
    """Add partial `p` to the voice from run `begin` to the end of the cell; `on` is frames since the onset."""
    hz, fall, level, phase = table.partials[p, 0], table.partials[p, 1], table.partials[p, 2], table.partials[p, 3]
    cosine, sine = table.turn[p, 0], table.turn[p, 1]
    time = (on + begin * RUN) / rate
    size = level * math.exp(-fall * time)
    if size < SILENT:
        return
    turns = hz * time + phase
    angle = math.tau * (turns - math.floor(turns))
    a, b = size * math.cos(angle), size * math.sin(angle)
    x, y = cosine[RUN], sine[RUN]
    for run in range(begin, CELL // RUN):
        row = voice[run]
        for n in range(RUN):
            row[n] += a * sine[n] + b * cosine[n]
        a, b = a * x - b * y, a * y + b * x


@kernel
def apply_window(shape, memory, rate, on, begin):
    """Multiply the voice by its window."""
    attack, release, length = shape[0], shape[1], shape[2]
    if on > attack * rate and on + CELL < (length - release) * rate:
        return
    for run in range(begin, CELL // RUN):
        voice = memory.voice[run]
        for n in range(RUN):
            time = (on + run * RUN + n) / rate
            rise = min(max(time / attack, 0.0), 1.0)
            sink = min(max((length - time) / release, 0.0), 1.0)
            voice[n] *= rise * rise * (3.0 - 2.0 * rise) * sink * sink * (3.0 - 2.0 * sink)


@kernel
def add_noisy_voice(side, shape, memory, rate, on, begin):
    """Add the voice to one side of the mix, times noise."""
    gain, grain, place = shape[3 + side], shape[5], shape[6]
    noise = memory.noise[side]
    for run in range(begin, CELL // RUN):
        voice, mix = memory.voice[run], memory.mix[side, run]
        for n in range(RUN):
            at = max(on + run * RUN + n, 0) * grain / rate + place
            k = int(at)
            u = at - k
            k &= NOISE - 1
            mix[n] += gain * voice[n] * (noise[k] + (noise[k + 1] - noise[k]) * u * u * (3.0 - 2.0 * u))


@kernel
def add_voice(shape, memory, begin):
    """Add the voice to both sides of the mix."""
    a, b = shape[3], shape[4]
    for run in range(begin, CELL // RUN):
        voice, left, right = memory.voice[run], memory.mix[0, run], memory.mix[1, run]
        for n in range(RUN):
            left[n] += a * voice[n]
            right[n] += b * voice[n]


@kernel
def render_cell(table, memory, rate, gain, start):
    """Render the cell that begins at frame `start`."""
    memory.mix[:] = 0.0
    first = 0
    for note in range(table.onset.shape[0]):
        on, shape, last = start - table.onset[note], table.shape[note], first + table.count[note]
        if -on < CELL and on < shape[2] * rate:
            begin = max(-on, 0) // RUN
            memory.voice[begin:] = 0.0
            for p in range(first, last):
                add_partial(table, p, memory.voice, rate, on, begin)
            apply_window(shape, memory, rate, on, begin)
            if shape[5] > 0.0:
                add_noisy_voice(0, shape, memory, rate, on, begin)
                add_noisy_voice(1, shape, memory, rate, on, begin)
            else:
                add_voice(shape, memory, begin)
        first = last
    for side in range(2):
        for run in range(CELL // RUN):
            for n in range(RUN):
                x = memory.mix[side, run, n]
                over = max(abs(x) - KNEE, 0.0) / ROOM
                clipped = min(abs(x), KNEE) + ROOM * over / math.sqrt(1.0 + over * over)
                memory.cell[run * RUN + n, side] = gain * math.copysign(clipped, x)


@kernel
def render(table, memory, rate, gain, position, out):
    """Copy frames out of cells, rendering a cell when it is not the one at hand."""
    done = 0
    while done < out.shape[0]:
        cell = (position + done) // CELL
        if memory.cell_number[0] != cell:
            render_cell(table, memory, rate, gain, cell * CELL)
            memory.cell_number[0] = cell
        skip = position + done - cell * CELL
        count = min(CELL - skip, out.shape[0] - done)
        for n in range(count):
            out[done + n, 0] = memory.cell[skip + n, 0]
            out[done + n, 1] = memory.cell[skip + n, 1]
        done += count


class Synth:
    """An endless stereo source.

    Sample n depends on rate, seed, params and n only: not on where reading began, nor on block sizes.

    Parameters
    ----------
    rate : float
        Frames per second.
    seed : int
        Selects the piece.
    params : mapping, optional
        Values that differ from the defaults of PARAMS.

    Attributes
    ----------
    position : int
        The first frame of the next `read`.
    """

    def __init__(self, rate, *, seed=0, params=None):
        self.rate, self.seed, self.position = float(rate), seed, 0
        given = default_values(PARAMS) | dict(params or {})
        self.params = {param.name: param.clamp(given[param.name]) for param in PARAMS}
        self.gain = 10 ** (self.params["level"] / 20)
        seconds = 60 * BEATS / Fraction(self.params["tempo"])
        self.bar = seconds * Fraction(rate)  # frames, as a fraction: no rounding error adds up
        self.reach = CHORD + math.ceil(MAX_TAIL / seconds)  # bars over which a note may still sound, with its own
        self.bars, self.table = {}, NO_NOTES
        self.span = range(0)  # frames that the table covers: the cells whose last frame is in its bar
        noise = random_stream(seed, 2, 0).uniform(-1, 1, (2, NOISE + 1))
        noise[:, -1] = noise[:, 0]
        voice, mix = aligned_zeros((CELL // RUN, RUN), np.float64), aligned_zeros((2, CELL // RUN, RUN), np.float64)
        self.memory = RenderMemory(noise, voice, mix, aligned_zeros((CELL, 2), np.float32), np.full(1, -1))

    def seek(self, position):
        """Go to a frame. Costs the same for any distance."""
        self.position = position

    def read(self, out):
        """Fill a float32 (frames, 2) array with the next frames."""
        done = 0
        while done < len(out):
            if self.position not in self.span:
                self._load_bar()
            part = out[done : done + self.span.stop - self.position]
            render(self.table, self.memory, self.rate, self.gain, self.position, part)
            self.position += len(part)
            done += len(part)

    def _load_bar(self):
        """Collect all notes that sound in a bar: its own, and those of the bars before."""
        last = self.position // CELL * CELL + CELL - 1
        bar = -(-(last + 1) // self.bar) - 1
        near = range(max(bar - self.reach, 0), bar + 1)
        self.bars = {b: self.bars.get(b) or self._compose(b) for b in near}
        self.table = concatenate_tables(self.bars.values())
        self.span = range(*(int(b * self.bar) // CELL * CELL for b in (bar, bar + 1)))

    def _compose(self, bar):
        tempo, density, brightness = (self.params[name] for name in ("tempo", "density", "brightness"))
        notes = compose(self.seed, bar, tempo=tempo, density=density)
        start, rng = int(bar * self.bar), random_stream(self.seed, 3, bar)
        return make_note_table(notes, rng, start=start, rate=self.rate, brightness=brightness)
