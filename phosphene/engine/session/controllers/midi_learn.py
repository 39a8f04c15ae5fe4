"""Learning: move a knob, touch a parameter, and the one moves the other from then on."""

from itertools import pairwise

from phosphene.engine.common.keys import LEARN_KEYS, CHARACTERS
from phosphene.engine.session.controllers.midi_mapping import KEYS, MappingRow
from phosphene.engine.session.controllers.midi_messages import FINE, NARROW

ENOUGH = 4  # messages by which a knob is told from one that was bumped, and from a button
AIDS = [f"{KEYS}.{row.word}" for row in LEARN_KEYS]
PAUSE = 2.0  # seconds after which a knob that is moved again is a new one
MOST = 32  # messages that are looked at
FEW = 20  # steps that a knob without an end is turned by between two messages, at the most


class MidiLearner:
    """Off at first. While on, it knows which parameter or key was chosen, and listens for the knob.

    The other way round goes too: a knob that was moved waits for a parameter to be touched.

    Parameters
    ----------
    desk : Desk
    plays : callable(name)
        Whether a parameter is worth offering. Any that is touched will do.
    """

    def __init__(self, desk, plays=lambda name: True):
        self.desk, self.plays, self.on = desk, plays, False
        self.chosen, self.waiting = None, None  # a name; (what a row begins with) of a knob
        self.heard = {}  # by (port, what): (moment, values) since it was first moved

    def toggle(self):
        self.on, self.chosen, self.waiting = not self.on, None, None
        self.heard.clear()

    def names(self):
        """All that is offered."""
        return [*filter(self.plays, self.desk.controls), *(f"{KEYS}.{word}" for word in CHARACTERS)]

    def step(self, by):
        """Choose what lies so many places further."""
        self._go(self.names(), self.chosen, by)

    def leap(self, by):
        """Choose the first of the next section, or of the one before: another scene, gene, or the keys."""
        firsts = {section(name): name for name in reversed(self.names())}
        self._go([*reversed(firsts.values())], firsts.get(section(self.chosen or "")), by)

    def _go(self, names, here, by):
        at = names.index(here) + by if here in names else min(by, 0)
        self._choose(names[at % len(names)])

    def _choose(self, name):
        self.chosen, self.waiting = name, None
        self.heard.clear()

    def touch(self, name):
        """Another controller moved a parameter: that is the one. Gives the MappingRow for the knob that waits, if one does."""
        row = self.waiting and MappingRow(**self.waiting, to=name)
        self._choose(name)
        return row

    def hear(self, said):
        """A device said something; gives the MappingRow once it is clear what."""
        found = self._recognise(said)
        if not found:
            return None
        self.heard.clear()
        plain = {**found, "port": said.port.partition(":")[0]}  # what follows is called otherwise elsewhere
        if self.chosen is None:
            self.waiting = plain
            return None
        return MappingRow(**plain, to=self.chosen)

    def lets(self, name):
        """True if what moves something may do so: meanwhile nothing is moved but what is chosen, and what helps to."""
        return not self.on or self.chosen in (None, name) or name in AIDS

    def asks(self):
        """What the performer should do next, in a line; None while off."""
        if not self.on:
            return None
        if self.waiting:
            return f"learn: {self.waiting['from']} moves what? touch it by OSC, or choose it by . and turn again"
        if not self.chosen:
            return "learn: choose what is moved, by . , > < or by touching it"
        endless = any(_endless(values) for _, values in self.heard.values())
        return f"learn: {self.chosen} by which knob? {'and back' if endless else 'turn it'}"

    def _recognise(self, said):
        kind, _, rest = said.what.partition(".")
        moment, values = self.heard.get((said.port, said.what), (said.moment, []))
        values = [*(values if said.moment - moment <= PAUSE else []), said.value][-MOST:]
        self.heard[said.port, said.what] = said.moment, values
        if kind in ("note", "program"):
            return {"from": said.what} if said.value else None
        if kind != "cc":
            paired = kind == "cc14" and not self._pairs(said.port, rest)
            return {"from": said.what} if len(values) >= ENOUGH and not paired else None
        if self.chosen and self.chosen.startswith(KEYS) and said.down:
            return {"from": said.what}
        if len(values) > 1 and {*values} == {0, NARROW}:
            return {"from": said.what, "pickup": False}
        if len(values) < ENOUGH or self._is_half(said.port, rest):
            return None
        if not _endless(values):
            return {"from": said.what}
        turns = _turns(values)
        return turns and {"from": f"{turns}.{rest}"}

    def _pairs(self, port, rest):
        """True if both halves of a 14-bit controller come in step."""
        channel, number = rest.split(".")
        counts = [
            len(self.heard.get((port, f"cc.{channel}.{n}"), (0, []))[1]) for n in (int(number), int(number) + FINE)
        ]
        return min(counts) >= ENOUGH - 1

    def _is_half(self, port, rest):
        channel, number = rest.split(".")
        return int(number) < 2 * FINE and self._pairs(port, f"{channel}.{int(number) % FINE}")


def section(name):
    return name.rpartition(".")[0]


def _endless(values):
    """True if numbers are steps and not places: small, from one of the middles there are, and now and then the same."""
    small = all(min(value, abs(value - 64), 128 - value) <= FEW for value in values)
    return small and any(one == two for one, two in pairwise(values))


def _turns(values):
    """How a knob without an end counts; None before it was turned both ways."""
    up = any(0 < value <= FEW for value in values)
    if up and any(value >= NARROW + 1 - FEW for value in values):
        return "twos"
    beyond = any(64 < value <= 64 + FEW for value in values)
    if up and beyond:
        return "sign"
    return "offset" if beyond and any(64 - FEW <= value < 64 for value in values) else None
