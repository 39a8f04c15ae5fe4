"""MappedControls: rows of a mapping at work on the desk."""

from phosphene.engine.session.controllers.midi_mapping import KEYS, TURNS, heard_as
from phosphene.engine.session.controllers.midi_messages import NARROW

NEAR = 2 / NARROW  # shares by which a knob may miss a parameter and yet pick it up
MOMENTARY = ("note", "program", "pressure")  # what always comes from rest, so there is nothing to pick up


def encoder_steps(kind, value):
    """Steps that a knob without an end was turned by, to the right."""
    if kind == "offset":
        return value - 64
    if kind == "sign":
        return value & 63 if value < 64 else -(value & 63)
    return value if value < 64 else value - 128


class MappedControl:
    """One row. It moves its parameter from where it stands as that does, so that nothing jumps; unless it need not.

    Parameters
    ----------
    row : Row
    """

    def __init__(self, row):
        self.row, self.kind = row, getattr(row, "from").partition(".")[0]
        self.eager = self.kind in (*TURNS, *MOMENTARY) or row.toggle or not row.pickup
        self.place, self.left = None, None  # where it stands, as a share of the parameter's way; the base it left there
        self.down = False

    def means(self, said):
        return self.row.port.lower() in said.port.lower()

    def press(self, said):
        """True if a button has just gone down, or a knob was turned to the right."""
        if self.kind in TURNS:
            return encoder_steps(self.kind, said.value) > 0
        before, self.down = self.down and self.kind != "program", said.down
        return self.down and not before

    def move(self, said, desk):
        """Move the parameter, where there is such a one now."""
        control = desk.controls.get(self.row.to)
        if control is None:
            return
        param, base = control.param, desk.bases[control.name]
        stands = param.position_of(base[0])
        place = self._place(said, param, stands)
        if self._has(base, stands, place):
            if place != stands:
                desk.move(control.name, param.value_at(place), "midi")
            self.left = desk.bases[control.name]

    def _place(self, said, param, stands):
        """Where the parameter should be, as a share of its way."""
        low, high = (param.position_of(param.clamp(end)) for end in self.row.range or (param.low, param.high))
        if self.row.toggle:
            return stands if not self.press(said) else high if abs(stands - low) <= abs(stands - high) else low
        if self.kind not in TURNS:
            return low + said.share * (high - low)
        step = 1.0 / (len(param.choices) - 1) if param.choices else self.row.step
        way = step if high >= low else -step
        return min(max(stands + way * encoder_steps(self.kind, said.value), min(low, high)), max(low, high))

    def _has(self, base, stands, place):
        """True if the parameter is where the knob left it, or is just passed by it."""
        before, self.place = self.place, place
        if self.eager or base == self.left or abs(place - stands) <= NEAR:
            return True
        return before is not None and (before - stands) * (place - stands) <= 0


class MappedControls:
    """All rows of a mapping.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk):
        self.desk, self.listening = desk, {}

    def lay(self, mapping):
        """Take other rows; those that stay keep what they know."""
        old = {knob.row: knob for knobs in self.listening.values() for knob in knobs}
        self.listening = {}
        for row in mapping.controllers:
            self.listening.setdefault(heard_as(row), []).append(old.get(row) or MappedControl(row))

    def hearing(self, said):
        """Those that something was said to."""
        return [knob for knob in self.listening.get(said.what, ()) if knob.means(said)]

    def take(self, said, goes=lambda name: True):
        """Do what was said, as far as it `goes(name)`; gives the words of keys that were pressed."""
        for knob in self.hearing(said):
            root, _, word = knob.row.to.partition(".")
            if not goes(knob.row.to):
                continue
            if root != KEYS:
                knob.move(said, self.desk)
            elif knob.press(said):
                yield word
