"""The gear: opened before a session begins, joined to it when it is there."""

from contextlib import ExitStack

from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.keys import CHARACTERS
from phosphene.engine.visuals.catalogue import FINISH

RATE = 30.0  # times a second
NONE = "there is no MIDI to learn from: start with --midi"


class ControllerHub:
    """Whatever there is of MIDI and OSC.

    Parameters
    ----------
    midi : str, optional
        A part of the devices' names; empty for all of them.
    file : Path, optional
        Of the mapping.
    listen, tell : (str, int), optional
        Host and port, of OSC in and of OSC out.
    rate : float, optional
        Times a second that features are told.

    Raises
    ------
    UsageError
        If the mapping has faults, a library is missing, or a port is taken.
    """

    def __init__(self, *, midi=None, file=None, listen=None, tell=None, rate=None):
        if file and midi is None:
            raise UsageError(f"--controllers {file}: is of MIDI; add --midi")
        if rate and not tell:
            raise UsageError(f"--osc-rate {rate}: is of what is told by OSC; add --osc-out")
        self.devices = self.wire = None
        with ExitStack() as opened:
            if listen or tell:
                from phosphene.engine.session.controllers.osc_sockets import require_library

                require_library("--osc-in" if listen else "--osc-out")
                from phosphene.engine.session.controllers.osc_session import OscSession

                self.wire = OscSession(listen, tell, rate or RATE)
                opened.callback(self.wire.close)
            if midi is not None:
                from phosphene.engine.session.controllers.midi_ports import require_library

                require_library()
                from phosphene.engine.session.controllers.midi_session import MidiSession

                self.devices = MidiSession(midi, file)
                opened.callback(self.devices.close)
            self.opened = opened.pop_all()

    def join(self, session, present):
        """Work on a session from now on; the Present must be nobody else's."""
        if self.devices:
            self.devices.join(session.desk, lambda name: plays(session.preset, name))
        if self.wire:
            self.wire.join(session.desk, present)

    def pressed(self):
        """Do what was asked for since the last time; gives (moment, key) of what were keys, as a keyboard does."""
        words, moved = self.wire.heed() if self.wire else ([], None)
        if self.devices:
            if moved:
                self.devices.touch(moved)
            words += self.devices.heed()
        return [(moment, CHARACTERS[word]) for moment, word in words]

    def look(self):
        """Gives what there is to tell the user."""
        return self.devices.look() if self.devices else []

    def learn(self):
        """Begin to learn a knob, or end it; this and what follows give a line to say, or None."""
        return self.devices.learner.toggle() if self.devices else NONE

    def choose(self, by):
        return self.devices.learner.step(by) if self.devices else NONE

    def leap(self, by):
        return self.devices.learner.leap(by) if self.devices else NONE

    def forget(self):
        return self.devices.forget() if self.devices else NONE

    @property
    def asks(self):
        """What a performer should do next to teach a knob, in a line; None where none is learnt."""
        return self.devices.learner.asks() if self.devices else None

    def close(self):
        self.opened.close()

    def report(self):
        """What came and went, for `--report`."""
        ends = {"midi": self.devices, "osc": self.wire}
        return {name: end.report() for name, end in ends.items() if end}


def plays(preset, name):
    """True if a parameter is of something that a preset shows, or sounds by."""
    root, section = name.split(".")[:2]
    return root != "visuals" or section in (preset.scene, *preset.passes, FINISH)
