"""The words of the command line, and what they may be."""

import argparse
from pathlib import Path

from phosphene.engine.common.errors import UsageError, nearest
from phosphene.engine.encode.video_args import fps, size


class Parser(argparse.ArgumentParser):
    """Tells of a wrong word like of every other fault: in one line."""

    def error(self, message):
        command = self.prog.partition(" ")[2]
        raise UsageError(f"{command}{': ' * bool(command)}{message}; see '{self.prog} --help'")

    def options(self):
        return [word for action in self._actions for word in action.option_strings]


def parse(words=None):
    """The words as attributes; `command` names the command.

    Raises
    ------
    UsageError
        For a word that does not belong.
    """
    parser = Parser(prog="phosphene", description="Listens, or dreams, and paints what it hears.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (
        _add_live,
        _add_bounce,
        _add_apply,
        _add_evolve,
        _add_listen,
        _add_presets,
        _add_preview,
        _add_check,
        _add_controls,
        _add_doctor,
    ):
        add(commands)
    asked, unknown = parser.parse_known_args(words)
    if unknown:
        asked.parser.error(f"no option '{unknown[0]}'{nearest(unknown[0], asked.parser.options())}")
    return asked


def _add_live(commands):
    live = commands.add_parser("live", help="sound from a source to the loudspeaker, and its picture in a window")
    live.set_defaults(command="live", parser=live)
    _preset_words(live)
    live.add_argument("--input", metavar="DEV", help="microphone: a name, a part of one, or a number (see doctor)")
    live.add_argument("--output", metavar="DEV", help="loudspeaker, likewise")
    live.add_argument("--source", choices=("mic", "file", "synth", "silence"), help="mic, or file with --file")
    live.add_argument("--file", type=Path, metavar="F", help="a file to play, again and again")
    live.add_argument("--headless", action="store_true", help="no window")
    live.add_argument("--size", type=size, metavar="WxH", help="of the picture, and of its window")
    live.add_argument("--fullscreen", action="store_true", help="all over the monitor")
    live.add_argument("--borderless", action="store_true", help="no frame; without --size, all over the monitor")
    live.add_argument("--monitor", type=_whole(0, 63), metavar="N", help="which one, counted from 0 (see doctor)")
    live.add_argument("--playlist", type=Path, metavar="FILE", help="presets that take turns, and by which rules")
    live.add_argument("--seconds", type=_seconds, metavar="N", help="end after so much sound")
    live.add_argument("--take", type=Path, metavar="FILE", help="record what comes in, to bounce it later")
    live.add_argument("--record", type=Path, metavar="FILE", help="film what is seen and heard, an .mp4 file")
    live.add_argument("--report", type=Path, metavar="FILE", help="write what happened, as JSON")
    live.add_argument("--latency", action="store_true", help="print the latency node by node, and end")
    live.add_argument("--link", action="store_true", help="follow and lead the tempo of an Ableton Link session")
    live.add_argument(
        "--midi", nargs="?", const="", metavar="DEV", help="MIDI devices with this in their name; else all"
    )
    live.add_argument("--controllers", type=Path, metavar="FILE", help="what they move (controllers.yaml); 'm' learns")
    live.add_argument(
        "--osc-in", type=_port, metavar="[HOST:]PORT", help="listen to OSC, on this machine's own address"
    )
    live.add_argument("--osc-out", type=_port, metavar="[HOST:]PORT", help="tell what is heard and moved, by OSC")
    live.add_argument("--osc-rate", type=_whole(1, 240), metavar="HZ", help="times a second (30)")
    live.add_argument("--rate", type=_whole(1_000, 768_000), metavar="HZ", help="frames per second; else the device's")
    live.add_argument("--block", type=_whole(16, 8192), default=256, metavar="N", help="frames per block (256)")
    live.add_argument("--buffer", type=_whole(1, 2_000), default=20, metavar="MS", help="latency to ask for (20)")
    live.add_argument("--overwrite", action="store_true", help="let --take and --record replace a file")


def _add_bounce(commands):
    bounce = commands.add_parser("bounce", help="sound and picture to files, the same every time")
    bounce.set_defaults(command="bounce", parser=bounce)
    bounce.add_argument("input", nargs="?", type=Path, metavar="INPUT", help="any file that FFmpeg reads")
    bounce.add_argument(
        "-o",
        dest="outs",
        type=Path,
        action="append",
        required=True,
        metavar="OUT",
        help="a .wav, .flac or .mp4 file; again for another",
    )
    bounce.add_argument("--source", choices=("synth", "silence"), help="sound that needs no INPUT")
    bounce.add_argument("--take", type=Path, metavar="FILE", help="play a take of 'live' again")
    bounce.add_argument("--seconds", type=_seconds, metavar="N", help="length; else the input's, or 60")
    bounce.add_argument("--depth", choices=("24", "float"), help="of a sample in a WAV (24)")
    bounce.add_argument("--size", type=size, metavar="WxH", help="of the film (1280x720)")
    bounce.add_argument("--fps", type=fps, metavar="N", help="pictures a second: 30, 29.97, 30000/1001 (30)")
    bounce.add_argument("--codec", choices=("x264", "nvenc"), help="of the film (x264)")
    bounce.add_argument("--crf", type=_whole(0, 51), metavar="N", help="of the film: 0 loses nothing, 51 most (16)")
    bounce.add_argument("--overwrite", action="store_true", help="replace OUT")
    _preset_words(bounce)


