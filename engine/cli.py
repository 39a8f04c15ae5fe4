"""The command line: one small function a command."""

import argparse
import json
import signal
import sys
import time
from pathlib import Path

from engine.errors import PhospheneError, UsageError, nearest

LOOK = 0.1  # seconds between two looks at a live session
MEASURING = 1.0  # seconds after which the latency is known


def main(words=None):
    """Run a command; gives the exit code: 0 well, 1 failed, 2 asked for what cannot be."""
    asked, unknown_words = _parser().parse_known_args(words)
    if unknown_words:
        asked.parser.error(f"no option '{unknown_words[0]}'{nearest(unknown_words[0], asked.parser.options())}")
    try:
        return asked.run(asked) or 0
    except PhospheneError as fault:
        from engine.terminal import fail

        fail(fault)
        return fault.code
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        return 1


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message):
        from engine.terminal import fail

        fail(f"{message}; see '{self.prog} --help'")
        sys.exit(UsageError.code)

    def options(self):
        return [word for action in self._actions for word in action.option_strings]


def _parser():
    parser = Parser(prog="phosphene", description="Listens, or dreams, and paints what it hears.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (_add_live, _add_bounce, _add_check, _add_doctor):
        add(commands)
    return parser


def _add_live(commands):
    live = commands.add_parser("live", help="sound from a source to the loudspeaker")
    live.set_defaults(run=live_command, parser=live)
    _preset_words(live)
    live.add_argument("--input", metavar="DEV", help="microphone: a name, a part of one, or a number (see doctor)")
    live.add_argument("--output", metavar="DEV", help="loudspeaker, likewise")
    live.add_argument("--source", choices=("mic", "file", "synth", "silence"), help="mic, or file with --file")
    live.add_argument("--file", type=Path, metavar="F", help="a file to play, again and again")
    live.add_argument("--headless", action="store_true", help="no window")
    live.add_argument("--seconds", type=_seconds, metavar="N", help="end after so much sound")
    live.add_argument("--take", type=Path, metavar="FILE", help="record what comes in, to bounce it later")
    live.add_argument("--report", type=Path, metavar="FILE", help="write what happened, as JSON")
    live.add_argument("--latency", action="store_true", help="print the latency node by node, and end")
    live.add_argument("--rate", type=_whole(1_000, 768_000), metavar="HZ", help="frames per second; else the device's")
    live.add_argument("--block", type=_whole(16, 8192), default=256, metavar="N", help="frames per block (256)")
    live.add_argument("--buffer", type=_whole(1, 2_000), default=20, metavar="MS", help="latency to ask for (20)")
    live.add_argument("--overwrite", action="store_true", help="let --take replace a file")


def _add_bounce(commands):
    bounce = commands.add_parser("bounce", help="sound to a file, faster than it plays, the same every time")
    bounce.set_defaults(run=bounce_command, parser=bounce)
    bounce.add_argument("input", nargs="?", type=Path, metavar="INPUT", help="any file that FFmpeg reads")
    bounce.add_argument("-o", dest="out", type=Path, required=True, metavar="OUT", help="a .wav or .flac file")
    bounce.add_argument("--source", choices=("synth", "silence"), help="sound that needs no INPUT")
    bounce.add_argument("--take", type=Path, metavar="FILE", help="play a take of 'live' again")
    bounce.add_argument("--seconds", type=_seconds, metavar="N", help="length; else the input's, or 60")
    bounce.add_argument("--depth", choices=("24", "float"), help="of a sample in a WAV (24)")
    bounce.add_argument("--overwrite", action="store_true", help="replace OUT")
    _preset_words(bounce)


def _add_check(commands):
    check = commands.add_parser("check", help="validate presets, genomes and run records")
    check.set_defaults(run=check_command, parser=check)
    check.add_argument("files", nargs="+", metavar="FILE")
    check.add_argument("--permissive", action="store_true", help="warn only, and say what would be done")


def _add_doctor(commands):
    doctor = commands.add_parser("doctor", help="what is here, what is missing, and how to mend it")
    doctor.set_defaults(run=doctor_command, parser=doctor)
    doctor.add_argument("--json", action="store_true")


def _preset_words(parser):
    parser.add_argument("--preset", metavar="P", help="a preset's name, or a YAML file")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="override the preset; the last word wins"
    )
    parser.add_argument("--seed", type=_whole(0, 2**63 - 1), metavar="N", help="the same as --set seed=N")


