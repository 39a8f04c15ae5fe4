"""Fills the tables of README.md and docs/ from the code, so that no range is written twice.

    python3 tools/assets/doc_tables.py

A table stands between `<!-- table: NAME -->` and `<!-- /table -->`. The script writes its rows and every column but the
last; where that is prose, it stays as it is in the document, found by the row's first cell. A new row gets an empty
last cell, which tests/tools/test_docs.py refuses.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from phosphene.engine.audio.sources import synth
from phosphene.engine.cli.parser import make_parser
from phosphene.engine.common.keys import KEYS
from phosphene.engine.common.params import Param
from phosphene.engine.effects import EFFECTS
from phosphene.engine.listening.frame import SCALARS
from phosphene.engine.modulation import generators, row_schema
from phosphene.engine.modulation.trajectory import anchors
from phosphene.engine.offline.features.columns import BEAT_COLUMN, COLUMNS
from phosphene.engine.presets.load import load_preset
from phosphene.engine.presets.packaged import preset_names
from phosphene.engine.session.controllers import osc_addresses
from phosphene.engine.visuals.audio_signals import SILENT_SIGNALS
from phosphene.engine.visuals.catalogue import FINISH, SCENES, SECTIONS, SHOW_PASSES
from phosphene.engine.visuals.deck import CLOCK

ROOT = Path(__file__).resolve().parents[2]
REGION = re.compile(r"(<!-- table: (\S+) -->\n)(.*?)(<!-- /table -->)", re.DOTALL)
PROSE = "\0"  # stands for a last cell that the document keeps
MEASURING = {"flash"}  # scenes that are no show
RATE = 48_000  # of the latencies

Row = tuple[str, ...]
Table = tuple[tuple[str, ...], list[Row]]


def documents() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def filled(text: str) -> str:
    """A document with its tables as the code has them.

    Raises
    ------
    KeyError
        For a table that does not exist.
    """
    return REGION.sub(lambda found: found[1] + _drawn(TABLES[found[2]](), found[3]) + found[4], text)


def _drawn(table: Table, before: str) -> str:
    titles, rows = table
    kept = {cells[0]: cells[-1] for cells in map(_cells, before.splitlines()) if cells}
    lines = [titles, tuple("---" for _ in titles)]
    lines += [(*cells[:-1], kept.get(cells[0], "")) if cells[-1] == PROSE else cells for cells in rows]
    return "".join(f"| {' | '.join(map(str, cells))} |\n".replace("|  |", "| |") for cells in lines)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def code(text: object) -> str:
    return f"`{text}`".replace("|", "\\|")


def number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def params_table(params: Iterable[Param]) -> Table:
    return ("parameter", "default", "range", "what it does"), [
        (code(param.name), default_of(param), range_of(param), PROSE) for param in params
    ]


def default_of(param: Param) -> str:
    return code(param.choices[int(param.default)]) if param.choices else number(param.default)


def range_of(param: Param) -> str:
    if param.choices:
        return ", ".join(map(code, param.choices))
    return f"{number(param.low)} to {number(param.high)} {param.unit}".strip()


def effects_table() -> Table:
    rows: list[Row] = []
    for name, module in EFFECTS.items():
        about = (module.__doc__ or "").splitlines()[0].partition(": ")[2].rstrip(".")
        latency = f"{1000 * module.latency(RATE) / RATE:.0f} ms" if hasattr(module, "latency") else "none"
        rows.append((f"[`{name}`](#{name})", about, latency))
    return ("effect", "what it does", "latency"), rows


def scenes_table() -> Table:
    rows: list[Row] = []
    for name, scene in SCENES.items():
        if name not in MEASURING:
            stills = (f"![{name}: a {kind}](docs/scenes/{name}{end}.png)" for kind, end in STILLS)
            shown = ", ".join(map(code, presets_with(name)))
            rows.append((f"**{name}**: {scene.about}. Presets: {shown}", *stills))
    return ("scene", "a still", "a loop"), rows


STILLS = (("still", ""), ("loop", "-loop"))


def presets_with(scene: str) -> list[str]:
    return [name for name in preset_names() if load_preset(name)[0].scene == scene]


def presets_table() -> Table:
    rows: list[Row] = []
    for name in preset_names():
        preset = load_preset(name)[0]
        rows.append((code(name), ", ".join(map(code, (preset.scene, *preset.passes))), preset.about))
    return ("preset", "scene and passes", "about"), rows


def features_table() -> Table:
    ranges = {param.name: f"{number(param.low)} to {number(param.high)}" for param in SCALARS}
    rows: list[Row] = [
        (code(name), str(column.shape[0]) if column.shape else "1", column.unit, ranges.get(column.field, ""), PROSE)
        for name, column in (COLUMNS | BEAT_COLUMN).items()
    ]
    return ("array", "columns", "unit", "matrix range", "what it is"), rows


def keys_table() -> Table:
    return ("key", "name", "what it does"), [(key_names(key.label), code(key.name), key.description) for key in KEYS]


def key_names(name: str) -> str:
    return " ".join(code(each) if len(each) == 1 else each for each in name.split())


def osc_table() -> Table:
    addresses = [
        osc_addresses.param_address("SECTION.NAME"),
        osc_addresses.share_address("SECTION.NAME"),
        osc_addresses.key_address("NAME"),
        osc_addresses.LIST,
        *osc_addresses.PHASES,
        f"{osc_addresses.ROOT}/feature/NAME",
    ]
    return ("address", "what it does"), [(code(address), PROSE) for address in addresses]


def command_parsers() -> Mapping[str, argparse.ArgumentParser]:
    """The parser of each command by its name."""
    (commands,) = (a for a in make_parser()._actions if isinstance(a, argparse._SubParsersAction))
    return commands.choices


def signals_table() -> Table:
    signals = {**SILENT_SIGNALS, **CLOCK}
    return ("uniform", "type", "what it is"), [(code(name), glsl_type(value), PROSE) for name, value in signals.items()]


def glsl_type(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return code(f"float[{len(value)}]")
    return code(f"vec{len(value)}") if isinstance(value, tuple) else code("float")


def options_table(command: str) -> Table:
    rows: list[Row] = []
    for action in command_parsers()[command]._actions:
        names = ", ".join(action.option_strings)
        if "--help" not in names:
            values = "" if action.nargs == 0 else action.metavar or "{" + ",".join(action.choices or ()) + "}"
            rows.append((code(f"{names} {values}".strip()), (action.help or "").replace("|", "\\|")))
    return ("option", "what it does"), rows


TABLES: Mapping[str, Callable[[], Table]] = {
    "effects": effects_table,
    "scenes": scenes_table,
    "presets": presets_table,
    "features": features_table,
    "keys": keys_table,
    "osc": osc_table,
    "signals": signals_table,
    "synth": partial(params_table, synth.PARAMS),
    "trajectory": partial(params_table, anchors.PARAMS),
    "row": partial(params_table, (row_schema.AMOUNT, row_schema.ATTACK, row_schema.RELEASE)),
    "lfo": partial(params_table, generators.LFO),
    "walk": partial(params_table, generators.WALK),
    "envelope": partial(params_table, generators.ENVELOPE),
    **{f"effect.{name}": partial(params_table, module.PARAMS) for name, module in EFFECTS.items()},
    **{f"scene.{name}": partial(params_table, scene.params) for name, scene in SCENES.items()},
    **{f"pass.{name}": partial(params_table, SECTIONS[name].params) for name in (*SHOW_PASSES, FINISH)},
    **{f"options.{name}": partial(options_table, name) for name in command_parsers()},
}


if __name__ == "__main__":
    for path in documents():
        text = path.read_text("utf-8")
        if (now := filled(text)) != text:
            path.write_text(now, "utf-8")
            print(f"{path.relative_to(ROOT)}: tables filled")
