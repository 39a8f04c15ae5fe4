"""Plays presets one after the other: by key, by the rules of a playlist, and anew when a file is saved."""

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.file_watch import FileWatch
from phosphene.engine.presets.model import Preset
from phosphene.engine.session.playlist import LISTED, ChangeRules, Playlist, PlaylistOrder

MAX_HISTORY = 32  # presets to go back through

Load = Callable[[str], tuple[Preset, list[Any]]]


class PresetPlayer(Protocol):
    """What plays the presets: the Supervisor."""

    picture_failed: bool

    @property
    def name(self) -> str: ...

    @property
    def is_settled(self) -> bool: ...

    def play(self, preset: Preset, name: str) -> None: ...


class PlaylistRunner:
    """Decides which preset plays.

    A preset with errors is reported, and the old one keeps playing. A new one waits until the last has been faded in.

    Parameters
    ----------
    player : PresetPlayer
        Plays a preset already: the playlist's first, or another.
    playlist : Playlist
    load : callable(name)
        Returns a preset and the files that it is made of.
    automatic : bool
        Whether the playlist's rules change presets. Else only keys do.
    """

    def __init__(self, player: PresetPlayer, playlist: Playlist, load: Load, *, automatic: bool) -> None:
        self.player, self.load = player, load
        self.order, self.rules = PlaylistOrder(playlist), ChangeRules(playlist) if automatic else None
        self.requested: deque[str] = deque()
        self.history: deque[str] = deque(maxlen=MAX_HISTORY)
        self.name = player.name
        self.files: list[FileWatch] = []
        if self.name in playlist.presets:
            self.order.position = playlist.presets.index(self.name) if playlist.order == LISTED else 0
        self._watch()

    def _watch(self) -> None:
        try:
            paths = self.load(self.name)[1]
        except UsageError:  # it loaded a moment ago; the error is reported when the file is saved next
            return
        self.files = [FileWatch(path) for path in paths]

    def next(self, steps: int = 1) -> None:
        """Request a preset so many places further in the playlist; negative steps go back."""
        self.order.step(steps)
        self.requested.append(self.order.name)

    def back(self) -> None:
        """Request the preset that played before this one; the playlist's next if there is none."""
        if self.history:
            self.requested.append(self.history.pop())
        else:
            self.next()

    def poll(self, frame: Any, seconds: float) -> list[str]:
        """Change the preset if it is time to; returns notices for the user.

        Parameters
        ----------
        frame : frame of features, optional
            What is audible now; None before there is sound.
        seconds : float
            Length of the sound so far.
        """
        if self.player.picture_failed:
            self.player.picture_failed = False
            self.back()
        if not self.player.is_settled:
            return []
        if self.rules and frame is not None and not self.requested and self.rules.is_due(frame, seconds):
            self.next()
        if self.requested:
            name = self.requested.pop()
            self.requested.clear()
            return self._play(name)
        changed = [str(file.path) for file in self.files if file.changed()]
        return self._play(self.name, f"{' and '.join(changed)}: reloaded") if changed else []

    def _play(self, name: str, notice: str | None = None) -> list[str]:
        try:
            preset, paths = self.load(name)
        except UsageError as fault:
            return [f"{line}; the old preset keeps playing" for line in str(fault).splitlines()]
        if name != self.name:
            self.history.append(self.name)
        watched = {watch.path: watch for watch in self.files}  # kept: they know the files as they were first read
        self.name, self.files = name, [watched.get(path) or FileWatch(path) for path in paths]
        self.player.play(preset, name)
        if self.rules and not notice:
            self.rules.restart()
        return [notice or f"{Path(name).stem}: playing"]
