"""Synthetic sounds for generated rhythms: drums, a plucked string, a pad, noise, and a formant filter."""

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

RATE = 48_000


def add(out, at, voice, pan):
    """Mix a mono voice into `out`, starting at `at` seconds."""
    frame = round(at * RATE)
    if 0 <= frame < len(out):
        part = voice[: len(out) - frame]
        out[frame : frame + len(part)] += part[:, None] * np.array([1 - pan, pan])


def decay(seconds, steepness=6.0):
    """An exponential envelope that falls by exp(-steepness)."""
    return np.exp(-steepness * np.arange(round(seconds * RATE)) / (seconds * RATE))


def noise_between(low, high, frames, rng):
    return sosfilt(butter(2, (low, high), "bandpass", fs=RATE, output="sos"), rng.normal(0, 1, frames))


def falling_sine(high, low, seconds):
    """A sine that falls from `high` to `low` Hz, like a drum head."""
    envelope = decay(seconds)
    hertz = low + (high - low) * decay(seconds, 40)
    return np.sin(2 * np.pi * np.cumsum(hertz) / RATE) * envelope


def kick(rng):
    return falling_sine(rng.uniform(120, 250), rng.uniform(42, 65), rng.uniform(0.2, 0.4))


def snare(rng):
    envelope = decay(rng.uniform(0.12, 0.25))
    tone = np.sin(2 * np.pi * rng.uniform(170, 240) * np.arange(len(envelope)) / RATE)
    return envelope * (0.5 * tone + 0.8 * noise_between(800, 9_000, len(envelope), rng))


def hiss(low, high, min_seconds, max_seconds):
    """A function that makes a burst of noise between two frequencies."""

    def voice(rng):
        envelope = decay(rng.uniform(min_seconds, max_seconds))
        return envelope * noise_between(low, high, len(envelope), rng)

    return voice


def tone(low, high, min_seconds, max_seconds):
    """A function that makes a short tone between two frequencies."""

    def voice(rng):
        base = rng.uniform(low, high)
        return falling_sine(1.1 * base, base, rng.uniform(min_seconds, max_seconds))

    return voice


VOICES = {
    "kick": kick,
    "snare": snare,
    "clap": hiss(900, 4_000, 0.08, 0.2),
    "hat": hiss(6_000, 15_000, 0.03, 0.08),
    "open": hiss(5_000, 14_000, 0.15, 0.3),
    "ride": hiss(3_500, 13_000, 0.2, 0.5),
    "shaker": hiss(4_000, 12_000, 0.04, 0.07),
    "rim": tone(1_200, 2_000, 0.02, 0.05),
    "conga": tone(180, 400, 0.1, 0.2),
    "tom": tone(90, 180, 0.2, 0.35),
    "click": tone(1_000, 2_500, 0.02, 0.04),
}


def plucked(hertz, seconds, cutoff):
    """A low-passed sawtooth that decays."""
    t = np.arange(round(seconds * RATE)) / RATE
    saw = 2 * ((hertz * t) % 1) - 1
    pole = np.exp(-2 * np.pi * cutoff / RATE)
    return lfilter([1 - pole], [1, -pole], saw) * np.minimum(t / 0.005, 1) * np.exp(-2.5 * t / seconds)


def pad(hertz, seconds):
    """A chord of sines with soft ends."""
    t = np.arange(round(seconds * RATE)) / RATE
    chord = sum(np.sin(2 * np.pi * hertz * ratio * t + ratio) for ratio in (1, 1.26, 1.5, 2.01))
    return 0.3 * chord * np.minimum(1, np.minimum(t, seconds - t) / 0.15)


def coloured_noise(kind, frames, rng):
    """White or pink noise of mean square 1."""
    spectrum = np.fft.rfft(rng.normal(0, 1, frames))
    if kind == "pink":
        spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    noise = np.fft.irfft(spectrum, frames)
    return noise / np.sqrt(np.mean(noise**2))


def formant_filter(excitation, formant, width=90.0):
    """Filter a sound by a resonance of `width` Hz at `formant` Hz."""
    radius = np.exp(-np.pi * width / RATE)
    return lfilter([1 - radius], [1.0, -2 * radius * np.cos(2 * np.pi * formant / RATE), radius**2], excitation)
