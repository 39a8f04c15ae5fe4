"""Renders ten seconds of every operator as sound files, and a contact sheet of spectrograms.

    python3 tools/assets/effect_demos.py [FOLDER]

The sheet shows the input and the output of each. The default of FOLDER is out/listen.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from phosphene.engine.audio.sources.synth import Synth
from phosphene.engine.common.params import default_values
from phosphene.engine.effects import EFFECTS
from phosphene.engine.effects.chain.genome import apply_limiter, render
from phosphene.engine.offline.apply import write_samples

RATE, SECONDS = 48_000, 10.0
WIDTH, HEIGHT = 640, 200  # pixels of a spectrogram
WINDOW = 2048  # frames
LOWEST, HIGHEST = 40.0, 20_000.0  # Hz
FLOOR, TOP = -100.0, -20.0  # dB; black and white


def music():
    """A section of a piece by the synth."""
    out = np.empty((round(SECONDS * RATE), 2), np.float32)
    synth = Synth(RATE, seed=11)
    synth.seek(30 * RATE)
    synth.read(out)
    return out


def noisy_music():
    """The same with noise."""
    return music() + np.random.default_rng(1).normal(0, 0.02, (round(SECONDS * RATE), 2)).astype(np.float32)


def clicks():
    """One click per second, with hiss between."""
    t = np.arange(round(SECONDS * RATE)) / RATE
    x = np.random.default_rng(2).normal(0, 1, (len(t), 2)) * np.exp(-60 * (t % 1.0))[:, None]
    return (0.4 * x + np.random.default_rng(3).normal(0, 1e-3, x.shape)).astype(np.float32)


def sweep():
    """A sine from 50 Hz to 15 kHz; aliasing shows as descending lines."""
    t = np.arange(round(SECONDS * RATE)) / RATE
    phase = 2 * np.pi * 50 * SECONDS / np.log(300) * (300 ** (t / SECONDS) - 1)
    return np.repeat(0.5 * np.sin(phase)[:, None], 2, axis=1).astype(np.float32)


DEMOS = [  # operator, input, parameters that differ from their defaults
    ("dc_blocker", music, {}),
    ("noise_reduction", noisy_music, {}),
    ("trim", clicks, {"threshold": -40.0}),
    ("volume", music, {"gain": -12.0}),
    ("speed", music, {"ratio": 0.7}),
    ("pitch", music, {"semitones": 5.0}),
    ("pitch", clicks, {"semitones": -7.0}),
    ("fade", music, {"fade_in": 3.0, "fade_out": 3.0}),
    ("echo", clicks, {"pingpong": 1.0, "feedback": 0.6, "mix": 0.5}),
    ("reverb", clicks, {"decay": 2.5, "mix": 0.5}),
    ("reverb", music, {"decay": 5.0, "mix": 0.4}),
    ("distort", sweep, {"drive": 20.0}),
    ("distort", music, {"drive": 18.0, "bits": 8.0}),
]


def spectrogram(x):
    """A picture of one channel: time to the right, octaves upwards, level from black through red to white."""
    starts = np.linspace(0, max(len(x) - WINDOW, 0), WIDTH).astype(int)
    rows = np.pad(x, (0, WINDOW))[starts[:, None] + np.arange(WINDOW)] * np.hanning(WINDOW)
    level = 20 * np.log10(np.abs(np.fft.rfft(rows)) / (WINDOW / 4) + 1e-9)
    hertz = LOWEST * (HIGHEST / LOWEST) ** (np.arange(HEIGHT)[::-1] / (HEIGHT - 1))
    bins = np.minimum((hertz * WINDOW / RATE).round().astype(int), WINDOW // 2)
    brightness = np.clip((level[:, bins].T - FLOOR) / (TOP - FLOOR), 0, 1)
    return np.stack([np.clip(k * brightness - o, 0, 1) for k, o in ((2.5, 0.2), (2.0, 0.7), (2.5, 1.5))], axis=2)


def contact_sheet(pictures):
    """A contact sheet of (name, picture) pairs, two per row."""
    rows = -(-len(pictures) // 2)
    image = Image.new("RGB", (2 * WIDTH + 12, rows * (HEIGHT + 24)), (24, 24, 28))
    draw = ImageDraw.Draw(image)
    for k, (name, picture) in enumerate(pictures):
        left, top = (k % 2) * (WIDTH + 12), k // 2 * (HEIGHT + 24)
        image.paste(Image.fromarray((255 * picture).astype(np.uint8)), (left, top + 22))
        draw.text((left + 6, top + 5), name, fill=(230, 230, 230))
    return image


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "out/listen")
    folder.mkdir(parents=True, exist_ok=True)
    pictures = []
    for op, source, params in DEMOS:
        x = source()
        y = apply_limiter(render([(op, {**default_values(EFFECTS[op].PARAMS), **params})], x, RATE, tail=2.0), RATE)
        path = folder / f"{op}_{source.__name__}.wav"
        write_samples(path, y, RATE)
        settings = ", ".join(f"{name} {value:g}" for name, value in params.items())
        pictures += [(f"{source.__name__}, input", spectrogram(x[:, 0]))]
        pictures += [(f"{op} {settings}: {len(y) / RATE:.1f} s", spectrogram(y[:, 0]))]
        print(path)
    contact_sheet(pictures).save(folder / "sheet.png", optimize=True)
    print(folder / "sheet.png")


if __name__ == "__main__":
    main()
