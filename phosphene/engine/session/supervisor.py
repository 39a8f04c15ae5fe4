"""Keeps the audio and the visual process of a session alive: starts them, watches them, restarts what dies."""

import json
import time
from typing import Any

from phosphene.engine.audio.meters import Meter
from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.listening.rhythm import tempo_override
from phosphene.engine.presets.model import Preset
from phosphene.engine.processes.shared_layout import AUDIO_MAIL, LAYOUTS, VISUAL_MAIL
from phosphene.engine.rings import Segment, SessionLock, remove_stale_segments
from phosphene.engine.rings.board import get, put
from phosphene.engine.rings.mailbox import fetch_text, reset
from phosphene.engine.session.child import ProcessHandle
from phosphene.engine.session.parameters import ParameterStore
from phosphene.engine.session.preset_publisher import PresetPublisher
from phosphene.engine.visuals.cues import Cue
from phosphene.engine.visuals.window.frame_stats import FrameStat

VISUAL_RETRY_SECONDS = 5.0  # without a picture that kept failing, before it is started again


class Supervisor:
    """The shared memory and the child processes of a session.

    Parameters
    ----------
    audio, visual : ProcessHandle
        Started, waiting for their config. Without `visual` there is no picture.
    preset : Preset
        The first one to play.
    config : dict
        What the audio process needs beside the preset: devices, source, block, take.
    visual_config : dict
        What the visual process needs: size, fullscreen, borderless, monitor.
    name : str
        What the preset is called.
    """

    def __init__(
        self,
        audio: ProcessHandle,
        visual: ProcessHandle | None,
        preset: Preset,
        config: dict[str, Any],
        visual_config: dict[str, Any],
        name: str = "",
    ) -> None:
        remove_stale_segments()
        self.audio, self.visual = audio, visual
        self.has_picture, self.window_closed, self.visual_retry_at = visual is not None, False, 0.0
        self.lock = SessionLock()
        self.segment = Segment(self.lock.name, LAYOUTS, create=True)
        self._reset_mailboxes(AUDIO_MAIL)
        self._reset_mailboxes(VISUAL_MAIL)
        self.audio_status: dict[str, Any] = {}
        self.visual_status: dict[str, Any] = {}
        self.picture_failed = False  # set by a picture that goes wrong, cleared by the playlist
        self.notices: list[str] = []
        self.visual_notices_read = 0
        tempo_override.write_tempo(self.segment["params"], tempo_override.DEFAULTS)
        put(self.segment["cues"], int(Cue.FULL), float(visual_config["fullscreen"]))
        self.publisher = PresetPublisher(self.segment, preset, name)
        self.config = {**config, "segment": self.lock.name, "preset": preset.to_dict(), "is_restart": False}
        self.visual_config = {**visual_config, "segment": self.lock.name}
        self.audio.send_config(self.config, lambda: get(self.segment["meters"], int(Meter.BEAT)))
        if self.visual:
            self._configure_visual(self.visual)

    @property
    def parameters(self) -> ParameterStore:
        return self.publisher.parameters

    @property
    def preset(self) -> Preset:
        return self.publisher.preset

    @property
    def name(self) -> str:
        return self.publisher.name

    def play(self, preset: Preset, name: str | None = None) -> None:
        """Change to another preset; see PresetPublisher.play."""
        rejected = self.visual_status.get("refused") == self.publisher.look_serial
        self.publisher.play(preset, name, look_was_rejected=rejected)

    @property
    def is_settled(self) -> bool:
        """True when the last preset has been faded in, so that the next one may come."""
        return self.publisher.is_settled(with_picture=self.has_picture)

    def poll(self) -> list[str]:
        """Read what the processes publish, and restart what died; returns notices for the user.

        Raises
        ------
        PhospheneError
            If the audio process cannot run.
        """
        if text := fetch_text(self.segment["audio_status"]):
            self._on_audio_status(json.loads(text))
        if text := fetch_text(self.segment["visual_status"]):
            self._on_visual_status(json.loads(text))
        if why := self.audio.poll():
            self._restart_audio(why)
        if self.visual and self.has_picture and (why := self.visual.poll()):
            self._on_visual_lost(self.visual, why)
        notices, self.notices = self.notices, []
        return notices

    def _on_audio_status(self, status: dict[str, Any]) -> None:
        before = self.audio_status
        if status["fault"] and status["fault"] != before.get("fault"):
            self.notices.append(f"{status['fault']}; playing without a device until it is back")
        elif before.get("fault") and not status["fault"]:
            self.notices.append(f"playing on {status['devices']['output']}")
        if status["take_fault"] and status["take_fault"] != before.get("take_fault"):
            self.notices.append(f"{status['take_fault']}; the sound goes on")
        self.audio_status = status

    def _on_visual_status(self, status: dict[str, Any]) -> None:
        before = self.visual_status
        if status["fault"] and status["fault"] != before.get("fault"):
            self.notices += [f"{line}; the old picture stays" for line in status["fault"].splitlines()]
        elif before.get("fault") and not status["fault"]:
            self.notices.append("the picture works again")
        count, lines = status["notices"]
        self.notices += lines[max(len(lines) - (count - self.visual_notices_read), 0) :]
        self.visual_notices_read = count
        self.picture_failed = status["failures"] > before.get("failures", 0)
        self.visual_status = status

    @property
    def picture_errors(self) -> list[str]:
        """What is wrong with the picture now, one line each."""
        return (self.visual_status.get("fault") or "").splitlines()

    def _configure_visual(self, visual: ProcessHandle) -> None:
        self.visual_notices_read = 0
        self.publisher.post_look()
        visual.send_config(self.visual_config, lambda: get(self.segment["frame_stats"], int(FrameStat.HEARTBEAT)))

    def _restart_audio(self, why: str) -> None:
        if not self.audio.has_run:
            usage = self.audio.process.returncode == UsageError.code
            raise (UsageError if usage else PhospheneError)(why)
        if self.audio.keeps_failing:
            raise PhospheneError(f"the audio process keeps failing: {why}")
        self.notices.append(f"the audio process was lost ({why}) and is restarted")
        self.audio.restart()  # first: the old process must be gone before its mailboxes are reset
        self._reset_mailboxes(AUDIO_MAIL)
        self.publisher.post_genome()
        self.audio.send_config({**self.config, "is_restart": True}, self.audio.read_heartbeat)

    def _on_visual_lost(self, visual: ProcessHandle, why: str) -> None:
        """A closed window ends the session. A picture that never worked is given up; else it is restarted."""
        if visual.exited_normally:
            self.window_closed = True
        elif not visual.has_run:
            if visual.process.returncode == UsageError.code:
                raise UsageError(why)
            self.notices.append(f"no picture: {why}; the sound goes on")
            self.has_picture = False
        elif visual.keeps_failing:
            self.visual_retry_at = time.monotonic() + VISUAL_RETRY_SECONDS
        elif time.monotonic() >= self.visual_retry_at:
            if not visual.early_exits:  # else the user knows already
                self.notices.append(f"the visual process was lost ({why}) and is restarted")
            visual.restart()
            self._reset_mailboxes(VISUAL_MAIL)
            self._configure_visual(visual)

    def _reset_mailboxes(self, names: tuple[str, ...]) -> None:
        """Only while the process at the other end is gone: one that died may have left a slot half written."""
        for name in names:
            reset(self.segment[name])

    def restarts(self) -> dict[str, int]:
        return {"audio": self.audio.restarts, "visual": self.visual.restarts if self.visual else 0}

    def close(self) -> None:
        """Stop the processes and free the shared memory."""
        for process in filter(None, (self.audio, self.visual)):
            process.stop()
        self.segment.close()
        self.lock.release()
