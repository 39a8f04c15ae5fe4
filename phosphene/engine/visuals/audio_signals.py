"""Audio signals: the uniforms of the shaders, at the sample that is audible when a picture is seen."""

import math
from collections import deque

import numpy as np

from phosphene.engine.listening.analyser import HOP_SECONDS
from phosphene.engine.listening.frame import BANDS, PITCH_CLASSES, POINTS_PER_HOP, WIDTH, as_frame
from phosphene.engine.modulation.matrix import Matrix, Modulation
from phosphene.engine.rings.board_layout import FIRST_PICTURE_SLOT
from phosphene.engine.rings.timeline import Timeline, read, record_count
from phosphene.engine.visuals.catalogue import PARAM_COUNT

RANGE_DB = 48.0  # a band this far below the recent maximum is 0
SILENCE_DB = -72.0  # of full scale; below it a band is 0, however quiet the rest is
HALF_LIFE = 12.0  # seconds in which the recent maximum falls by half of RANGE_DB
ATTACK, RELEASE = 0.012, 0.18  # time constants of a band in seconds
BAND_TILT_DB = np.linspace(0.0, 15.0, BANDS)  # added to each band, since music is weaker at higher frequencies
MAX_ONSET_AGE = 0.1  # seconds; a new reader is not shown older onsets
ONSET_DECAY = 0.16  # seconds in which an onset fades to 1/e
TRAVEL_SECONDS = 6.0  # of full loudness for one turn of `travel`
BAND_EDGES = np.array([0, 12, 36, BANDS])  # bands where bass, middle and treble begin: 30 Hz, 450 Hz, 2.6 kHz
BAND_COUNTS = np.diff(BAND_EDGES)
BAND_POSITIONS = np.linspace(0, 1, BANDS)
CENTROID_SECONDS = 0.25  # time constant of the spectral centroid
SHOWN_POINTS = 512  # points of the waveform in a picture
CROSSING_WINDOW, SMOOTHING_WINDOW = 16, 6  # points averaged to find a zero crossing, and for display
MAX_CROSSING_DISTANCE = 2 * POINTS_PER_HOP + CROSSING_WINDOW  # points searched for a zero crossing: a period of 50 Hz
WAVE_HOPS = (SHOWN_POINTS + SMOOTHING_WINDOW + MAX_CROSSING_DISTANCE) // POINTS_PER_HOP + 3  # hops of waveform kept
MIN_PEAK = 0.01  # of full scale; a waveform with lower peaks is not scaled up further
DRUMS = "kick", "snare", "hat"
MIN_DRUM_LIKELIHOOD = 0.5  # from which a drum is shown
MIN_CONFIDENCE, FULL_CONFIDENCE = 0.1, 0.35  # of the beat tracker: `pulse` is 0 below the first, full from the second
BEAT_DECAY = 0.15  # seconds in which a beat fades to 1/e
NAMES = (
    *("level", "bass", "middle", "treble", "spectral_centroid", "onset", "travel"),
    *("kick", "snare", "hat", "beat", "bar", "tempo", "confidence"),
)
COLUMN = {name: at for at, name in enumerate(NAMES)}
PHASES = "travel", "beat", "bar"  # only their fractional part is a signal
INTERNAL = "tempo", "confidence"  # used for `pulse`, and no signals themselves
SILENT_SIGNALS = {name: 0.0 for name in NAMES if name not in INTERNAL} | {"hit": 0.0, "pulse": 0.0}
SILENT_SIGNALS["mel"] = np.zeros(BANDS, np.float32)  # an array: `uniform float mel[64]`


class SignalState:
    """The signals after a hop: the sample of the hop, NAMES, the 64 bands and the twelve tones, 0 to 1."""

    def __init__(self) -> None:
        self.sample = -math.inf
        self.numbers = np.zeros(len(NAMES))
        self.bands = np.zeros(BANDS)
        self.tones = np.zeros(PITCH_CLASSES)


class PictureModulation:
    """The effect of one preset's modulation rows on the picture's parameters, hop by hop.

    Parameters
    ----------
    modulation : Modulation
        Its rows name slots of the board.
    rate : int
        Samples per second of the frames.
    """

    def __init__(self, modulation: Modulation, rate: int) -> None:
        self.matrix = Matrix(modulation, rate, FIRST_PICTURE_SLOT + PARAM_COUNT)
        self.before = self.after = np.zeros((PARAM_COUNT, 2))

    def change(self, modulation: Modulation) -> None:
        """Use other rows from the next hop on."""
        self.matrix.change(modulation)

    def advance(self, record: np.ndarray) -> None:
        """Apply the rows to the next frame."""
        self.before, self.after = self.after, self.matrix.step(record)[FIRST_PICTURE_SLOT:].copy()

    def at(self, share: float) -> np.ndarray:
        """Interpolate between the last two hops; shape (PARAM_COUNT, 2), see Matrix."""
        return self.before + share * (self.after - self.before)


