"""The command line: one small function a command."""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

from engine.arguments import parse
from engine.errors import PhospheneError, UsageError

HELD = 15.0  # seconds that a user may hold a window by its title, and some systems then hold who paints it
LOOK = 0.1  # seconds between two looks at a live session
MEASURING = 1.0  # seconds after which the latency is known
FILM_WORDS = "size", "fps", "codec", "crf"


def main(words=None):
    """Run a command; gives the exit code: 0 well, 1 failed, 2 asked for what cannot be."""
    try:
        asked = parse(words)
        code = COMMANDS[asked.command](asked) or 0
        sys.stdout.flush()
        return code
    except PhospheneError as fault:
        from engine.terminal import fail

        fail(fault)
        return fault.code
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        return 1
    except BrokenPipeError:  # whoever read us has gone; Python would complain of it once more when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _preset(asked):
    """The preset that was asked for, with the genome that was asked for."""
    from engine.presets import load_preset

    sets = asked.set if asked.seed is None else [*asked.set, f"seed={asked.seed}"]
    preset, _ = load_preset(asked.preset, sets)
    if asked.genome is None:
        return preset
    from engine.effects import genome

    return preset.model_copy(update={"genome": genome.load(asked.genome)[0]})


def _live_preset(asked, source):
    from engine.audio.sources import check_pulled

    preset = _preset(asked)
    check_pulled(preset.genes(), source)
    return preset


def _warm_up(stopped=lambda: False):
    """Compile under a progress bar, on the first start only; `stopped` ends it between two steps."""
    from engine import warm
    from engine.terminal import progress, say

    if warm.is_warm():
        return
    names = [name for name, _ in warm.steps()]
    say("first start: compiling, once")
    with progress() as bar:
        task = bar.add_task("compiling", total=len(names), told="")

        def step(name):
            if stopped():
                raise KeyboardInterrupt
            bar.update(task, advance=0 if name == names[0] else 1, told=name)

        warm.warm(step)


def live_command(asked):
    """Sound from the source to the loudspeaker, and its picture, until Ctrl-C, Escape or a closed window."""
    from engine.bounce.whole import claim

    source = asked.source or ("file" if asked.file else "mic")
    if (source == "file") != (asked.file is not None):
        raise UsageError("--source file and --file F go together")
    if asked.input and source != "mic":
        raise UsageError(f"--input {asked.input}: is not heard with --source {source}")
    look = {"size": asked.size, "fullscreen": asked.fullscreen, "monitor": asked.monitor}
    given = [name for name, value in look.items() if value is not None and value is not False]
    if given and (asked.headless or asked.latency):
        other = "headless" if asked.headless else "latency"
        raise UsageError(f"--{given[0]}: is of a window; leave out --{other}")
    for path in filter(None, (asked.take, asked.report)):
        claim(path, overwrite=asked.overwrite or path is asked.report)
    from engine.process import Ward

    wards = [Ward("engine.live", "the audio process")]  # before anything heavy is imported here: side by side
    if not (asked.headless or asked.latency):
        wards.append(Ward("engine.show", "the visual process", stale=HELD))
    try:
        from engine.supervisor import Session, Stop, Watch

        stop = Stop()
        _warm_up(stop.event.is_set)
        preset = _live_preset(asked, source)
        session = Session(wards[0], wards[1] if wards[1:] else None, preset, _wish(asked, source), look)
    except BaseException as fault:
        for ward in wards:
            ward.end()
        if isinstance(fault, KeyboardInterrupt):
            return
        raise
    files = [path for path in (asked.preset, asked.genome) if path and Path(path).is_file()]
    watch = Watch(session, files, lambda: _live_preset(asked, source))
    try:
        _keep(session, stop, watch, asked)
        if asked.latency:
            _print_latency(session)
    finally:
        report = session.report()
        session.close()
    if asked.report:
        from engine.bounce.whole import write_text

        write_text(asked.report, json.dumps(report, indent=2, sort_keys=True) + "\n")
    _farewell(report, asked)


def _wish(asked, source):
    return {
        "source": source,
        "file": str(asked.file.resolve()) if asked.file else None,
        "take": str(asked.take.resolve()) if asked.take else None,
        "input": asked.input,
        "output": asked.output,
        "rate": asked.rate,
        "block": asked.block,
        "buffer": asked.buffer / 1000,
    }


def _keep(session, stop, watch, asked):
    """Watch over the session until it is over."""
    from engine.terminal import StatusLine, say

    with StatusLine(session) as status:
        while not stop.wait(LOOK):
            for notice in session.look() + watch.look():
                say(notice)
            status.show()
            if session.closed:
                return
            if asked.seconds and session.seconds() >= asked.seconds:
                return
            if asked.latency and session.seconds() > MEASURING:
                return


