"""Addresses: everything by its OSC name."""

from phosphene.engine.listening.frame import AT, FRAME, ROWS, SCALARS

ROOT = "/phosphene"
LIST = f"{ROOT}/list"
PHASES = {f"{ROOT}/beat": AT.beat, f"{ROOT}/bar": AT.bar}  # how far they have got, 0 to 1


def param_address(name):
    """Of a parameter, in its own unit."""
    return f"{ROOT}/param/{name.replace('.', '/')}"


def share_address(name):
    """Of the same from 0 to 1, as a knob travels."""
    return f"{param_address(name)}/share"


def key_address(word):
    return f"{ROOT}/key/{word}"


def feature_addresses():
    """Of all that is told of the sound: (address, its first place in a frame, numbers)."""
    yield from ((address, at, 1) for address, at in PHASES.items())
    for param in SCALARS:
        yield f"{ROOT}/feature/{param.name}", getattr(AT, param.name), 1
    for name in ROWS:
        yield f"{ROOT}/feature/{name}", getattr(AT, name), FRAME[name].itemsize // 8
