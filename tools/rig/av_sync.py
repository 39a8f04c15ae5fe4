"""How near a click and its flash are in a film: clicks at awkward places, bounced, opened again and decoded."""

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np

from phosphene.engine.audio.sources.base import open_source
from phosphene.engine.encode.sound_file import SoundFile
from phosphene.engine.offline.bounce import BounceInput, FilmSettings, bounce
from phosphene.engine.presets.load import load_preset

RATE = 48_000
RATES = [Fraction(24), Fraction(30_000, 1001), Fraction(30), Fraction(60_000, 1001), Fraction(60)]
SIZE = (64, 64)
COUNT, APART = 8, 0.62  # clicks in a row, and seconds between two: no whole number of hops, nor of pictures
LAG = 0.1  # seconds by which chance may delay each
SETS = "genome=[{op: volume}]", "scene=flash", "flash.fade=0.02"
WHITE, DARK = 200, 100  # luma
LOUD = 0.3
FINE = 16  # steps in a sample, where a click is looked for


class Found(NamedTuple):
    """Deviations from where the clicks were put, each with its sign."""

    frames: np.ndarray  # of each flash from its click
    samples: np.ndarray  # of each click as it is heard
    picture: float  # first moment of it, in seconds
    sound: float
    rate: int  # of the sound, as it was decoded
    white: np.ndarray  # moments of the flashes


def click(seconds):
    """A click around 0, as a function of time."""
    return 0.7 * np.exp(-((seconds / 5e-4) ** 2)) * np.cos(2 * np.pi * 3000 * seconds)


def places(starts, seed=1):
    """Moments of clicks, in seconds: a row of them behind each start."""
    late = np.random.default_rng(seed).uniform(0, LAG, (len(starts), COUNT))
    return (np.array(starts)[:, None] + APART * (1 + np.arange(COUNT)) + late).ravel()


def write_track(path, moments, rate=RATE):
    """A sound file of clicks at these moments, a second longer than the last of them; gives the path."""
    sound = np.zeros((round((moments[-1] + 1) * rate), 2), np.float32)
    for moment in moments:
        at = round(moment * rate) + np.arange(-rate // 200, rate // 200)
        sound[at] += click(at / rate - moment)[:, None]
    file = SoundFile(path, (path.suffix, "24"), rate)
    for at in range(0, len(sound), rate):
        file.write(sound[at : at + rate])
    file.finish()
    return path


def film(track, out, fps):
    """The film of a track: white where a click is heard."""
    preset, _ = load_preset(None, SETS)
    material = BounceInput(open_source("file", None, preset, file=track), "file", preset, Path(track))
    bounce(material, [out], film=FilmSettings(SIZE, fps, preset="veryfast"), overwrite=True)
    return out


def flashes(path):
    """When the film began, and each moment at which it turned white, in seconds."""
    with av.open(str(path)) as container:
        seen = [(frame.pts * float(frame.time_base), frame.to_ndarray()[0, 0]) for frame in container.decode(video=0)]
    moments, luma = np.array(seen).T
    turned = (luma[1:] > WHITE) & (luma[:-1] < DARK)
    return moments[0], moments[1:][turned]


def heard(path):
    """When the sound began, its rate, and each moment at which it clicked, in seconds."""
    with av.open(str(path)) as container:
        frames = [(frame.pts * float(frame.time_base), frame.to_ndarray()[0]) for frame in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    begun, sound = frames[0][0], np.concatenate([block for _, block in frames])
    ends = begun + np.cumsum([len(block) for _, block in frames]) / rate
    assert np.allclose(ends[:-1], [moment for moment, _ in frames[1:]], atol=0.01 / rate), "there are gaps in the sound"
    loud = np.flatnonzero(np.abs(sound) > LOUD)
    firsts = loud[np.diff(loud, prepend=-rate) > rate // 10]
    return begun, rate, np.array([begun + _nearest(sound, first, rate) for first in firsts])


def _nearest(sound, about, rate):
    """The moment of a click, by likeness, much finer than in samples."""
    around = np.arange(about - rate // 200, about + rate // 100)
    moments = (about + np.arange(0, rate // 1000, 1 / FINE)) / rate
    likeness = [sound[around] @ click(around / rate - moment) for moment in moments]
    return moments[np.argmax(likeness)]


def look(path, moments, fps):
    """Open a film of clicks at these moments again."""
    picture, white = flashes(path)
    sound, rate, clicked = heard(path)
    if not len(white) == len(clicked) == len(moments):
        raise ValueError(f"{len(moments)} clicks became {len(clicked)} clicks and {len(white)} flashes")
    return Found((white - clicked) * float(fps), (clicked - moments) * rate, picture, sound, rate, white)


def measure(folder, fps, starts=(0.0,), rate=RATE):
    """What a film of a click track comes to.

    Parameters
    ----------
    folder : Path
        Where files may be left.
    fps : Fraction
    starts : sequence of float
        Seconds; a row of clicks follows each.
    rate : int
        Of the click track.
    """
    moments = places(starts)
    track = write_track(folder / "clicks.flac", moments, rate)
    return look(film(track, folder / "clicks.mp4", fps), moments, fps)
