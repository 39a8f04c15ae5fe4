"""The recording of a session: its footage, and its recorder, as the keeper holds them."""

import contextlib
import os
from itertools import count

from phosphene.engine.common.atomic_files import temporary_path
from phosphene.engine.recording.shared_frames import FPS, MAX_SIZE, RecorderStat, layouts
from phosphene.engine.rings import Segment, SessionLock
from phosphene.engine.rings.board import get
from phosphene.engine.session.child import ProcessHandle

PATIENT = 30.0  # seconds that a disk may keep a recorder waiting
KIND = 10  # as Unix counts it: who plays comes first
TOLD = RecorderStat.PICTURES, RecorderStat.REPEATED, RecorderStat.DROPPED, RecorderStat.LOST


class RecorderHandle:
    """A film of a session, or several where the recorder was lost in between.

    Parameters
    ----------
    path : Path
        Of the film; those behind it are named after it.
    size : (int, int), optional
        Of the picture, where it was asked for.
    """

    def __init__(self, path, size=None):
        self.first = self.path = path
        self.claim = SessionLock("-film")
        self.asked = {"segment": self.claim.name, "size": size or MAX_SIZE}
        self.footage = Segment(self.claim.name, layouts(self.asked["size"]), create=True)
        self.ward = ProcessHandle("phosphene.engine.processes.recorder", "the recorder", stale=PATIENT, kind=KIND)
        self.films, self.filmed, self.trouble = [], 0.0, None

    def begin(self, session):
        """Film this session, whose processes know what was `asked`."""
        self.session = session
        self._config()

    def _config(self):
        config = {"segment": self.session.segment.name, "film": self.asked}
        config |= {"path": str(self.path), "part": str(temporary_path(self.path))}
        self.ward.config(config, lambda: self._told(RecorderStat.BEAT))

    def look(self):
        """Look after the recorder; gives what there is to tell the user."""
        if self.trouble:
            return []
        if not self.session.painting:
            self.trouble = f"{self.path}: there is no picture to record"
        elif why := self.ward.lost():
            if self.ward.lived and self._told(RecorderStat.ROLLING) and not self.ward.hopeless:
                return [self._go_on(why)]
            self._collect()
            self.trouble = why if self.ward.lived else f"{self.path}: cannot be recorded: {why}"
        return [self.trouble] if self.trouble else []

    def _go_on(self, why):
        """Record into another film, which lacks little of what was shown meanwhile."""
        self._collect()
        self.path = next(
            path for n in count(2) if not (path := self.first.with_stem(f"{self.first.stem}-{n}")).exists()
        )
        self.ward.restart()
        self._config()
        return f"the recorder was lost ({why}); the recording goes on in {self.path}"

    def _collect(self):
        """Take up what there is of a film; one that was never finished plays up to a few seconds before its end."""
        part, before, self.filmed = temporary_path(self.path), self.filmed, self._told(RecorderStat.PICTURES)
        with contextlib.suppress(OSError):  # it is where nothing can be written
            if self.filmed > before and part.exists():
                os.replace(part, self.path)
            if self.filmed > before:
                self.films.append(self.path)
            part.unlink(missing_ok=True)

    def close(self):
        """Let the recorder finish its film, and go; gives what there is to tell the user."""
        why, told = self.ward.end(), self.trouble
        if not told:
            self._collect()
            self.trouble = why
        self.told = {gauge.name.lower(): int(self._told(gauge)) for gauge in TOLD}
        self.footage.close()
        self.claim.release()
        return [self.trouble] if self.trouble and not told else []

    def report(self):
        """What became of it, as `--report` writes it; to be asked for when it is closed."""
        seconds = float(self.told["pictures"] / FPS)
        return {"films": [*map(str, self.films)], "seconds": seconds, **self.told, "trouble": self.trouble}

    def _told(self, gauge):
        return get(self.footage["gauges"], int(gauge))
