"""Playlists: which presets play, in which order, and the rules that change them."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from phosphene.engine.common.errors import UsageError
from phosphene.engine.documents.load import read_document
from phosphene.engine.documents.schema import Strict
from phosphene.engine.documents.validation import validate

LISTED, RANDOM = "listed", "random"


class Playlist(Strict):
    """Names of presets, and the rules that change them. A rule that is 0 is off."""

    presets: Annotated[tuple[str, ...], Field(strict=False, min_length=1, max_length=1000)]
    bars: int = Field(0, ge=0, le=10_000, description="0 to 10000 bars")
    silence: float = Field(0.0, ge=0.0, le=3600.0, description="0 to 3600 s")
    minutes: float = Field(0.0, ge=0.0, le=1440.0, description="0 to 1440 min")
    order: Literal[LISTED, RANDOM] = LISTED
    seed: int = Field(0, ge=0, le=2**63 - 1)


def load_playlist(path: Path | str) -> Playlist:
    """The playlist in a YAML file. Paths of presets in it are relative to its folder.

    Raises
    ------
    UsageError
        With one line per fault.
    """
    playlist = validate(Playlist, read_document(Path(path)))[0]
    folder = Path(path).parent
    paths = (str(folder / name) if set(name) & set("/\\.") else name for name in playlist.presets)
    return playlist.model_copy(update={"presets": tuple(paths)})


class PlaylistOrder:
    """Positions in a playlist, without an end. In random order each round plays every preset once."""

    def __init__(self, playlist: Playlist) -> None:
        self.playlist, self.position = playlist, 0

    def _round(self, number: int) -> list[int]:
        """The presets of a round, as indices. A round never begins with the preset that ended the one before."""
        count = len(self.playlist.presets)
        if self.playlist.order == LISTED:
            return list(range(count))
        order = np.random.default_rng(np.random.SeedSequence((self.playlist.seed, number))).permutation(count).tolist()
        if number and count > 1 and order[0] == self._round(number - 1)[-1]:
            order = order[1:] + order[:1]
        return order

    @property
    def name(self) -> str:
        """The preset at the current position."""
        count = len(self.playlist.presets)
        return self.playlist.presets[self._round(self.position // count)[self.position % count]]

    def step(self, steps: int) -> None:
        """Move the position; in random order not back beyond the start."""
        position = self.position + steps
        self.position = max(position, 0) if self.playlist.order == RANDOM else position


class ChangeRules:
    """Decides from what is audible when the next preset is due."""

    def __init__(self, playlist: Playlist) -> None:
        self.playlist = playlist
        self.started: tuple[float, float] | None = None  # seconds and bar at which the preset began
        self.silent_since: float | None = None  # seconds
        self.silence_used = False  # this silence has changed the preset already

    def is_due(self, frame: Any, seconds: float) -> bool:
        """True if the next preset is due.

        Parameters
        ----------
        frame : frame of features
            What is audible now; its `bar` and `silence` count.
        seconds : float
            Length of the sound so far.
        """
        if self.started is None:
            self.started = seconds, frame["bar"]
        if frame["bar"] < self.started[1]:  # the bars were counted anew after lost sound
            self.started = self.started[0], frame["bar"]
        since, bar = self.started
        rules = self.playlist
        due = (rules.bars and frame["bar"] - bar >= rules.bars) or (
            rules.minutes and seconds - since >= 60 * rules.minutes
        )
        if not frame["silence"]:
            self.silent_since, self.silence_used = None, False
        elif self.silent_since is None:
            self.silent_since = seconds
        elif rules.silence and not self.silence_used and seconds - self.silent_since >= rules.silence:
            self.silence_used = due = True
        return bool(due)

    def restart(self) -> None:
        """Another preset has come: count bars and minutes from now on."""
        self.started = None


def check_presets(playlist: Playlist, path: Path, load: Callable[[str], Any]) -> None:
    """Load every preset of a playlist once, so that errors appear before the show.

    Raises
    ------
    UsageError
        With one line per fault.
    """
    faults = []
    for name in dict.fromkeys(playlist.presets):
        try:
            load(name)
        except UsageError as fault:
            faults += [f"{path}: {line}" for line in str(fault).splitlines()]
    if faults:
        raise UsageError("\n".join(faults))
