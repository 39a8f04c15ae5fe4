"""The modulation matrix: rows, each from something heard to a parameter, stepped once for every frame."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.modulation import kernel
from phosphene.engine.modulation.generators import SHAPES, Walk
from phosphene.engine.modulation.inputs import share_of
from phosphene.engine.modulation.kernel import AT, make_wiring
from phosphene.engine.modulation.trajectory.trajectory import NAMES, Spec, advance, make_trajectory, shares

CURVES = ("linear", "exp", "s", "steps")
WHENS = ("always", "beat", "onset")
HEARD_AS = {"onset": AT.onset_event, "kick": AT.kick, "snare": AT.snare, "hat": AT.hat, "beat": AT.beat, "bar": AT.bar}


class Modulation(NamedTuple):
    """What moves what, in plain values, as it travels between processes. See engine.presets.Preset.modulation."""

    seed: int
    sources: dict  # by name
    rows: list  # as in a preset, but `to` is a list of places, and `range` is told
    trajectory: dict  # a Spec's fields


STILL = Modulation(0, {}, [], {})  # nothing moves


class Matrix:
    """Where rows want the places that they move, frame after frame.

    It hangs on the frames and on the seed alone. A place holds (share, toward): what a parameter becomes is
    base + toward - share * base. Where no row has any amount both are exactly 0.

    Parameters
    ----------
    modulation : Modulation
    rate : int
        Samples per second of the frames' stamps.
    places : int
        How many there are; what rows move beyond is someone else's.
    """

    def __init__(self, modulation, rate, places):
        self.rate, self.places = rate, places
        self.record, self.keys, self.wiring = None, ([], []), None
        self.trajectory, self.travels = None, None
        self._wire(modulation)

    @property
    def moved(self):
        """(places, 2), as of the last frame."""
        return self.wiring.moved

    def step(self, record):
        """Hear the next frame, a record that is all numbers; gives `moved`."""
        self.record = record.copy()
        self._step()
        return self.moved

    def change(self, modulation, *, glide=True):
        """Take other rows from here on: those that stay go on, and what the change moves glides.

        Without `glide` it is there at once, as for a genome that is faded in.
        """
        stood = self.moved.copy()
        self._wire(modulation)
        if self.record is not None:
            self._step()
        if glide:
            self.wiring.rest[:] = stood - self.moved
            self.moved[:] = stood

    def _step(self):
        now = self.record[AT.sample] / self.rate
        for s, walk in self.walks:
            walk.reach(now)
            self.wiring.lots[s] = walk.lots
        if self.trajectory:
            advance(self.trajectory, self.record)
            for s, at in self.coordinates:
                self.wiring.lots[s, 0] = shares(self.trajectory)[at]
        kernel.step(self.wiring, self.record)

    def _wire(self, modulation):
        """Lay the arrays anew; a source and a row that were there before bring what they remember."""
        names = list(dict.fromkeys(row["from"] for row in modulation.rows))
        links = [(r, place) for r, row in enumerate(modulation.rows) for place in row["to"] if place < self.places]
        old, before = self.wiring, self.keys
        new = make_wiring(len(names), len(modulation.rows), len(links), self.places, self.rate)
        self.wiring, self.walks, self.coordinates = new, [], []
        self._set_out(modulation, any(name in NAMES for name in names))
        told = [(name, _told(modulation.sources, name)) for name in names]
        for s, (name, source) in enumerate(told):
            self._wire_source(s, modulation.seed, name, source)
        for r, row in enumerate(modulation.rows):
            new.source[r] = names.index(row["from"])
            new.when[r], new.curve[r] = WHENS.index(row["when"]), CURVES.index(row["curve"])
            new.how[r] = *row["range"], row["steps"], row["attack"], row["release"], row["amount"]
        new.links[:] = np.array(links, np.int64).reshape(-1, 2)
        self.keys = told, [(told[s], row["when"]) for s, row in zip(new.source, modulation.rows)]
        if old:
            new.clock[:] = old.clock
            _carry(before[0], old.strikes, self.keys[0], new.strikes)
            _carry(before[1], old.memory, self.keys[1], new.memory)

    def _set_out(self, modulation, travelling):
        """Begin a trajectory, where a row follows one; one that is under way goes on."""
        travels = (modulation.seed, modulation.trajectory) if travelling else None
        if travels != self.travels:
            self.travels = travels
            spec = Spec(**modulation.trajectory)
            self.trajectory = make_trajectory(spec, modulation.seed, self.rate) if travelling else None

    def _wire_source(self, s, seed, name, source):
        new = self.wiring
        if name in NAMES:
            new.kind[s] = kernel.TRAVEL
            self.coordinates.append((s, NAMES.index(name)))
        elif source is None:
            new.kind[s], new.at[s], *new.numbers[s, :2] = share_of(name)
        elif source["kind"] == "lfo":
            new.kind[s] = kernel.LFO
            new.numbers[s] = source["beats"], source["phase"], SHAPES.index(source["shape"])
        elif source["kind"] == "walk":
            new.kind[s], new.numbers[s, 0] = kernel.WALK, source["seconds"]
            self.walks.append((s, Walk(seed, name, source["seconds"])))
        else:
            new.kind[s], new.at[s] = kernel.ENVELOPE, HEARD_AS[source["on"]]
            new.numbers[s, :2] = source["attack"], source["release"]


def _told(sources, name):
    root, _, rest = name.partition(".")
    return sources[rest] if root == "sources" else None


def _carry(keys, old, wanted, new):
    """Copy rows of memory to where the same key stands now; of several alike the first has the first's."""
    left = list(enumerate(keys))
    for at, key in enumerate(wanted):
        found = next((each for each in left if each[1] == key), None)
        if found:
            left.remove(found)
            new[at] = old[found[0]]
