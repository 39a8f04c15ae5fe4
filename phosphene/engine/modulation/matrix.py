"""The modulation matrix: rows, each from a source to parameters, stepped once per frame."""

from typing import Any, NamedTuple

import numpy as np

from phosphene.engine.modulation import kernel
from phosphene.engine.modulation.generators import SHAPES, Walk
from phosphene.engine.modulation.inputs import find_input
from phosphene.engine.modulation.kernel import AT, make_matrix_state
from phosphene.engine.modulation.trajectory.trajectory import (
    COORDINATE_NAMES,
    TrajectorySpec,
    advance_trajectory,
    coordinates,
    make_trajectory,
)

CURVES = ("linear", "exp", "s", "steps")
WHENS = ("always", "beat", "onset")
EVENT_COLUMNS = {
    "onset": AT.onset_event,
    "kick": AT.kick,
    "snare": AT.snare,
    "hat": AT.hat,
    "beat": AT.beat,
    "bar": AT.bar,
}


class Modulation(NamedTuple):
    """The modulation of a preset in plain values, to send between processes. See presets.model.Preset.modulation."""

    seed: int
    sources: dict[str, dict[str, Any]]  # settings of generators by name
    rows: list[dict[str, Any]]  # as in a preset, but `to` is a list of slots, and `range` is complete
    trajectory: dict[str, Any]  # fields of a TrajectorySpec


NO_MODULATION = Modulation(0, {}, [], {})


class Matrix:
    """Computes the moves of parameters, frame after frame, from the frames and the seed alone.

    Each slot has (share, offset): a parameter becomes base + offset - share * base. Both are exactly 0 where no row
    has any amount.

    Parameters
    ----------
    modulation : Modulation
    rate : int
        Samples per second, of the frames' sample numbers.
    slots : int
        Number of slots; rows may also move higher ones, which are ignored here.
    """

    def __init__(self, modulation: Modulation, rate: int, slots: int) -> None:
        self.rate, self.slots = rate, slots
        self.record: np.ndarray | None = None
        self.keys: tuple[list[Any], list[Any]] = [], []
        self.trajectory: Any = None
        self.trajectory_key: tuple[int, dict[str, Any]] | None = None
        self.state: Any = None
        self._build(modulation)

    @property
    def moved(self) -> np.ndarray:
        """(slots, 2): share and offset, at the last frame."""
        return self.state.moved

    def step(self, record: np.ndarray) -> np.ndarray:
        """Step by a frame's record, whose values are all finite; return `moved`."""
        self.record = record.copy()
        self._step()
        return self.moved

    def change(self, modulation: Modulation, *, glide: bool = True) -> None:
        """Use other rows from now on. Rows that stay keep their memory; moves glide to their new values.

        Without `glide` they change at once, as for a genome that is faded in.
        """
        before = self.moved.copy()
        self._build(modulation)
        if self.record is not None:
            self._step()
        if glide:
            self.state.glide[:] = before - self.moved
            self.moved[:] = before

    def _step(self):
        now = self.record[AT.sample] / self.rate
        for s, walk in self.walks:
            walk.load_points(now)
            self.state.points[s] = walk.points
        if self.trajectory:
            advance_trajectory(self.trajectory, self.record)
            for s, i in self.coordinates:
                self.state.points[s, 0] = coordinates(self.trajectory)[i]
        kernel.step_matrix(self.state, self.record)

    def _build(self, modulation):
        """Build the state; sources and rows that existed before keep their memory."""
        names = list(dict.fromkeys(row["from"] for row in modulation.rows))
        links = [(r, slot) for r, row in enumerate(modulation.rows) for slot in row["to"] if slot < self.slots]
        old, old_keys = self.state, self.keys
        new = make_matrix_state(len(names), len(modulation.rows), len(links), self.slots, self.rate)
        self.state, self.walks, self.coordinates = new, [], []
        self._update_trajectory(modulation, any(name in COORDINATE_NAMES for name in names))
        named_sources = [(name, _generator_of(modulation.sources, name)) for name in names]
        for s, (name, source) in enumerate(named_sources):
            self._build_source(s, modulation.seed, name, source)
        for r, row in enumerate(modulation.rows):
            new.source[r] = names.index(row["from"])
            new.when[r], new.curve[r] = WHENS.index(row["when"]), CURVES.index(row["curve"])
            new.row_params[r] = *row["range"], row["steps"], row["attack"], row["release"], row["amount"]
        new.links[:] = np.array(links, np.int64).reshape(-1, 2)
        self.keys = named_sources, [(named_sources[s], row["when"]) for s, row in zip(new.source, modulation.rows)]
        if old:
            new.clock[:] = old.clock
            _copy_memory(old_keys[0], old.triggers, self.keys[0], new.triggers)
            _copy_memory(old_keys[1], old.memory, self.keys[1], new.memory)

    def _update_trajectory(self, modulation, needed):
        """Start a trajectory if a row follows one; the same one continues."""
        trajectory_key = (modulation.seed, modulation.trajectory) if needed else None
        if trajectory_key != self.trajectory_key:
            self.trajectory_key = trajectory_key
            spec = TrajectorySpec(**modulation.trajectory)
            self.trajectory = make_trajectory(spec, modulation.seed, self.rate) if needed else None

    def _build_source(self, s, seed, name, source):
        new = self.state
        if name in COORDINATE_NAMES:
            new.kind[s] = kernel.TRAJECTORY
            self.coordinates.append((s, COORDINATE_NAMES.index(name)))
        elif source is None:
            new.kind[s], new.column[s], *new.params[s, :2] = find_input(name)
        elif source["kind"] == "lfo":
            new.kind[s] = kernel.LFO
            new.params[s] = source["beats"], source["phase"], SHAPES.index(source["shape"])
        elif source["kind"] == "walk":
            new.kind[s], new.params[s, 0] = kernel.WALK, source["seconds"]
            self.walks.append((s, Walk(seed, name, source["seconds"])))
        else:
            new.kind[s], new.column[s] = kernel.ENVELOPE, EVENT_COLUMNS[source["on"]]
            new.params[s, :2] = source["attack"], source["release"]


def _generator_of(sources, name):
    """The settings of a row's generator, None if the row reads something else."""
    root, _, rest = name.partition(".")
    return sources[rest] if root == "sources" else None


def _copy_memory(keys, old, new_keys, new):
    """Copy rows of memory to the new position of their key; equal keys match in order."""
    remaining = list(enumerate(keys))
    for i, key in enumerate(new_keys):
        match = next((entry for entry in remaining if entry[1] == key), None)
        if match:
            remaining.remove(match)
            new[i] = old[match[0]]
