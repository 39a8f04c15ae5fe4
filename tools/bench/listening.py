"""Benchmarks of listening: what frames tell and cost, beside librosa; and where a click is found."""

import numpy as np

from phosphene.engine.audio.sources.synth import Synth
from phosphene.engine.listening.analyser import analyse, frames_layout, make_analyser
from phosphene.engine.listening.chroma import TUNING_STEPS
from phosphene.engine.listening.frame import BANDS, CEPSTRA, FRAME, WIDTH
from phosphene.engine.rings import allocate, timeline
from tools.bench.row import Row, interleaved
from tools.fit.rhythm_clips import make

RATE, SECONDS = 48_000, 12
SIZE, HOP, WARM = 2048, 512, 8  # librosa's words; hops until the window is full
EQUAL, ALIKE = 0.999, 0.95  # correlation


def music():
    sound, synth = np.zeros((SECONDS * RATE, 2), np.float32), Synth(RATE, seed=7)
    synth.seek(16 * RATE)
    synth.read(sound)
    return np.repeat(sound.mean(axis=1, keepdims=True), 2, axis=1)  # librosa hears one channel


def sounds():
    speech = make("bench/0/null/speech").sound[: SECONDS * RATE]
    noise = make("bench/0/null/white").sound[: SECONDS * RATE]
    return {"music": music(), "speech": speech, "noise": noise}


def frames_of(sound):
    """Every frame of a sound."""
    listener, published = make_analyser(float(RATE)), allocate(frames_layout(len(sound) / RATE + 1.0))
    analyse(listener, np.ascontiguousarray(sound), published)
    rows = np.zeros((timeline.record_count(published), WIDTH))
    for index, row in enumerate(rows):
        timeline.read(published, index, row)
    return rows.view(FRAME)[:, 0]


def librosas(sound, frames):
    """The same by librosa, from windows that end with our hops; chroma in the tuning that we told."""
    import librosa

    mono = np.concatenate([np.zeros(SIZE - HOP, np.float32), sound[:, 0]])
    feature, how = librosa.feature, {"hop_length": HOP, "center": False}
    magnitude = np.abs(librosa.stft(mono, n_fft=SIZE, **how))
    power = magnitude**2
    bands = feature.melspectrogram(S=power, sr=RATE, n_mels=BANDS, fmin=30, fmax=16_000, htk=True, norm=None)
    mel = 10 * np.log10(bands / (0.375 * SIZE * SIZE / 4) + 1e-10)
    steps = np.round((frames["tuning"] + 0.5) * TUNING_STEPS).astype(int) % TUNING_STEPS
    tones = {step: feature.chroma_stft(S=power, sr=RATE, tuning=step / TUNING_STEPS - 0.5) for step in set(steps)}
    rms = feature.rms(y=sound[:, 0], frame_length=HOP, **how)[0]
    return {
        "rms_db": 20 * np.log10(np.maximum(rms, 1e-6)),
        "zcr": feature.zero_crossing_rate(mono, frame_length=SIZE, **how)[0],
        "centroid": feature.spectral_centroid(S=magnitude, sr=RATE)[0],
        "spread": feature.spectral_bandwidth(S=magnitude, sr=RATE)[0],
        "flatness": feature.spectral_flatness(S=magnitude)[0],
        "rolloff": feature.spectral_rolloff(S=magnitude, sr=RATE)[0],
        "mel": mel.T,
        "mfcc": feature.mfcc(S=mel, n_mfcc=CEPSTRA).T,
        "chroma": np.array([tones[step][:, n] for n, step in enumerate(steps[: magnitude.shape[1]])]),
        "onset": librosa.onset.onset_strength(S=librosa.power_to_db(bands), sr=RATE, center=False),
    }


def correlation(ours, theirs):
    count = min(len(ours), len(theirs))
    return np.corrcoef(ours[WARM:count].ravel(), theirs[WARM:count].ravel())[0, 1]


def bench_listening():
    """What a frame tells against librosa on the same definitions, what it costs, and where a click is found."""
    found, null = {}, {}
    for kind, sound in sounds().items():
        frames = frames_of(sound)
        other = frames_of(sound[::-1])
        for name, theirs in librosas(sound, frames).items():
            found.setdefault(name, {})[kind] = correlation(frames[name], theirs)
            null[name] = max(null.get(name, -1), correlation(other[name], theirs))
    for name, by in found.items():
        told = ", ".join(f"{kind} {value:.4f}" for kind, value in by.items())
        least = ALIKE if name == "onset" else EQUAL
        beside = f"of the sound backwards, at most {null[name]:.2f}"
        yield Row(f"{name} against librosa", told, beside, f"{least}", min(by.values()) >= least)
    yield _cost(music())
    yield _place()
    yield _publishing(music()[: 4 * RATE])


def _cost(sound):
    import librosa

    listener, published, mono = make_analyser(float(RATE)), allocate(frames_layout(2.0)), sound[:, 0].copy()
    peer = {
        "onset": lambda: librosa.onset.onset_strength(y=mono, sr=RATE),
        "mel": lambda: librosa.feature.melspectrogram(y=mono, sr=RATE),
        "chroma": lambda: librosa.feature.chroma_stft(y=mono, sr=RATE),
    }
    times = interleaved({"ours": lambda: analyse(listener, sound, published), **peer}, rounds=9)
    theirs = sum(times[name] for name in peer)
    ours, ratio = times["ours"], times["ours"] / theirs
    return Row(
        "listening, the whole set",
        f"{1e3 * ours / SECONDS:.2f} ms per s, {ratio:.2f} of librosa",
        f"librosa's onset, mel, chroma {1e3 * theirs / SECONDS:.2f} ms",
        "1.0 of it; aimed at 0.2",
        ratio <= 1.0,
    )


def _publishing(sound):
    """How much sound has come when a frame is published, since the first sample behind it."""
    listener, published, waited = make_analyser(float(RATE)), allocate(frames_layout(8.0)), []
    record, told = np.zeros(WIDTH), 0
    for start in range(0, len(sound), 64):
        analyse(listener, np.ascontiguousarray(sound[start : start + 64]), published)
        while told < timeline.record_count(published):
            timeline.read(published, told, record)
            waited.append((start + 64 - record[0] - HOP) / HOP)
            told += 1
    worst = max(waited)
    return Row("published, in blocks of 64", f"at most {worst:.2f} hops after its end", "", "1 hop", worst <= 1)


def _place():
    rng, off = np.random.default_rng(5), []
    for floor in (0.0, 0.003, 0.01):
        sound = rng.normal(0, 1, 12 * RATE) * floor
        clicks = np.arange(1, 11) * RATE + rng.integers(0, 5_000, 10)
        sound[clicks] = 0.9
        frames = frames_of(np.repeat(sound[:, None], 2, axis=1).astype(np.float32))
        events = frames["sample"][frames["onset_event"] == 1]
        off += [float(np.abs(events + HOP / 2 - click).min()) for click in clicks]
    return Row("a click's frame", f"at most {max(off) / HOP:.2f} hops off", "", "1 hop", max(off) <= 1.5 * HOP)
