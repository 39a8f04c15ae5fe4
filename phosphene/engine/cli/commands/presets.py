"""presets: the presets that come with Phosphene, each with a still."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from phosphene.engine.cli.argument_types import add_overwrite_option

HELP = "list the presets, with a still of each where the terminal can show it"
EXAMPLE = "phosphene presets -o presets.png"
MAX_CAPTION_LENGTH = 48  # characters


def add(parser: ArgumentParser) -> None:
    parser.add_argument("-o", dest="out", type=Path, metavar="OUT", help="write a .png with a still of each")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    add_overwrite_option(parser)


def run(args: Namespace) -> None:
    """List the presets."""
    from phosphene.engine.cli.commands.shared import ensure_compiled
    from phosphene.engine.cli.output import console, errors, inline_picture, print_line
    from phosphene.engine.common.atomic_files import check_writable
    from phosphene.engine.common.output_paths import check_ending
    from phosphene.engine.presets.load import load_preset
    from phosphene.engine.presets.packaged import preset_names

    if args.out:
        check_ending("-o", args.out, (".png",))
        check_writable(args.out, overwrite=args.overwrite)
    presets = {name: load_preset(name)[0] for name in preset_names()}
    if args.json:
        print_line(json.dumps([_to_json(name, preset) for name, preset in presets.items()], indent=2))
    inline = console.color_system == "truecolor" and console.is_terminal and not args.json
    if args.out or inline:
        ensure_compiled(announce=errors.print)
        stills = _render_stills(presets)
    for name, preset in presets.items():
        if not args.json:
            print_line(f"{name:14}  {preset.about}")
            if inline:
                console.print(inline_picture(stills[name]))
    if args.out:
        _write_sheet(args.out, presets, stills)
        if not args.json:
            print_line(f"{args.out}: a still of each")


def _render_stills(presets):
    """A still of each preset by its name, with a progress bar."""
    from phosphene.engine.cli.output import progress_bar
    from phosphene.engine.offline.thumbnails import cached_thumbnail

    stills = {}
    with progress_bar() as bar:
        task = bar.add_task("rendering", total=len(presets), detail="")
        for name, preset in presets.items():
            bar.update(task, detail=name)
            stills[name] = cached_thumbnail(name, preset)
            bar.advance(task)
    return stills


def _write_sheet(path, presets, stills):
    from phosphene.engine.offline.contact_sheet import write_contact_sheet

    captions = [f"{name}   {_shorten(preset.about)}" for name, preset in presets.items()]
    count = f"{len(presets)} presets"
    write_contact_sheet(path, list(stills.values()), captions, title="phosphene", subtitle=count)


def _to_json(name, preset):
    genome = [op for op, _ in preset.active_genes()]
    return {
        "name": name,
        "about": preset.about,
        "scene": preset.scene,
        "passes": list(preset.passes),
        "genome": genome,
        "rows": len(preset.matrix),
        "seed": preset.seed,
    }


def _shorten(text):
    return text if len(text) <= MAX_CAPTION_LENGTH else text[: MAX_CAPTION_LENGTH - 1].rstrip() + "…"
