"""listen: what is heard in files, as arrays."""

import json
import sys
from pathlib import Path
from typing import NamedTuple

from phosphene.engine.cli.commands.shared import ensure_compiled
from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.common.stop_signal import StopSignal

ARCHIVE, SHEET = ".npz", ".png"


class Errand(NamedTuple):
    path: Path
    out: Path
    plot: Path | None


def run(asked):
    """What is heard in files, as arrays."""
    stopped = StopSignal()  # as a bounce is: what has begun to be written goes
    from phosphene.engine.cli.output import print_error, print_line
    from phosphene.engine.offline.features.cache import FeatureCache

    folder = asked.input.is_dir()
    errands = _of_folder(asked) if folder else [_of_file(asked)]
    told = print_error if asked.json else print_line
    ensure_compiled(stopped.is_set, told)
    shelf = None if asked.no_cache else FeatureCache(remark=told)
    faults = []
    for number, errand in enumerate(errands, start=1):
        try:
            found = _done(errand, asked, shelf, stopped, f" ({number} of {len(errands)})" * folder)
        except PhospheneError as fault:
            if not folder:
                raise
            print_error(fault)
            faults.append(fault)
            continue
        if asked.json:
            sys.stdout.write(json.dumps(found) + "\n")
            sys.stdout.flush()
        else:
            for line in _lines(found):
                print_line(line)
    if errands and len(faults) == len(errands):
        raise UsageError(f"{asked.input}: there is no sound in it that could be listened to")
    return 1 if faults else 0


def _done(errand, asked, shelf, stopped, count):
    from phosphene.engine.cli.output import progress_bar
    from phosphene.engine.offline.features.write import write_features

    with progress_bar() as bar:
        task = bar.add_task(errand.path.name + count, total=None, detail="")

        def watch(reading):
            if stopped.is_set():
                raise KeyboardInterrupt
            bar.update(task, completed=reading.frames, total=reading.source.length)

        tempo = "causal" if asked.causal else "lookahead"
        return write_features(errand.path, errand.out, plot=errand.plot, tempo=tempo, shelf=shelf, watch=watch)


def _of_file(asked):
    from phosphene.engine.common.atomic_files import check_writable
    from phosphene.engine.common.output_paths import check_ending

    for word, path, ending in (("-o", asked.out, ARCHIVE), ("--plot", asked.plot, SHEET)):
        if path is None:
            continue
        check_ending(word, path, (ending,))
        check_writable(path, overwrite=asked.overwrite)
    return Errand(asked.input, asked.out, asked.plot)


def _of_folder(asked):
    """A result for each file below a folder, in the same place below another."""
    for word, path, ending in (("-o", asked.out, ARCHIVE), ("--plot", asked.plot, SHEET)):
        if path is not None and not path.is_dir() and (path.exists() or path.suffix.lower() == ending):
            raise UsageError(f"{word} {path}: {asked.input} is a folder; name a folder for what is made of its files")
    top = asked.input.resolve()
    homes = [path.resolve() for path in (asked.out, asked.plot) if path is not None]
    if top in homes:
        raise UsageError(f"{asked.input}: holds what is listened to; name another folder for what is made of it")
    inner = [home for home in homes if home.is_relative_to(top)]
    errands = []
    for file in sorted(asked.input.rglob("*")):
        inside = file.relative_to(asked.input)
        if not file.is_file() or any(part.startswith(".") for part in inside.parts):
            continue
        if any(file.resolve().is_relative_to(home) for home in inner):
            continue  # what was made before
        made = [path and path / f"{inside}{ending}" for path, ending in ((asked.out, ARCHIVE), (asked.plot, SHEET))]
        errands.append(Errand(file, *made))
    if not errands:
        raise UsageError(f"{asked.input}: there is no file in it")
    there = [path for errand in errands for path in errand[1:] if path is not None and path.exists()]
    if there and not asked.overwrite:
        more = f" (and {len(there) - 1} more)" if len(there) > 1 else ""
        raise UsageError(f"{there[0]}: exists{more}; name another folder, or add --overwrite")
    return errands


def _lines(found):
    for remark in found["remarks"]:
        yield f"{found['path']}: {remark}"
    tempo = f"{found['tempo']:.1f} BPM" if found["tempo"] else "no tempo"
    beats, onsets, loudness = found["beats"], found["onsets"], found["loudness_max"]
    counts = f"{beats} beat{'s' * (beats != 1)}, {onsets} onset{'s' * (onsets != 1)}"
    cached = ", from the cache" if found["cached"] else ""
    yield f"{found['archive']}: {found['seconds']:.2f} s, {tempo}, {counts}, {loudness:.1f} LUFS at most{cached}"
