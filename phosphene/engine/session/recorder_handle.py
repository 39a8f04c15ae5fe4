"""The recording of a session: the recorder process, its shared memory, and the films it makes."""

import contextlib
import os
from itertools import count
from pathlib import Path
from typing import Any

from phosphene.engine.common.atomic_files import temporary_path
from phosphene.engine.recording.shared_frames import FPS, MAX_SIZE, RecorderStat, layouts
from phosphene.engine.rings import Segment, SessionLock
from phosphene.engine.rings.board import get
from phosphene.engine.session.child import ProcessHandle
from phosphene.engine.session.supervisor import Supervisor

STALE_SECONDS = 30.0  # longer than for others: a slow disk may block the recorder
NICENESS = 10  # sound and picture come first
REPORTED = RecorderStat.PICTURES, RecorderStat.REPEATED, RecorderStat.DROPPED, RecorderStat.LOST


class RecorderHandle:
    """Films a session; after a crash of the recorder it goes on in another file.

    Parameters
    ----------
    path : Path
        The film. Further ones are named after it: `name-2.mp4`.
    size : (int, int), optional
        Width and height of the picture, where the user set them.
    """

    def __init__(self, path: Path, size: tuple[int, int] | None = None) -> None:
        self.first_path = self.path = path
        self.lock = SessionLock("-film")
        size = size or MAX_SIZE
        self.film_config = {"segment": self.lock.name, "size": size}  # for all processes
        self.shared_frames = Segment(self.lock.name, layouts(size), create=True)
        self.process = ProcessHandle(
            "phosphene.engine.processes.recorder", "the recorder", stale_seconds=STALE_SECONDS, niceness=NICENESS
        )
        self.films: list[Path] = []
        self.frames_filmed = 0.0
        self.error: str | None = None
        self.stats: dict[str, int] = {}

    def start(self, supervisor: Supervisor) -> None:
        """Film this session."""
        self.supervisor = supervisor
        self._send_config()

    def _send_config(self) -> None:
        config = {"segment": self.supervisor.segment.name, "film": self.film_config}
        config |= {"path": str(self.path), "part": str(temporary_path(self.path))}
        self.process.send_config(config, lambda: self._stat(RecorderStat.HEARTBEAT))

    def poll(self) -> list[str]:
        """Watch the recorder, and restart it if it died; returns notices for the user."""
        if self.error:
            return []
        if not self.supervisor.has_picture:
            self.error = f"{self.path}: there is no picture to record"
        elif why := self.process.poll():
            if self.process.has_run and self._stat(RecorderStat.RECORDING) and not self.process.keeps_failing:
                return [self._restart(why)]
            self._keep_film()
            self.error = why if self.process.has_run else f"{self.path}: cannot be recorded: {why}"
        return [self.error] if self.error else []

    def _restart(self, why: str) -> str:
        """Record into the next file. Frames and sound wait in shared memory meanwhile, so little is lost."""
        self._keep_film()
        paths = (self.first_path.with_stem(f"{self.first_path.stem}-{number}") for number in count(2))
        self.path = next(path for path in paths if not path.exists())
        self.process.restart()
        self._send_config()
        return f"the recorder was lost ({why}); the recording goes on in {self.path}"

    def _keep_film(self) -> None:
        """Rename a film that was not finished. Of its sound and picture, the last few seconds are missing."""
        part, before, self.frames_filmed = (
            temporary_path(self.path),
            self.frames_filmed,
            self._stat(RecorderStat.PICTURES),
        )
        with contextlib.suppress(OSError):  # the folder may have become read-only
            if self.frames_filmed > before and part.exists():
                os.replace(part, self.path)
            if self.frames_filmed > before:
                self.films.append(self.path)
            part.unlink(missing_ok=True)

    def close(self) -> list[str]:
        """Wait until the recorder has finished its film; returns notices for the user."""
        why, known_error = self.process.stop(), self.error
        if not known_error:
            self._keep_film()
            self.error = why
        self.stats = {stat.name.lower(): int(self._stat(stat)) for stat in REPORTED}
        self.shared_frames.close()
        self.lock.release()
        return [self.error] if self.error and not known_error else []

    def report(self) -> dict[str, Any]:
        """The section `record` of a `--report` file. Only after `close`."""
        seconds = float(self.stats["pictures"] / FPS)
        return {"films": [*map(str, self.films)], "seconds": seconds, **self.stats, "trouble": self.error}

    def _stat(self, stat: RecorderStat) -> float:
        return get(self.shared_frames["stats"], int(stat))
