"""Carries out what the operator asks for by keys in the terminal and the window, MIDI and OSC."""

import time
from typing import Any

import numpy as np

from phosphene.engine.audio.now_playing import NowPlaying
from phosphene.engine.common.keys import ACTIONS, HELP, key_list
from phosphene.engine.listening.frame import TEMPO_SOURCES
from phosphene.engine.listening.rhythm.tempo_override import LINK
from phosphene.engine.rings import ring
from phosphene.engine.session.controllers.controller import SessionAccess
from phosphene.engine.session.controllers.hub import ControllerHub
from phosphene.engine.session.keyboard import Keyboard
from phosphene.engine.session.parameters import preset_uses
from phosphene.engine.session.playlist_runner import PlaylistRunner
from phosphene.engine.session.show_actions import ShowActions
from phosphene.engine.session.supervisor import Supervisor
from phosphene.engine.session.tempo.link import Link
from phosphene.engine.session.tempo.tempo_control import TempoControl


class OperatorActions:
    """What the actions of the key table act on: `tempo`, `show`, `playlist` and `controllers`.

    Parameters
    ----------
    supervisor : Supervisor
    keyboard : Keyboard
        Entered.
    link : Link, optional
    playlist : PlaylistRunner
    controllers : ControllerHub
        Connected to the session by this.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        keyboard: Keyboard,
        link: Link | None,
        playlist: PlaylistRunner,
        controllers: ControllerHub,
    ) -> None:
        self.segment, self.keyboard = supervisor.segment, keyboard
        self.playlist, self.controllers = playlist, controllers
        self.now_playing = NowPlaying(self.segment)
        self.tempo = TempoControl(self.segment["params"], self.now_playing, link)
        self.show = ShowActions(self.segment, supervisor.parameters)
        self.window_keys = np.zeros((len(self.segment["keys"].rows), 2))
        controllers.connect(
            SessionAccess(
                parameters=supervisor.parameters,
                now_playing=NowPlaying(self.segment),
                is_used=lambda name: preset_uses(supervisor.preset, name),
            )
        )
        self.keys_pressed = 0

    def poll(self) -> list[str]:
        """Carry out the keys pressed since the last call, in their order; returns notices for the user."""
        rows = self.window_keys[: ring.pull(self.segment["keys"], self.window_keys)]
        pressed = [*self.keyboard.poll(), *((moment, chr(int(code))) for moment, code in rows)]
        pressed += self.controllers.poll()
        notices = [line for moment, key in sorted(pressed) for line in self._press(key, moment)]
        self.tempo.follow_link()
        return notices + self.controllers.notices()

    def _press(self, key: str, moment: float) -> list[str]:
        if key == HELP:
            return key_list()
        if key not in ACTIONS:
            return []
        self.keys_pressed += 1
        notice = ACTIONS[key](self, moment)
        return [notice] if notice else []

    def audible_frame(self) -> Any:
        """The frame of features that is audible now, None before there is sound."""
        return self.now_playing.frame(time.perf_counter())

    @property
    def link_peers(self) -> int | None:
        """Number of other Link members; None if Link is not followed."""
        return self.tempo.link.peers if self.tempo.link and self.tempo.source == LINK else None

    def report(self) -> dict[str, Any]:
        """The section `tempo` of a `--report` file."""
        settings = self.tempo.settings
        source = TEMPO_SOURCES[int(settings["source"])]
        return {"source": source, "bpm": settings["bpm"], "keys": self.keys_pressed, "peers": self.link_peers}