class AudioSignals:
    """Follows a timeline of frames to a sample, hop by hop, so that no onset is lost between two pictures.

    Parameters
    ----------
    frames : Timeline
    rate : int
        Samples per second of the frames.
    """

    def __init__(self, frames: Timeline, rate: int) -> None:
        self.frames, self.rate = frames, rate
        self.followers: list[PictureModulation] = []
        self.silent = True  # the newest frame is silence
        self.index = 0  # of the next record
        self.record = np.zeros(WIDTH)
        self.before, self.after = SignalState(), SignalState()
        self.loudest, self.peak = SILENCE_DB + RANGE_DB, MIN_PEAK  # recent maxima, of a band and of the waveform
        self.last_onset, self.was_read = -math.inf, False
        self.onsets: deque[float] = deque()  # samples of onsets that no picture has shown
        self.waves = deque([np.zeros((POINTS_PER_HOP, 2)) for _ in range(WAVE_HOPS)], maxlen=WAVE_HOPS)

    def follow(self, modulation: Modulation) -> PictureModulation:
        """Add rows that are advanced with every frame; they start with the newest one."""
        follower = PictureModulation(modulation, self.rate)
        if math.isfinite(self.after.sample):
            follower.advance(self.record)
            follower.before = follower.after
        self.followers.append(follower)
        return follower

    def advance_to(self, sample: float) -> bool:
        """Read frames until one lies past the sample; False if there is none yet."""
        while self.after.sample <= sample:
            if not self._read_record():
                return False
            self._add_frame(as_frame(self.record))
        return True

    def _read_record(self) -> bool:
        """Read the next record without NaN or infinity; after being lapped, one from the middle of the timeline."""
        end = record_count(self.frames)
        slots = self.frames.words.shape[0]
        if self.index < end - slots:
            self.index = end - slots // 2
        while self.index < end:
            self.index += 1
            if read(self.frames, self.index - 1, self.record) and np.isfinite(self.record).all():
                return True
        return False

    def _add_frame(self, frame: np.void) -> None:
        """Make the next state from the last one and a frame."""
        state, self.before = SignalState(), self.after
        for follower in self.followers:
            follower.advance(self.record)
        state.sample, self.silent = float(frame["sample"]), bool(frame["silence"])
        gap = min(max((state.sample - self.before.sample) / self.rate, 0.0), 1.0)  # seconds; 1 for the first frame
        self._update_spectrum(state, frame, gap)
        if frame["onset_event"]:
            self.last_onset = state.sample
            self.onsets.append(state.sample)
        self._update_levels(state, gap)
        self._update_rhythm(state, frame, gap)
        self.waves.append(frame["wave"].copy())
        self.after = state

    def _update_spectrum(self, state: SignalState, frame: np.void, gap: float) -> None:
        """Bands and tones, relative to the recent maximum."""
        bands = frame["mel"] + BAND_TILT_DB
        loud = 10 * math.log10((10 ** (np.partition(bands, -8)[-8:] / 10)).sum() / 8)
        self.loudest = max(loud, SILENCE_DB + RANGE_DB, self.loudest - gap * RANGE_DB / 2 / HALF_LIFE)
        faded = self.peak * 10 ** (-gap * RANGE_DB / 40 / HALF_LIFE)
        self.peak = max(10 ** (frame["peak_db"] / 20), MIN_PEAK, faded)
        rise, fall = 1 - math.exp(-gap / ATTACK), 1 - math.exp(-gap / RELEASE)
        change = np.minimum(np.maximum((bands - self.loudest) / RANGE_DB + 1, 0), 1) - self.before.bands
        state.bands = self.before.bands + np.where(change > 0, rise, fall) * change
        state.tones = self.before.tones + fall * (frame["chroma"] - self.before.tones)

    def _update_levels(self, state: SignalState, gap: float) -> None:
        """The signals that come from the bands and the onsets."""
        bands, before = state.bands, self.before.numbers
        sums = np.add.reduceat(bands, BAND_EDGES[:-1])
        level, weight = float(sums.sum()) / BANDS, bands * bands
        total = float(weight.sum())
        last_centroid = before[COLUMN["spectral_centroid"]]
        centroid = float((weight * BAND_POSITIONS).sum()) / total if total else last_centroid
        centroid = last_centroid + (1 - math.exp(-gap / CENTROID_SECONDS)) * (centroid - last_centroid)
        onset = 1.0 if self.last_onset == state.sample else before[COLUMN["onset"]] * math.exp(-gap / ONSET_DECAY)
        travel = before[COLUMN["travel"]] + min(gap, 4 * HOP_SECONDS) * level / TRAVEL_SECONDS
        state.numbers[: COLUMN["kick"]] = (level, *(sums / BAND_COUNTS), centroid, onset, travel)

    def _update_rhythm(self, state: SignalState, frame: np.void, gap: float) -> None:
        """The signals that come from drums and beats."""
        for drum in DRUMS:
            strength = float(frame[drum]) if frame[drum] >= MIN_DRUM_LIKELIHOOD else 0.0
            faded = self.before.numbers[COLUMN[drum]] * math.exp(-gap / ONSET_DECAY)
            state.numbers[COLUMN[drum]] = max(strength, faded)
        confidence = (float(frame["confidence"]) - MIN_CONFIDENCE) / (FULL_CONFIDENCE - MIN_CONFIDENCE)
        confidence = min(max(confidence, 0.0), 1.0)
        state.numbers[COLUMN["beat"] :] = frame["beat"], frame["bar"], frame["tempo"], confidence

    def at(self, sample: float) -> tuple[dict[str, float], np.ndarray, np.ndarray, np.ndarray]:
        """The signals at a sample that was reached; past the newest frame, those of that frame.

        Returns
        -------
        signals : dict
            Numbers by name. `hit` is 1 if an onset came since the last call; `pulse` is 1 at a confident beat, then it
            fades.
        bands : array (BANDS,)
        tones : array (TONES,)
        wave : array (SHOWN_POINTS, 2)
            The waveform before the sample.
        """
        before, after, share = self.before, self.after, self.share(sample)
        numbers = before.numbers + share * (after.numbers - before.numbers)
        bands = before.bands + share * (after.bands - before.bands)
        tones = before.tones + share * (after.tones - before.tones)
        signals = dict(zip(NAMES, numbers.tolist(), strict=True))
        for name in PHASES:
            signals[name] %= 1.0
        since_beat = signals["beat"] * 60.0 / max(signals.pop("tempo"), 1.0)
        pulse = signals.pop("confidence") * math.exp(-since_beat / BEAT_DECAY)
        signals |= {"hit": self._take_onsets(sample), "pulse": pulse, "mel": bands.astype(np.float32)}
        return signals, bands, tones, self._wave(sample)

    def _take_onsets(self, sample: float) -> float:
        """1.0 if an onset up to the sample was not shown yet; it counts as shown afterwards."""
        hit = 0.0
        while self.onsets and self.onsets[0] <= sample:
            if self.onsets.popleft() > sample - MAX_ONSET_AGE * self.rate or self.was_read:
                hit = 1.0
        self.was_read = True
        return hit

    def share(self, sample: float) -> float:
        """Position of a sample between the last two frames, 0 to 1; 1 outside of them."""
        before, after = self.before.sample, self.after.sample
        return (sample - before) / (after - before) if math.isfinite(before) and before <= sample < after else 1.0

    def _wave(self, sample: float) -> np.ndarray:
        """(SHOWN_POINTS, 2): the waveform up to the sample, moved back to the last upward zero crossing.

        It is scaled as if the recent maximum were full scale.
        """
        wave = np.concatenate(self.waves)
        hops = (self.after.sample - sample) / self.rate / HOP_SECONDS
        past = hops * POINTS_PER_HOP if math.isfinite(self.after.sample) else 0.0
        end = len(wave) - POINTS_PER_HOP - int(min(max(past, 0.0), POINTS_PER_HOP))
        latest = end - SHOWN_POINTS - SMOOTHING_WINDOW  # possible start
        first = latest - MAX_CROSSING_DISTANCE
        sums = np.cumsum(wave[first:], axis=0)
        starts = latest - first + 1
        middle = (sums[CROSSING_WINDOW : starts + CROSSING_WINDOW] - sums[:starts]).sum(axis=1)
        rising = np.flatnonzero((middle[:-1] < 0) & (middle[1:] >= 0))
        start = int(rising[-1]) if len(rising) else latest - first
        smooth = sums[start + SMOOTHING_WINDOW : start + SMOOTHING_WINDOW + SHOWN_POINTS]
        smooth = smooth - sums[start : start + SHOWN_POINTS]
        return smooth / (SMOOTHING_WINDOW * self.peak)
