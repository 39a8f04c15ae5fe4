"""Playlists: which presets play by turns, and when the next one comes."""

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from phosphene.engine.common.errors import UsageError
from phosphene.engine.documents.load import read_document
from phosphene.engine.documents.schema import Strict
from phosphene.engine.documents.validation import validate

LISTED, RANDOM = "listed", "random"


class Playlist(Strict):
    """The names of presets, and the rules by which they change; a rule that is 0 is none."""

    presets: Annotated[tuple[str, ...], Field(strict=False, min_length=1, max_length=1000)]
    bars: int = Field(0, ge=0, le=10_000, description="0 to 10000 bars")
    silence: float = Field(0.0, ge=0.0, le=3600.0, description="0 to 3600 s")
    minutes: float = Field(0.0, ge=0.0, le=1440.0, description="0 to 1440 min")
    order: Literal[LISTED, RANDOM] = LISTED
    seed: int = Field(0, ge=0, le=2**63 - 1)


def load_playlist(path):
    """The Playlist in a YAML file, its presets' paths as from where it lies.

    Raises
    ------
    UsageError
        A line for every fault.
    """
    playlist = validate(Playlist, read_document(Path(path)))[0]
    folder = Path(path).parent
    paths = (str(folder / name) if set(name) & set("/\\.") else name for name in playlist.presets)
    return playlist.model_copy(update={"presets": tuple(paths)})


class PlaylistOrder:
    """Places in a playlist, one after the other without an end; at random, all of them before one comes again."""

    def __init__(self, playlist):
        self.playlist, self.at = playlist, 0

    def _round(self, number):
        count = len(self.playlist.presets)
        if self.playlist.order == LISTED:
            return list(range(count))
        order = np.random.default_rng(np.random.SeedSequence((self.playlist.seed, number))).permutation(count).tolist()
        if number and count > 1 and order[0] == self._round(number - 1)[-1]:
            order = order[1:] + order[:1]
        return order

    @property
    def name(self):
        """Of the preset whose turn it is."""
        count = len(self.playlist.presets)
        return self.playlist.presets[self._round(self.at // count)[self.at % count]]

    def step(self, steps):
        """Go on, or back as far as it began."""
        self.at = max(self.at + steps, 0) if self.playlist.order == RANDOM else self.at + steps


class ChangeRules:
    """Tells when it is time for the next preset, from what is audible."""

    def __init__(self, playlist):
        self.playlist = playlist
        self.began, self.quiet = None, None
        self.told = False  # this silence has had its change

    def due(self, frame, seconds):
        """True where the next one is to come: `frame` is what is heard after so many seconds of the stream."""
        if self.began is None:
            self.began = seconds, frame["bar"]
        if frame["bar"] < self.began[1]:  # of sound that was lost, and began anew
            self.began = self.began[0], frame["bar"]
        since, bar = self.began
        rules = self.playlist
        due = (rules.bars and frame["bar"] - bar >= rules.bars) or (
            rules.minutes and seconds - since >= 60 * rules.minutes
        )
        if not frame["silence"]:
            self.quiet, self.told = None, False
        elif self.quiet is None:
            self.quiet = seconds
        elif rules.silence and not self.told and seconds - self.quiet >= rules.silence:
            self.told = due = True
        return bool(due)

    def begin(self):
        """Another one has come."""
        self.began = None


def check_presets(playlist, path, load):
    """Load every preset once, so that no fault waits for the night.

    Raises
    ------
    UsageError
        A line for every fault.
    """
    faults = []
    for name in dict.fromkeys(playlist.presets):
        try:
            load(name)
        except UsageError as fault:
            faults += [f"{path}: {line}" for line in str(fault).splitlines()]
    if faults:
        raise UsageError("\n".join(faults))
