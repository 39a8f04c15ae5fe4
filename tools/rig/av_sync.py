"""Measures the time between a click and its flash in a film: bounces clicks at awkward times, decodes the film."""

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
COUNT, SPACING = 8, 0.62  # clicks in a row, and seconds between two: no whole number of hops or pictures
MAX_DELAY = 0.1  # seconds; each click is delayed by a random time up to this
PRESET_CHANGES = "genome=[{op: volume}]", "scene=flash", "flash.fade=0.02"
WHITE, DARK = 200, 100  # luma
CLICK_THRESHOLD = 0.3
STEPS_PER_SAMPLE = 16  # resolution of the search for a click


class SyncErrors(NamedTuple):
    """Signed deviations of clicks and flashes in a film."""

    frames: np.ndarray  # of each flash from its click
    samples: np.ndarray  # of each decoded click from its place in the track
    picture: float  # time of the first picture, seconds
    sound: float  # time of the first sample, seconds
    rate: int  # of the decoded sound
    white: np.ndarray  # times of the flashes, seconds


def click_waveform(seconds):
    """The click, centred at 0, as a function of time in seconds."""
    return 0.7 * np.exp(-((seconds / 5e-4) ** 2)) * np.cos(2 * np.pi * 3000 * seconds)


def click_times(starts, seed=1):
    """Times of clicks in seconds: a row of COUNT clicks after each start."""
    delays = np.random.default_rng(seed).uniform(0, MAX_DELAY, (len(starts), COUNT))
    return (np.array(starts)[:, None] + SPACING * (1 + np.arange(COUNT)) + delays).ravel()


def write_track(path, moments, rate=RATE):
    """Write a sound file with clicks at these times, which ends a second after the last; returns the path."""
    sound = np.zeros((round((moments[-1] + 1) * rate), 2), np.float32)
    for moment in moments:
        at = round(moment * rate) + np.arange(-rate // 200, rate // 200)
        sound[at] += click_waveform(at / rate - moment)[:, None]
    file = SoundFile(path, (path.suffix, "24"), rate)
    for at in range(0, len(sound), rate):
        file.write(sound[at : at + rate])
    file.finish()
    return path


def bounce_clicks(track, out, fps):
    """Bounce a film of a track; the picture flashes white at each click. Returns the path."""
    preset, _ = load_preset(None, PRESET_CHANGES)
    source = BounceInput(open_source("file", None, preset, file=track), "file", preset, Path(track))
    bounce(source, [out], film=FilmSettings(SIZE, fps, preset="veryfast"), overwrite=True)
    return out


def find_flashes(path):
    """(start, flashes): the time of the first picture, and each time at which it turns white, in seconds."""
    with av.open(str(path)) as container:
        frames = [(frame.pts * float(frame.time_base), frame.to_ndarray()[0, 0]) for frame in container.decode(video=0)]
    moments, luma = np.array(frames).T
    turned = (luma[1:] > WHITE) & (luma[:-1] < DARK)
    return moments[0], moments[1:][turned]


def find_clicks(path):
    """(start, rate, clicks): the time of the first sample, the sample rate, and the time of each click, in seconds."""
    with av.open(str(path)) as container:
        frames = [(frame.pts * float(frame.time_base), frame.to_ndarray()[0]) for frame in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    begun, sound = frames[0][0], np.concatenate([block for _, block in frames])
    ends = begun + np.cumsum([len(block) for _, block in frames]) / rate
    assert np.allclose(ends[:-1], [moment for moment, _ in frames[1:]], atol=0.01 / rate), "the sound has gaps"
    above = np.flatnonzero(np.abs(sound) > CLICK_THRESHOLD)
    firsts = above[np.diff(above, prepend=-rate) > rate // 10]
    return begun, rate, np.array([begun + _refine_click(sound, first, rate) for first in firsts])


def _refine_click(sound, guess, rate):
    """The time of a click near a sample, by correlation, with a resolution far below a sample."""
    window = np.arange(guess - rate // 200, guess + rate // 100)
    moments = (guess + np.arange(0, rate // 1000, 1 / STEPS_PER_SAMPLE)) / rate
    correlation = [sound[window] @ click_waveform(window / rate - moment) for moment in moments]
    return moments[np.argmax(correlation)]


def measure_film(path, moments, fps):
    """SyncErrors of a film of clicks at these times."""
    picture, white = find_flashes(path)
    sound, rate, clicked = find_clicks(path)
    if not len(white) == len(clicked) == len(moments):
        raise ValueError(f"{path}: has {len(clicked)} clicks and {len(white)} flashes; expected {len(moments)} of each")
    return SyncErrors((white - clicked) * float(fps), (clicked - moments) * rate, picture, sound, rate, white)


def measure(folder, fps, starts=(0.0,), rate=RATE):
    """Make a click track and its film, and measure the film.

    Parameters
    ----------
    folder : Path
        For the files; they stay there.
    fps : Fraction
    starts : sequence of float
        In seconds; a row of clicks follows each.
    rate : int
        Of the click track.
    """
    moments = click_times(starts)
    track = write_track(folder / "clicks.flac", moments, rate)
    return measure_film(bounce_clicks(track, folder / "clicks.mp4", fps), moments, fps)
