"""The presets that come with Phosphene."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from phosphene.engine.common.errors import UsageError
from phosphene.engine.presets.load import load_preset
from phosphene.engine.presets.model import Preset
from phosphene.engine.presets.packaged import preset_names


class PresetInfo(NamedTuple):
    """What `phosphene presets --json` prints of a preset."""

    name: str
    about: str
    scene: str
    passes: list[str]
    genome: list[str]  # names of the effects
    rows: int  # of its modulation matrix
    seed: int


def presets() -> dict[str, PresetInfo]:
    """The presets that come with Phosphene, by name.

    Examples
    --------
    >>> import phosphene
    >>> phosphene.presets()["quiet"].scene
    'scope'
    """
    return {name: preset_info(name, load_preset(name)[0]) for name in preset_names()}


def preset_info(name: str, preset: Preset) -> PresetInfo:
    genome = [op for op, _ in preset.active_genes()]
    return PresetInfo(name, preset.about, preset.scene, list(preset.passes), genome, len(preset.matrix), preset.seed)


def open_preset(
    preset: str | Path | None, overrides: Mapping[str, Any] | None, genome: str | Path | None = None
) -> Preset:
    """Load a preset, with overrides by dotted name: `{"flow.hue": 0.3, "seed": 7}`.

    Raises
    ------
    UsageError
        One line for each fault.
    """
    try:
        words = [f"{key}={json.dumps(value, default=float)}" for key, value in (overrides or {}).items()]
    except (TypeError, ValueError) as error:
        raise UsageError(f"overrides: needs numbers, text, lists and mappings ({error})") from error
    return load_preset(preset, words, genome=None if genome is None else Path(genome))[0]
