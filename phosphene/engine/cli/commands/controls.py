"""controls: every parameter, key and feature, and its OSC address."""

import json
import sys

from phosphene.engine.cli.argument_types import add_preset_options

HELP = "list every parameter, key and feature, with its OSC address"
EXAMPLE = "phosphene controls --preset foxfire"


def add(parser):
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    add_preset_options(parser)


def run(args):
    """Every parameter, key and feature, and its OSC address."""
    from phosphene.engine.cli.commands.shared import preset_from_args

    found = _found(preset_from_args(args))
    if args.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    for kind, rows in found.items():
        sys.stdout.write(f"{kind}\n")
        width = max(len(row["address"]) for row in rows)
        for row in rows:
            sys.stdout.write(f"  {row['address']:{width}}  {row['about']}\n")


def _found(preset):
    from phosphene.engine.common.keys import KEYS
    from phosphene.engine.listening.frame import SCALARS
    from phosphene.engine.session.controllers.osc_addresses import (
        LIST,
        feature_addresses,
        key_address,
        param_address,
        share_address,
    )
    from phosphene.engine.session.supervisor import controls

    params = [
        {
            "address": param_address(control.name),
            "share": share_address(control.name),
            "name": control.name,
            "low": control.param.low,
            "high": control.param.high,
            "unit": control.param.unit,
            "curve": control.param.curve,
            "choices": control.param.choices,
            "value": control.value,
            "about": f"{control.param.range_text}; now {_said(control)}",
        }
        for control in controls(preset, 0)
    ]
    units = {param.name: param.unit or param.range_text for param in SCALARS}
    features = [
        {"address": address, "numbers": count, "about": f"{count} numbers" if count > 1 else _unit(address, units)}
        for address, _, count in feature_addresses()
    ]
    return {
        "parameters": params,
        "keys": [{"address": key_address(row.word), "name": f"keys.{row.word}", "about": row.does} for row in KEYS],
        "questions": [{"address": LIST, "about": "answers with all parameters and keys"}],
        "features": features,
    }


def _said(control):
    choices = control.param.choices
    return choices[int(control.value)] if choices else f"{control.value:g}"


def _unit(address, units):
    root, _, name = address.rpartition("/")
    return units[name] if root.endswith("feature") else "0 to 1"
