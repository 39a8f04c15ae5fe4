"""The performer: keys in the terminal and in the window, Link, MIDI and OSC, at work on a session."""

import time

import numpy as np

from phosphene.engine.audio.now_playing import NowPlaying
from phosphene.engine.common.keys import ACTIONS, HELP, key_list
from phosphene.engine.listening.frame import SOURCES
from phosphene.engine.listening.rhythm.tempo_override import LINK
from phosphene.engine.rings import ring
from phosphene.engine.session.show_actions import ShowActions
from phosphene.engine.session.tempo_control import TempoControl


class OperatorActions:
    """Does what keys ask for.

    Parameters
    ----------
    session : Session
    keyboard : Keyboard
        Entered.
    link : Link, optional
    programme : Programme, optional
        Which presets play.
    gear : Gear
        Joined from now on.
    """

    def __init__(self, session, keyboard, link, programme, gear):
        self.segment, self.keyboard, self.programme, self.gear = session.segment, keyboard, programme, gear
        self.present = NowPlaying(self.segment)
        self.hand = TempoControl(self.segment["params"], self.present, link)
        self.stage = ShowActions(self.segment, session.desk)
        self.rows = np.zeros((len(self.segment["keys"].rows), 2))
        gear.join(session, NowPlaying(self.segment))
        self.acts = 0

    def heed(self):
        """Do what was asked for since the last time; gives what there is to tell the user."""
        rows = self.rows[: ring.pull(self.segment["keys"], self.rows)]
        typed = [*self.keyboard.pressed(), *((moment, chr(int(code))) for moment, code in rows)]
        pressed = sorted([*typed, *self.gear.pressed()])
        told = [line for moment, key in pressed for line in self._press(key, moment)]
        self.hand.keep_up()
        return told + self.gear.look()

    def _press(self, key, moment):
        if key == HELP:
            return key_list()
        if key not in ACTIONS:
            return []
        self.acts += 1
        said = ACTIONS[key](self, moment)
        return [said] if said else []

    def heard(self):
        """The frame that is audible now, None where there is none."""
        return self.present.frame(time.perf_counter())

    @property
    def peers(self):
        """How many play along by Link; None where it is not followed."""
        return self.hand.link.peers if self.hand.source == LINK else None

    def report(self):
        """What was done to the tempo, for `--report`."""
        wanted = self.hand.wanted
        return {"source": SOURCES[int(wanted["source"])], "bpm": wanted["bpm"], "keys": self.acts, "peers": self.peers}
