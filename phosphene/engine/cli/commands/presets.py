"""presets: what there is to play, and what it looks like."""

import json


def run(asked):
    """List the presets that come with Phosphene, with a still of each."""
    from phosphene.engine.cli.commands.shared import warm_up
    from phosphene.engine.cli.output import console, errors, inline_picture, print_line
    from phosphene.engine.common.atomic_files import check_writable
    from phosphene.engine.presets.load import load_preset
    from phosphene.engine.presets.packaged import preset_names

    if asked.out:
        check_writable(asked.out, overwrite=asked.overwrite)
    presets = {name: load_preset(name)[0] for name in preset_names()}
    if asked.json:
        print_line(json.dumps([_told(name, preset) for name, preset in presets.items()], indent=2))
    shown = console.color_system == "truecolor" and console.is_terminal and not asked.json
    if asked.out or shown:
        warm_up(told=errors.print)
        stills = _stills(presets)
    for name, preset in presets.items():
        if not asked.json:
            print_line(f"{name:14}  {preset.about}")
            if shown:
                console.print(inline_picture(stills[name]))
    if asked.out:
        from phosphene.engine.offline.contact_sheet import write_contact_sheet

        captions = [f"{name}   {_short(preset.about)}" for name, preset in presets.items()]
        write_contact_sheet(asked.out, list(stills.values()), captions, title="phosphene", below=f"{len(presets)} presets")
        if not asked.json:
            print_line(f"{asked.out}: a still of each")


def _stills(presets):
    from phosphene.engine.cli.output import progress_bar
    from phosphene.engine.offline.thumbnails import cached_thumbnail

    found = {}
    with progress_bar() as bar:
        task = bar.add_task("painting", total=len(presets), detail="")
        for name, preset in presets.items():
            bar.update(task, detail=name)
            found[name] = cached_thumbnail(name, preset)
            bar.advance(task)
    return found


def _told(name, preset):
    plain = {"name": name, "about": preset.about, "scene": preset.scene, "passes": list(preset.passes)}
    genome = [op for op, _ in preset.active_genes()]
    return {**plain, "genome": genome, "rows": len(preset.matrix), "seed": preset.seed}


def _short(text, most=48):
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
