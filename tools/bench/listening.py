"""Benchmark rows of listening: features and cost of frames beside librosa; the frame of a click."""

import numpy as np

from phosphene.engine.audio.sources.synth import Synth
from phosphene.engine.listening.analyser import analyse, frames_layout, make_analyser
from phosphene.engine.listening.chroma import TUNING_STEPS
from phosphene.engine.listening.frame import BANDS, CEPSTRA, FRAME, WIDTH
from phosphene.engine.rings import allocate, timeline
from tools.bench.row import Row, interleaved
from tools.fit.rhythm_clips import make

RATE, SECONDS = 48_000, 12
SIZE, HOP, WARM_UP = 2048, 512, 8  # FFT size and hop, as librosa calls them; hops until the window is full
MIN_CORRELATION, MIN_ONSET_CORRELATION = 0.999, 0.95  # correlation


def music():
    sound, synth = np.zeros((SECONDS * RATE, 2), np.float32), Synth(RATE, seed=7)
    synth.seek(16 * RATE)
    synth.read(sound)
    return np.repeat(sound.mean(axis=1, keepdims=True), 2, axis=1)  # librosa analyses one channel


def sounds():
    speech = make("bench/0/null/speech").sound[: SECONDS * RATE]
    noise = make("bench/0/null/white").sound[: SECONDS * RATE]
    return {"music": music(), "speech": speech, "noise": noise}


def frames_of(sound):
    """Every frame of a sound."""
    analyser, published = make_analyser(float(RATE)), allocate(frames_layout(len(sound) / RATE + 1.0))
    analyse(analyser, np.ascontiguousarray(sound), published)
    rows = np.zeros((timeline.record_count(published), WIDTH))
    for index, row in enumerate(rows):
        timeline.read(published, index, row)
    return rows.view(FRAME)[:, 0]


def librosa_features(sound, frames):
    """The same features by librosa, from windows that end with our hops; its chroma uses our tuning."""
    import librosa

    mono = np.concatenate([np.zeros(SIZE - HOP, np.float32), sound[:, 0]])
    feature, options = librosa.feature, {"hop_length": HOP, "center": False}
    magnitude = np.abs(librosa.stft(mono, n_fft=SIZE, **options))
    power = magnitude**2
    bands = feature.melspectrogram(S=power, sr=RATE, n_mels=BANDS, fmin=30, fmax=16_000, htk=True, norm=None)
    mel = 10 * np.log10(bands / (0.375 * SIZE * SIZE / 4) + 1e-10)
    steps = np.round((frames["tuning"] + 0.5) * TUNING_STEPS).astype(int) % TUNING_STEPS
    chroma_by_step = {
        step: feature.chroma_stft(S=power, sr=RATE, tuning=step / TUNING_STEPS - 0.5) for step in set(steps)
    }
    rms = feature.rms(y=sound[:, 0], frame_length=HOP, **options)[0]
    return {
        "rms_db": 20 * np.log10(np.maximum(rms, 1e-6)),
        "zcr": feature.zero_crossing_rate(mono, frame_length=SIZE, **options)[0],
        "centroid": feature.spectral_centroid(S=magnitude, sr=RATE)[0],
        "spread": feature.spectral_bandwidth(S=magnitude, sr=RATE)[0],
        "flatness": feature.spectral_flatness(S=magnitude)[0],
        "rolloff": feature.spectral_rolloff(S=magnitude, sr=RATE)[0],
        "mel": mel.T,
        "mfcc": feature.mfcc(S=mel, n_mfcc=CEPSTRA).T,
        "chroma": np.array([chroma_by_step[step][:, n] for n, step in enumerate(steps[: magnitude.shape[1]])]),
        "onset": librosa.onset.onset_strength(S=librosa.power_to_db(bands), sr=RATE, center=False),
    }


def correlation(ours, reference):
    count = min(len(ours), len(reference))
    return np.corrcoef(ours[WARM_UP:count].ravel(), reference[WARM_UP:count].ravel())[0, 1]


def bench_listening():
    """Features against librosa by the same definitions, their cost, and the frame of a click."""
    found, reversed_correlation = {}, {}
    for sound_name, sound in sounds().items():
        frames = frames_of(sound)
        reversed_frames = frames_of(sound[::-1])
        for name, reference in librosa_features(sound, frames).items():
            found.setdefault(name, {})[sound_name] = correlation(frames[name], reference)
            reversed_correlation[name] = max(
                reversed_correlation.get(name, -1), correlation(reversed_frames[name], reference)
            )
    for name, by_sound in found.items():
        values = ", ".join(f"{sound_name} {value:.4f}" for sound_name, value in by_sound.items())
        minimum = MIN_ONSET_CORRELATION if name == "onset" else MIN_CORRELATION
        comparison = f"of the sound backwards, at most {reversed_correlation[name]:.2f}"
        yield Row(f"{name} against librosa", values, comparison, f"{minimum}", min(by_sound.values()) >= minimum)
    yield _cost(music())
    yield _click_position()
    yield _publication_delay(music()[: 4 * RATE])


def _cost(sound):
    import librosa

    analyser, published, mono = make_analyser(float(RATE)), allocate(frames_layout(2.0)), sound[:, 0].copy()
    librosa_functions = {
        "onset": lambda: librosa.onset.onset_strength(y=mono, sr=RATE),
        "mel": lambda: librosa.feature.melspectrogram(y=mono, sr=RATE),
        "chroma": lambda: librosa.feature.chroma_stft(y=mono, sr=RATE),
    }
    times = interleaved({"ours": lambda: analyse(analyser, sound, published), **librosa_functions}, rounds=9)
    reference = sum(times[name] for name in librosa_functions)
    ours, ratio = times["ours"], times["ours"] / reference
    return Row(
        "listening, the whole set",
        f"{1e3 * ours / SECONDS:.2f} ms per s, {ratio:.2f} of librosa",
        f"librosa's onset, mel, chroma {1e3 * reference / SECONDS:.2f} ms",
        "1.0 of it; aimed at 0.2",
        ratio <= 1.0,
    )


def _publication_delay(sound):
    """Hops of sound between the end of a frame's hop and its publication."""
    analyser, published, delays = make_analyser(float(RATE)), allocate(frames_layout(8.0)), []
    record, index = np.zeros(WIDTH), 0
    for start in range(0, len(sound), 64):
        analyse(analyser, np.ascontiguousarray(sound[start : start + 64]), published)
        while index < timeline.record_count(published):
            timeline.read(published, index, record)
            delays.append((start + 64 - record[0] - HOP) / HOP)
            index += 1
    worst = max(delays)
    return Row("published, in blocks of 64", f"at most {worst:.2f} hops after its end", "", "1 hop", worst <= 1)


def _click_position():
    rng, offsets = np.random.default_rng(5), []
    for floor in (0.0, 0.003, 0.01):
        sound = rng.normal(0, 1, 12 * RATE) * floor
        clicks = np.arange(1, 11) * RATE + rng.integers(0, 5_000, 10)
        sound[clicks] = 0.9
        frames = frames_of(np.repeat(sound[:, None], 2, axis=1).astype(np.float32))
        onsets = frames["sample"][frames["onset_event"] == 1]
        offsets += [float(np.abs(onsets + HOP / 2 - click).min()) for click in clicks]
    return Row("a click's frame", f"at most {max(offsets) / HOP:.2f} hops off", "", "1 hop", max(offsets) <= 1.5 * HOP)
