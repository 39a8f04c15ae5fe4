"""bounce: sound and picture to files, offline."""

import time

from phosphene.engine.cli.commands.shared import preset_of, warm_up
from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.stop_signal import StopSignal

FILM_WORDS = "size", "fps", "codec", "crf"


def run(asked):
    """Sound and picture to files, offline."""
    stopped = StopSignal()  # Ctrl-C waits for the next look: raised in C code's callbacks, it would be lost
    given = [word for word in (asked.input, asked.source, asked.take) if word is not None]
    if len(given) != 1:
        what = "one of them" if given else "an INPUT, --source synth, or --take FILE"
        raise UsageError(f"bounce: needs {what}, found {len(given)}")
    from phosphene.engine.cli.output import print_line, progress_bar
    from phosphene.engine.common.atomic_files import check_writable
    from phosphene.engine.offline.bounce import bounce, check_outs
    from phosphene.engine.visuals.media_names import seen_again

    for out in asked.outs:
        check_writable(out, overwrite=asked.overwrite)
    check_outs(asked.outs, asked.depth)
    shot = _shot(asked)
    material = _material(asked)
    if shot:
        seen_again(material.preset.media)
    warm_up(stopped.is_set)
    with progress_bar() as bar:
        task = bar.add_task(asked.outs[0].name, total=None, detail="")
        begun = time.monotonic()

        def watch(graph):
            if stopped.is_set():
                raise KeyboardInterrupt
            spent = max(time.monotonic() - begun, 1e-9)
            done, told = graph.player.position, f"{graph.player.position / graph.rate / spent:.0f} times real time"
            if graph.eyes:  # the slower ones by far
                pictures = graph.eyes[-1].shown
                done, told = int(pictures * graph.rate / shot.fps), f"{pictures / spent:.1f} frames a second"
            bar.update(task, completed=done, total=graph.frames, detail=told)

        how = {"depth": asked.depth, "shot": shot, "overwrite": asked.overwrite}
        record, remarks = bounce(material, asked.outs, **how, watch=watch)
    names = ", ".join(map(str, asked.outs))
    for remark in remarks:
        print_line(f"{names}: {remark}")
    film = f", {record.pictures} picture{'s' * (record.pictures != 1)}" if record.pictures is not None else ""
    print_line(f"{names}: {record.frames / record.rate:.2f} s, {record.rate} Hz{film}, {record.format}")


def _shot(asked):
    """How the film is to be taken, if there is to be one."""
    from phosphene.engine.offline.bounce import FILM, FilmSettings

    given = {name: getattr(asked, name) for name in FILM_WORDS if getattr(asked, name) is not None}
    if not any(out.suffix.lower() == FILM for out in asked.outs):
        if given:
            raise UsageError(f"--{next(iter(given))}: is of a film; add -o NAME{FILM}")
        return None
    if "codec" in given:
        from phosphene.engine.encode.encoders import require

        require(given["codec"])
    return FilmSettings(**given)


def _material(asked):
    from phosphene.engine.audio.sources.base import open_source
    from phosphene.engine.offline.bounce import BounceInput
    from phosphene.engine.presets.load import restore_preset
    from phosphene.engine.takes.file import TakeReader

    if asked.take:
        if asked.preset or asked.genome or asked.set or asked.seed is not None:
            raise UsageError("--take: brings its own preset; leave out --preset, --genome, --set and --seed")
        if asked.seconds:
            raise UsageError("--take: is as long as it was played; leave out --seconds")
        reader = TakeReader(asked.take)
        return BounceInput(reader, "take", restore_preset(reader.preset, asked.take), asked.take)
    preset = preset_of(asked)
    kind = asked.source or "file"
    source = open_source(kind, None, preset, file=asked.input)
    return BounceInput(source, kind, preset, asked.input, asked.seconds)
