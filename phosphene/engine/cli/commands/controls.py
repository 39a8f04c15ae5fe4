"""controls: lists every parameter, key and feature, with its OSC address."""

import json
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from phosphene.engine.cli.argument_types import add_preset_options

if TYPE_CHECKING:
    from phosphene.engine.presets.model import Preset
    from phosphene.engine.session.parameters import Parameter

HELP = "list every parameter, key and feature, with its OSC address"
EXAMPLE = "phosphene controls --preset foxfire"


def add(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    add_preset_options(parser)


def run(args: Namespace) -> None:
    """Print the list."""
    from phosphene.engine.cli.commands.shared import preset_from_args

    sections = _sections(preset_from_args(args))
    if args.json:
        sys.stdout.write(json.dumps(sections, indent=2) + "\n")
        return
    for name, rows in sections.items():
        sys.stdout.write(f"{name}\n")
        width = max(len(row["address"]) for row in rows)
        for row in rows:
            sys.stdout.write(f"  {row['address']:{width}}  {row['about']}\n")


def _sections(preset: "Preset") -> dict[str, list[dict[str, Any]]]:
    from phosphene.engine.common.keys import KEYS
    from phosphene.engine.session.controllers.osc_addresses import LIST, key_address
    from phosphene.engine.session.parameters import preset_parameters

    return {
        "parameters": [_parameter_row(parameter) for parameter in preset_parameters(preset, genome_serial=0)],
        "keys": [
            {"address": key_address(key.name), "name": f"keys.{key.name}", "about": key.description} for key in KEYS
        ],
        "questions": [{"address": LIST, "about": "answers with all parameters and keys"}],
        "features": _feature_rows(),
    }


def _parameter_row(parameter: "Parameter") -> dict[str, Any]:
    from phosphene.engine.session.controllers.osc_addresses import param_address, share_address

    param = parameter.param
    value = param.choices[int(parameter.value)] if param.choices else f"{parameter.value:g}"
    return {
        "address": param_address(parameter.name),
        "share": share_address(parameter.name),
        "name": parameter.name,
        "low": param.low,
        "high": param.high,
        "unit": param.unit,
        "curve": param.curve,
        "choices": param.choices,
        "value": parameter.value,
        "about": f"{param.range_text}; now {value}",
    }


def _feature_rows() -> list[dict[str, Any]]:
    from phosphene.engine.listening.frame import SCALARS
    from phosphene.engine.session.controllers.osc_addresses import feature_addresses

    units = {param.name: param.unit or param.range_text for param in SCALARS}

    def unit_of(address: str) -> str:
        folder, _, name = address.rpartition("/")
        return units[name] if folder.endswith("feature") else "0 to 1"

    return [
        {"address": address, "numbers": count, "about": f"{count} numbers" if count > 1 else unit_of(address)}
        for address, _, count in feature_addresses()
    ]
