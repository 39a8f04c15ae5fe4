"""Phosphene turns sound into pictures, live and offline.

The names below are for notebooks and scripts; each is loaded when it is first used, so that importing the package
stays cheap for the processes of a session. docs/python.md shows them at work.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from phosphene.api.effects import Effect, apply, effects
    from phosphene.api.features import Features, listen
    from phosphene.api.files import bounce
    from phosphene.api.frames import render_frames
    from phosphene.api.presets import presets
    from phosphene.engine.common.errors import PhospheneError, UsageError

__version__ = "0.1.0"
__all__ = [
    "Effect",
    "Features",
    "PhospheneError",
    "UsageError",
    "apply",
    "bounce",
    "effects",
    "listen",
    "presets",
    "render_frames",
]
_HOMES = {
    "Effect": "phosphene.api.effects",
    "Features": "phosphene.api.features",
    "PhospheneError": "phosphene.engine.common.errors",
    "UsageError": "phosphene.engine.common.errors",
    "apply": "phosphene.api.effects",
    "bounce": "phosphene.api.files",
    "effects": "phosphene.api.effects",
    "listen": "phosphene.api.features",
    "presets": "phosphene.api.presets",
    "render_frames": "phosphene.api.frames",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'phosphene' has no attribute '{name}'")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