def _whole(low, high):
    def whole(word):
        try:
            number = int(word)
        except ValueError:
            raise argparse.ArgumentTypeError(f"'{word}' is not a whole number") from None
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"{number} is outside {low} to {high}")
        return number

    return whole


def _seconds(word):
    try:
        seconds = float(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{word}' is not a number of seconds") from None
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{word} is not above 0")
    return seconds


def _preset(asked):
    from engine.presets import load_preset

    sets = asked.set if asked.seed is None else [*asked.set, f"seed={asked.seed}"]
    return load_preset(asked.preset, sets)[0], sets


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
    """Sound from the source to the loudspeaker until Ctrl-C."""
    from engine.bounce.whole import claim

    source = asked.source or ("file" if asked.file else "mic")
    if (source == "file") != (asked.file is not None):
        raise UsageError("--source file and --file F go together")
    if asked.input and source != "mic":
        raise UsageError(f"--input {asked.input}: is not heard with --source {source}")
    for path in filter(None, (asked.take, asked.report)):
        claim(path, overwrite=asked.overwrite or path is asked.report)
    from engine.process import AudioProcess

    audio = AudioProcess()  # before anything heavy is imported here: the two import side by side
    try:
        from engine.supervisor import PresetWatch, Session, Stop

        stop = Stop()
        _warm_up(stop.event.is_set)
        preset, sets = _preset(asked)
        if asked.take:
            asked.take.unlink(missing_ok=True)
        session = Session(audio, preset, _wish(asked, source))
    except KeyboardInterrupt:
        audio.end()
        return
    except BaseException:
        audio.end()
        raise
    watch = PresetWatch(session, asked.preset, sets) if asked.preset and Path(asked.preset).is_file() else None
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
            for notice in session.look() + (watch.look() if watch else []):
                say(notice)
            status.show()
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
        say(f"{asked.take}: {'whole' if not lost else f'{lost} frames are missing: the disk was too slow'}")


def bounce_command(asked):
    """Sound to a file, offline."""
    given = [word for word in (asked.input, asked.source, asked.take) if word is not None]
    if len(given) != 1:
        what = "one of them" if given else "an INPUT, --source synth, or --take FILE"
        raise UsageError(f"bounce: needs {what}, found {len(given)}")
    from engine.bounce.bounce import bounce
    from engine.bounce.whole import claim
    from engine.terminal import progress, say

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C: with nothing left behind
    claim(asked.out, overwrite=asked.overwrite)
    material = _material(asked)
    _warm_up()
    with progress() as bar:
        task = bar.add_task(asked.out.name, total=None, told="")
        begun = time.monotonic()

        def watch(graph):
            done = graph.player.position
            speed = done / graph.rate / max(time.monotonic() - begun, 1e-9)
            bar.update(task, completed=done, total=graph.frames, told=f"{speed:.0f} times real time")

        record, remarks = bounce(material, asked.out, depth=asked.depth, overwrite=asked.overwrite, watch=watch)
    for remark in remarks:
        say(f"{asked.out}: {remark}")
    say(f"{asked.out}: {record.frames / record.rate:.2f} s, {record.rate} Hz, {record.format}")


def _material(asked):
    from engine.audio.sources import open_source
    from engine.bounce.bounce import Material
    from engine.control.take import TakeReader
    from engine.presets import restore_preset

    if asked.take:
        if asked.preset or asked.set or asked.seed is not None:
            raise UsageError("--take: brings its own preset; leave out --preset, --set and --seed")
        if asked.seconds:
            raise UsageError("--take: is as long as it was played; leave out --seconds")
        reader = TakeReader(asked.take)
        return Material(reader, "take", restore_preset(reader.preset, asked.take), asked.take)
    preset, _ = _preset(asked)
    kind = asked.source or "file"
    source = open_source(kind, None, preset, file=asked.input)
    return Material(source, kind, preset, asked.input, asked.seconds)


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
