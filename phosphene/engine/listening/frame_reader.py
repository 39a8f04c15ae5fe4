"""Frame reader: frames of a timeline at a moment of the audio, as every reader outside the picture wants them."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT, TEMPO_SOURCES, WIDTH, as_frame
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR, HEARD
from phosphene.engine.rings.timeline import EMPTY, WITHIN, Timeline, read, read_at, record_count

ONSETS = "kick", "snare", "hat", "onset_event"  # each lasts one hop, so interpolation would lose it
ONSET_COLUMNS = np.array([getattr(AT, name) for name in ONSETS])
MIN_CONFIDENCE = 0.3  # below it an analysed tempo is shown as uncertain
FLASH_BEATS = 0.25  # how long a beat is shown as new


class FrameReader:
    """Reads the frame of a sample, interpolated between its neighbours. It belongs to one thread.

    Parameters
    ----------
    frames : Timeline
    """

    def __init__(self, frames: Timeline) -> None:
        self.frames = frames
        self.record, self.spare = np.zeros((2, WIDTH))

    def frame_at(self, sample: float) -> np.void | None:
        """The frame of a sample; the newest one if none is newer than the sample, None if there is none yet.

        The next call changes the same frame.
        """
        found = read_at(self.frames, sample, self.record, self.spare)
        if found == EMPTY:
            return None
        if found == WITHIN:  # sources are not interpolated
            self.record[AT.tempo_source] = self.spare[AT.tempo_source]
        return as_frame(self.record)

    def newest_sample(self) -> float | None:
        """The sample of the newest frame, or None."""
        count = record_count(self.frames)
        return float(self.spare[AT.sample]) if count and read(self.frames, count - 1, self.spare) else None


class OnsetReader:
    """Reads every onset once, however seldom it is asked. It belongs to one thread.

    Parameters
    ----------
    frames : Timeline
        Onsets before now are skipped.
    """

    def __init__(self, frames: Timeline) -> None:
        self.frames, self.record = frames, np.zeros(WIDTH)
        self.next_record = record_count(frames)

    def strongest_until(self, sample: float) -> np.ndarray:
        """The strongest of each of ONSETS since the last call, up to a sample; shape (4,), 0 to 1."""
        strongest, end = np.zeros(len(ONSETS)), record_count(self.frames)
        self.next_record = max(self.next_record, end - len(self.frames.marks) // 2)
        while self.next_record < end:
            if read(self.frames, self.next_record, self.record):
                if self.record[AT.sample] > sample:
                    break
                strongest = np.maximum(strongest, self.record[ONSET_COLUMNS])
            self.next_record += 1
        return strongest


class TempoState(NamedTuple):
    """The tempo of a frame, as a display shows it."""

    bpm: float
    source: str  # one of TEMPO_SOURCES
    certain: bool  # False for an analysed tempo of low confidence
    beat: int  # of the bar, 0 to BEATS_PER_BAR - 1
    flash: bool  # the beat has just begun


def tempo_state(frame: np.void) -> TempoState:
    """What a display shows of a frame's tempo."""
    source = TEMPO_SOURCES[round(float(frame["tempo_source"]))]
    certain = source != TEMPO_SOURCES[HEARD] or bool(frame["confidence"] >= MIN_CONFIDENCE)
    beat, since = divmod(float(frame["bar"]) % 1.0 * BEATS_PER_BAR, 1.0)
    return TempoState(float(frame["tempo"]), source, certain, int(beat), since < FLASH_BEATS)
