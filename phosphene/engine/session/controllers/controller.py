"""The contract of a controller: what moves parameters and presses keys from outside, such as MIDI, OSC or a remote."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:  # controllers are opened before the processes start, so importing numba here would delay the sound
    from phosphene.engine.audio.now_playing import NowPlaying
    from phosphene.engine.session.parameters import ParameterStore


class SessionAccess(NamedTuple):
    """What a controller may use of a session."""

    parameters: "ParameterStore"
    now_playing: "NowPlaying"  # for one thread only
    is_used: Callable[[str], bool]  # whether the current preset uses the parameter of this name


class KeyPress(NamedTuple):
    moment: float  # by time.perf_counter()
    name: str  # of a row of the key table


class Events(NamedTuple):
    """What came in since the last poll and is not done yet."""

    presses: list[KeyPress]
    moved: str | None = None  # the parameter that was moved last


class Controller(Protocol):
    """Opened before a session begins, connected once it is there, closed when it ends."""

    name: str  # its section in a report

    def connect(self, session: SessionAccess) -> None:
        """Work on this session from now on. Called once, before any `poll`."""

    def poll(self) -> Events:
        """Set the parameters that were asked for, and return the rest. Called once per tick; never waits."""

    def parameter_moved(self, name: str) -> None:
        """Another controller moved this parameter."""

    def notices(self) -> list[str]:
        """New lines for the user."""

    def report(self) -> dict[str, Any]:
        """What came and went, for `--report`."""

    def close(self) -> None:
        """Release the devices. Works before `connect` too."""


class MidiLearn(Protocol):
    """What the keys of MIDI learn act on."""

    def toggle_learning(self) -> None: ...

    def choose(self, step: int) -> None:
        """Choose the parameter so many places further."""

    def choose_section(self, step: int) -> None:
        """Choose the first parameter of a section so many places further."""

    def unmap(self) -> str:
        """Remove what moves the chosen parameter; returns a notice."""

    @property
    def prompt(self) -> str | None:
        """What the user should do next, None while learning is off."""
