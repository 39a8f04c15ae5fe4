"""Bounces: sound files and films, with their run record."""

import warnings
from argparse import ArgumentTypeError
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from phosphene.api.frames import check_seconds
from phosphene.api.presets import open_preset
from phosphene.engine.audio.sources.base import open_source
from phosphene.engine.common.errors import UsageError
from phosphene.engine.encode import encoders, video_args
from phosphene.engine.offline import bounce as offline
from phosphene.engine.presets.load import restore_preset
from phosphene.engine.presets.run_record import RunRecord
from phosphene.engine.takes.file import TakeReader
from phosphene.engine.visuals.media_names import check_repeatable


def bounce(
    path: str | Path | None,
    outs: str | Path | Sequence[str | Path],
    preset: str | Path | None = None,
    *,
    take: str | Path | None = None,
    genome: str | Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    seconds: float | None = None,
    size: tuple[int, int] | None = None,
    fps: float | str | Fraction | None = None,
    codec: str | None = None,
    crf: int | None = None,
    depth: str | None = None,
    overwrite: bool = False,
) -> RunRecord:
    """Render sound files and a film, as `phosphene bounce` does, with run.json and timings.json beside the first.

    Parameters
    ----------
    path : str, Path or None
        Any file that FFmpeg reads; None plays the built-in synth, or the take.
    outs : str, Path, or a list of them
        A .wav, .flac or .mp4 file; at most one of each.
    preset : str, Path or None
        The name of a preset, or a YAML file; None is the defaults.
    take : str or Path, optional
        A take of `phosphene live` to render; it brings its own preset.
    genome : str or Path, optional
        A JSON file that replaces the preset's genome.
    overrides : dict, optional
        Values by dotted name that replace the preset's: `{"scope.hue": 0.5}`.
    seconds : float, optional
        Length; by default that of the sound, or 60 for the synth.
    size : (int, int), optional
        Width and height of the film (1280, 720).
    fps : float, str or Fraction, optional
        Frames per second of the film (30).
    codec : str, optional
        "x264" (the default) or "nvenc".
    crf : int, optional
        Quality of the film, 0 (lossless) to 51 (16).
    depth : str, optional
        Of samples in a sound file: "24" (the default) or "float".
    overwrite : bool
        Replace files that exist.

    Returns
    -------
    RunRecord
        What run.json holds: the preset in full, versions, hashes of all samples and pictures.

    Raises
    ------
    UsageError, PhospheneError
        In one line each; no file is left behind.

    Warns
    -----
    UserWarning
        If samples were not numbers, packets of the file were damaged, or an effect failed.

    Examples
    --------
    >>> import phosphene
    >>> record = phosphene.bounce(None, "synth.wav", seconds=0.5, overrides={"synth.tempo": 72})
    >>> record.frames, record.rate, record.format
    (24000, 48000, 'wav 24')
    """
    check_seconds(seconds)
    paths = [Path(outs)] if isinstance(outs, str | Path) else [Path(out) for out in outs]
    if not paths:
        raise UsageError("bounce: outs names no file")
    offline.check_outputs(paths, depth)
    film = _film_settings(paths, {"size": size, "fps": fps, "codec": codec, "crf": crf})
    if take is not None:
        if path is not None or preset is not None or genome is not None or overrides or seconds is not None:
            raise UsageError("bounce: a take has its own sound, preset and length; give no other")
        reader = TakeReader(Path(take))
        loaded = restore_preset(reader.preset, str(take))
        material = offline.BounceInput(reader, "take", loaded, Path(take))
    else:
        loaded = open_preset(preset, overrides, genome)
        kind = "synth" if path is None else "file"
        file = None if path is None else Path(path)
        material = offline.BounceInput(open_source(kind, None, loaded, file=file), kind, loaded, file, seconds)
    if film:
        check_repeatable(loaded.media)
    record, sentences = offline.bounce(material, paths, depth=depth, film=film, overwrite=overwrite)
    for sentence in sentences:
        warnings.warn(sentence, stacklevel=2)
    return record


def _film_settings(paths: Sequence[Path], given: dict[str, Any]) -> offline.FilmSettings | None:
    given = {name: value for name, value in given.items() if value is not None}
    if not any(path.suffix.lower() == offline.FILM_ENDING for path in paths):
        if given:
            raise UsageError(f"{next(iter(given))}: belongs to a film; add an {offline.FILM_ENDING} file to outs")
        return None
    try:
        if "size" in given:
            given["size"] = video_args.parse_size("x".join(map(str, given["size"])))
        if "fps" in given:
            given["fps"] = video_args.parse_fps(str(given["fps"]))
    except (ArgumentTypeError, TypeError) as error:
        raise UsageError(f"bounce: {error}") from error
    if "crf" in given and not (isinstance(given["crf"], int) and 0 <= given["crf"] <= 51):
        raise UsageError(f"crf: {given['crf']} is outside 0 to 51")
    if "codec" in given:
        encoders.require_encoder(given["codec"])
    return offline.FilmSettings(**given)
