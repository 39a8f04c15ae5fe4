"""The hub: all controllers of a session as one."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.keys import CHARACTERS
from phosphene.engine.session.controllers.controller import Controller, MidiLearn, SessionAccess

FEATURE_RATE = 30.0  # times per second that features are sent by OSC
NO_MIDI = "no MIDI to learn from: start with --midi"


class ControllerHub:
    """Polls controllers one after the other, and lets each know what the others moved.

    Parameters
    ----------
    controllers : sequence of Controller
    midi_learn : MidiLearn, optional
        The one among them that learns.
    """

    def __init__(self, controllers: Sequence[Controller], midi_learn: MidiLearn | None = None) -> None:
        self.controllers, self.midi_learn = controllers, midi_learn

    def connect(self, session: SessionAccess) -> None:
        """Work on this session from now on."""
        for controller in self.controllers:
            controller.connect(session)

    def poll(self) -> list[tuple[float, str]]:
        """Set the parameters that were asked for; returns (moment, key) of pressed keys, as a keyboard does."""
        pressed = []
        for controller in self.controllers:
            events = controller.poll()
            pressed += [(moment, CHARACTERS[name]) for moment, name in events.presses]
            if events.moved:
                for other in self.controllers:
                    if other is not controller:
                        other.parameter_moved(events.moved)
        return pressed

    def notices(self) -> list[str]:
        """New lines for the user."""
        return [line for controller in self.controllers for line in controller.notices()]

    def report(self) -> dict[str, Any]:
        """The section `controllers` of a `--report` file."""
        return {controller.name: controller.report() for controller in self.controllers}

    def close(self) -> None:
        with ExitStack() as stack:
            for controller in self.controllers:
                stack.callback(controller.close)

    def toggle_learning(self) -> str | None:
        """Begin MIDI learn, or end it. This and what follows return a notice for the user, or None."""
        return self._learn(lambda learn: learn.toggle_learning())

    def choose(self, step: int) -> str | None:
        return self._learn(lambda learn: learn.choose(step))

    def choose_section(self, step: int) -> str | None:
        return self._learn(lambda learn: learn.choose_section(step))

    def unmap(self) -> str | None:
        return self._learn(lambda learn: learn.unmap())

    def _learn(self, act: Callable[[MidiLearn], str | None]) -> str | None:
        return act(self.midi_learn) if self.midi_learn else NO_MIDI

    @property
    def learn_prompt(self) -> str | None:
        """What the user should do next to map a knob, None while nothing is learnt."""
        return self.midi_learn.prompt if self.midi_learn else None


def open_controllers(
    *,
    midi: str | None = None,
    mapping: Path | None = None,
    osc_in: tuple[str, int] | None = None,
    osc_out: tuple[str, int] | None = None,
    osc_rate: float | None = None,
) -> ControllerHub:
    """Open the controllers that the command line asks for. Another kind of controller gets its lines here.

    Parameters
    ----------
    midi : str, optional
        Part of the devices' names; empty for all devices.
    mapping : Path, optional
        The file of the MIDI mapping.
    osc_in, osc_out : (str, int), optional
        Host and port to listen on and to send to.
    osc_rate : float, optional
        Times per second that features are sent.

    Raises
    ------
    UsageError
        If the mapping has faults, a library is missing, or a port is taken.
    """
    if mapping and midi is None:
        raise UsageError(f"--controllers {mapping}: needs --midi")
    if osc_rate and not osc_out:
        raise UsageError(f"--osc-rate {osc_rate}: needs --osc-out")
    controllers: list[Controller] = []
    midi_session = None
    with ExitStack() as opened:  # an error closes what is open already
        if osc_in or osc_out:
            from phosphene.engine.session.controllers.osc_sockets import require_library as require_osc

            require_osc("--osc-in" if osc_in else "--osc-out")
            from phosphene.engine.session.controllers.osc_session import OscSession

            osc_session = OscSession(osc_in, osc_out, osc_rate or FEATURE_RATE)
            opened.callback(osc_session.close)
            controllers.append(osc_session)
        if midi is not None:  # last: a parameter moved by OSC is known to MIDI learn in the same tick
            from phosphene.engine.session.controllers.midi_ports import require_library as require_midi

            require_midi()
            from phosphene.engine.session.controllers.midi_session import MidiSession

            midi_session = MidiSession(midi, mapping)
            opened.callback(midi_session.close)
            controllers.append(midi_session)
        opened.pop_all()
    return ControllerHub(controllers, midi_session)
