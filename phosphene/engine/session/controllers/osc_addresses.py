"""OSC addresses of parameters, keys and features."""

from collections.abc import Iterator

from phosphene.engine.listening.frame import ARRAY_FIELDS, AT, FRAME, SCALARS

ROOT = "/phosphene"
LIST = f"{ROOT}/list"
PHASES = {f"{ROOT}/beat": AT.beat, f"{ROOT}/bar": AT.bar}  # sent as their fractions, 0 to 1


def param_address(name: str) -> str:
    """The address of a parameter, in its own unit."""
    return f"{ROOT}/param/{name.replace('.', '/')}"


def share_address(name: str) -> str:
    """The address of the same parameter from 0 to 1, as a knob travels."""
    return f"{param_address(name)}/share"


def key_address(name: str) -> str:
    return f"{ROOT}/key/{name}"


def feature_addresses() -> Iterator[tuple[str, int, int]]:
    """(address, offset in a frame, count of numbers) of every feature that is sent."""
    yield from ((address, offset, 1) for address, offset in PHASES.items())
    for param in SCALARS:
        yield f"{ROOT}/feature/{param.name}", getattr(AT, param.name), 1
    for name in ARRAY_FIELDS:
        yield f"{ROOT}/feature/{name}", getattr(AT, name), FRAME[name].itemsize // 8