def _print_latency(session):
    from engine.terminal import say

    nodes = session.latency_ms()
    width = max(map(len, nodes))
    for node, latency in nodes.items():
        say(f"{node:{width}}  {latency:8.2f} ms")


def _farewell(report, asked):
    from engine.terminal import say

    xruns = f"{report['underflows']} underflows, {report['overflows']} overflows"
    say(f"{report['seconds_heard']:.1f} s heard, {xruns}")
    if asked.take and asked.take.exists():
        lost = report["frames_missing"]["untaped"]
        say(f"{asked.take}: {'whole' if not lost else 'not whole: the disk was full or too slow'}")


def bounce_command(asked):
    """Sound and picture to files, offline."""
    stopped = threading.Event()  # Ctrl-C waits for the next look: raised in C code's callbacks, it would be lost
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    given = [word for word in (asked.input, asked.source, asked.take) if word is not None]
    if len(given) != 1:
        what = "one of them" if given else "an INPUT, --source synth, or --take FILE"
        raise UsageError(f"bounce: needs {what}, found {len(given)}")
    from engine.bounce.bounce import bounce, check_outs
    from engine.bounce.whole import claim
    from engine.terminal import progress, say

    for out in asked.outs:
        claim(out, overwrite=asked.overwrite)
    check_outs(asked.outs, asked.depth)
    shot = _shot(asked)
    material = _material(asked)
    _warm_up(stopped.is_set)
    with progress() as bar:
        task = bar.add_task(asked.outs[0].name, total=None, told="")
        begun = time.monotonic()

        def watch(graph):
            if stopped.is_set():
                raise KeyboardInterrupt
            spent = max(time.monotonic() - begun, 1e-9)
            done, told = graph.player.position, f"{graph.player.position / graph.rate / spent:.0f} times real time"
            if graph.eyes:  # the slower ones by far
                pictures = graph.eyes[-1].shown
                done, told = int(pictures * graph.rate / shot.fps), f"{pictures / spent:.1f} frames a second"
            bar.update(task, completed=done, total=graph.frames, told=told)

        how = {"depth": asked.depth, "shot": shot, "overwrite": asked.overwrite}
        record, remarks = bounce(material, asked.outs, **how, watch=watch)
    names = ", ".join(map(str, asked.outs))
    for remark in remarks:
        say(f"{names}: {remark}")
    film = f", {record.pictures} picture{'s' * (record.pictures != 1)}" if record.pictures is not None else ""
    say(f"{names}: {record.frames / record.rate:.2f} s, {record.rate} Hz{film}, {record.format}")


def _shot(asked):
    """How the film is to be taken, if there is to be one."""
    from engine.bounce.bounce import FILM, Shot

    given = {name: getattr(asked, name) for name in FILM_WORDS if getattr(asked, name) is not None}
    if not any(out.suffix.lower() == FILM for out in asked.outs):
        if given:
            raise UsageError(f"--{next(iter(given))}: is of a film; add -o NAME{FILM}")
        return None
    if "codec" in given:
        from engine.bounce.encoders import require

        require(given["codec"])
    return Shot(**given)


def _material(asked):
    from engine.audio.sources import open_source
    from engine.bounce.bounce import Material
    from engine.control.take import TakeReader
    from engine.presets import restore_preset

    if asked.take:
        if asked.preset or asked.genome or asked.set or asked.seed is not None:
            raise UsageError("--take: brings its own preset; leave out --preset, --genome, --set and --seed")
        if asked.seconds:
            raise UsageError("--take: is as long as it was played; leave out --seconds")
        reader = TakeReader(asked.take)
        return Material(reader, "take", restore_preset(reader.preset, asked.take), asked.take)
    preset = _preset(asked)
    kind = asked.source or "file"
    source = open_source(kind, None, preset, file=asked.input)
    return Material(source, kind, preset, asked.input, asked.seconds)


def apply_command(asked):
    """A genome on a whole file."""
    from engine.bounce.apply import apply
    from engine.terminal import say

    for line in apply(
        asked.input, asked.out, asked.genome, depth=asked.depth, tail=asked.tail, overwrite=asked.overwrite
    ):
        say(line)


def check_command(asked):
    """Validate files; all faults at once."""
    from engine.presets import check
    from engine.terminal import fail, say

    sound, faults = check(asked.files, permissive=asked.permissive)
    for line in sound:
        say(line)
    for line in faults:
        fail(line)
    return UsageError.code if faults else 0


def doctor_command(asked):
    """What is here and what is missing."""
    from engine.doctor import examine, lines

    found = examine()
    if asked.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        for line in lines(found):
            sys.stdout.write(line + "\n")
    return 0


COMMANDS = {
    "live": live_command,
    "bounce": bounce_command,
    "apply": apply_command,
    "check": check_command,
    "doctor": doctor_command,
}
