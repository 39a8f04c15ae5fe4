"""The programme: which preset plays now, and which one next."""

from collections import deque
from pathlib import Path

from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.file_watch import FileWatch
from phosphene.engine.session.playlist import PlaylistOrder, ChangeRules

REMEMBERED = 32  # presets that one may go back


class PlaylistRunner:
    """Changes presets: by hand, by the rules of a playlist, and as a file of the one that plays is saved.

    A preset with a fault is told of, and the old one plays on. None comes before the last one plays alone.

    Parameters
    ----------
    session : Session
        That plays the playlist's first, or another.
    playlist : Playlist
    load : callable(name)
        Gives the Preset of that name, and the files that it is made of.
    automatic : bool
        Whether the playlist's rules hold; else only hands change presets.
    """

    def __init__(self, session, playlist, load, *, automatic):
        self.session, self.load = session, load
        self.order, self.rules = PlaylistOrder(playlist), ChangeRules(playlist) if automatic else None
        self.wanted, self.past = deque(), deque(maxlen=REMEMBERED)
        self.name, self.files = session.name, []
        if self.name in playlist.presets:
            self.order.at = playlist.presets.index(self.name) if playlist.order == "listed" else 0
        self._watch()

    def _watch(self):
        try:
            paths = self.load(self.name)[1]
        except UsageError:  # it was sound a moment ago, and is told of when it is next saved
            return
        self.files = [FileWatch(path) for path in paths]

    def next(self, steps=1):
        """The next preset, or the one before."""
        self.order.step(steps)
        self.wanted.append(self.order.name)

    def back(self):
        """The preset that was there before this one; the playlist's next, where none was."""
        if self.past:
            self.wanted.append(self.past.pop())
        else:
            self.next()

    def look(self, frame, seconds):
        """Change what is to be changed; gives what there is to tell the user.

        `frame` is what is heard after so many seconds of the stream, None while nothing is.
        """
        if self.session.sick:
            self.session.sick = False
            self.back()
        if not self.session.settled:
            return []
        if self.rules and frame is not None and not self.wanted and self.rules.due(frame, seconds):
            self.next()
        if self.wanted:
            name = self.wanted.pop()
            self.wanted.clear()
            return self._play(name)
        changed = [str(file.path) for file in self.files if file.changed()]
        return self._play(self.name, f"{' and '.join(changed)}: played anew") if changed else []

    def _play(self, name, told=None):
        try:
            preset, paths = self.load(name)
        except UsageError as fault:
            return [f"{line}; the old one plays on" for line in str(fault).splitlines()]
        if name != self.name:
            self.past.append(self.name)
        watched = {watch.path: watch for watch in self.files}  # from when they were read first
        self.name, self.files = name, [watched.get(path) or FileWatch(path) for path in paths]
        self.session.play(preset, name)
        if self.rules and not told:
            self.rules.begin()
        return [told or f"{Path(name).stem}: plays"]