def _add_apply(commands):
    apply = commands.add_parser("apply", help="a genome on a whole file, in the channels it has")
    apply.set_defaults(command="apply", parser=apply)
    apply.add_argument("input", type=Path, metavar="INPUT", help="any file that FFmpeg reads")
    apply.add_argument("-o", dest="out", type=Path, required=True, metavar="OUT", help="a .wav or .flac file")
    apply.add_argument("--genome", type=Path, required=True, metavar="G", help="a JSON file")
    apply.add_argument("--tail", type=_tail, default=30.0, metavar="N", help="keep what rings on for so long (30)")
    apply.add_argument("--depth", choices=("24", "float"), help="of a sample in a WAV (24)")
    apply.add_argument("--overwrite", action="store_true", help="replace OUT")


def _add_evolve(commands):
    evolve = commands.add_parser("evolve", help="learn a genome from recordings")
    evolve.set_defaults(command="evolve", parser=evolve)
    evolve.add_argument("inputs", nargs="+", type=Path, metavar="INPUT", help="a file that FFmpeg reads, or a folder")
    evolve.add_argument("--genome-out", type=Path, required=True, metavar="G", help="the .json file it goes to")
    evolve.add_argument("--target", type=Path, metavar="FILE", help="what the inputs shall sound like")
    evolve.add_argument("--preview-out", type=Path, metavar="P", help="the first input through it, .wav or .flac")
    evolve.add_argument("--metrics-out", type=Path, metavar="M", help="a row an iteration, .json or .csv")
    evolve.add_argument("--iterations", type=_whole(1, 100_000), default=120, metavar="N", help="(120)")
    evolve.add_argument("--gene-len", type=_whole(1, 16), default=5, metavar="N", help="most operators (5)")
    evolve.add_argument("--seed", type=_whole(0, 2**63 - 1), default=0, metavar="N", help="of every draw (0)")
    evolve.add_argument(
        "--max-seconds-per-file", type=_seconds, default=10.0, metavar="S", help="listened to of each file (10)"
    )
    evolve.add_argument("--max-total-seconds", type=_seconds, default=60.0, metavar="S", help="of all together (60)")
    evolve.add_argument("--workers", type=_whole(1, 256), metavar="N", help="threads that listen (as many as cores)")
    evolve.add_argument("--overwrite", action="store_true", help="replace what is there")


def _add_listen(commands):
    listen = commands.add_parser("listen", help="what is heard in a file or a folder, as arrays")
    listen.set_defaults(command="listen", parser=listen)
    listen.add_argument("input", type=Path, metavar="INPUT", help="any file that FFmpeg reads, or a folder of them")
    listen.add_argument(
        "-o", dest="out", type=Path, required=True, metavar="OUT", help="an .npz file; for a folder, a folder"
    )
    listen.add_argument("--plot", type=Path, metavar="P", help="draw it on a sheet, a .png file; or a folder")
    listen.add_argument("--json", action="store_true", help="a summary of each file, as a line of JSON")
    listen.add_argument("--causal", action="store_true", help="tempo as a live session hears it, without reading ahead")
    listen.add_argument("--no-cache", action="store_true", help="listen anew, and keep nothing")
    listen.add_argument("--overwrite", action="store_true", help="replace what is there")


def _add_presets(commands):
    presets = commands.add_parser("presets", help="what there is to play, with a still of each")
    presets.set_defaults(command="presets", parser=presets)
    presets.add_argument("-o", dest="out", type=Path, metavar="SHEET", help="a .png file with a still of each")
    presets.add_argument("--json", action="store_true")
    presets.add_argument("--overwrite", action="store_true", help="replace SHEET")


def _add_preview(commands):
    preview = commands.add_parser("preview", help="a preset at some moments of a sound, on one sheet")
    preview.set_defaults(command="preview", parser=preview, genome=None)
    preview.add_argument("preset", metavar="PRESET", help="a preset's name, or a YAML file")
    preview.add_argument("-o", dest="out", type=Path, required=True, metavar="SHEET", help="a .png file")
    preview.add_argument("--audio", type=Path, metavar="FILE", help="what is heard; else the built-in synth")
    preview.add_argument("--seconds", type=_seconds, metavar="N", help="of it (32 at the most)")
    preview.add_argument("--stills", type=_whole(1, 64), default=12, metavar="N", help="moments (12)")
    preview.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override the preset")
    preview.add_argument("--seed", type=_whole(0, 2**63 - 1), metavar="N", help="the same as --set seed=N")
    preview.add_argument("--overwrite", action="store_true", help="replace SHEET")


def _add_check(commands):
    check = commands.add_parser("check", help="validate presets, genomes and run records")
    check.set_defaults(command="check", parser=check)
    check.add_argument("files", nargs="+", metavar="FILE")
    check.add_argument("--permissive", action="store_true", help="warn only, and say what would be done")


def _add_controls(commands):
    controls = commands.add_parser("controls", help="every parameter, key and feature, and its OSC address")
    controls.set_defaults(command="controls", parser=controls)
    controls.add_argument("--json", action="store_true")
    _preset_words(controls)


def _add_doctor(commands):
    doctor = commands.add_parser("doctor", help="what is here, what is missing, and how to mend it")
    doctor.set_defaults(command="doctor", parser=doctor)
    doctor.add_argument("--json", action="store_true")


def _preset_words(parser):
    parser.add_argument("--preset", metavar="P", help="a preset's name, or a YAML file")
    parser.add_argument("--genome", type=Path, metavar="G", help="a JSON file, instead of the preset's genome")
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


def _port(word):
    """(host, port); the host is our own machine where nothing is said."""
    host, _, port = word.rpartition(":")
    return host or "127.0.0.1", _whole(1, 65_535)(port)


def _seconds(word):
    seconds = _number(word)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{word} is not above 0")
    return seconds


def _tail(word):
    if not 0 <= (seconds := _number(word)) <= 600:
        raise argparse.ArgumentTypeError(f"{word} is outside 0 to 600")
    return seconds


def _number(word):
    try:
        return float(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{word}' is not a number of seconds") from None
