"""The record that listening publishes and pictures read."""

import numpy as np

BANDS = 64
POINTS = 128  # of the waveform, a hop

FRAME = np.dtype(
    [
        ("sample", "f8"),  # index of the first sample it describes
        ("rms", "f8"),  # of full scale, over the hop
        ("peak", "f8"),  # of full scale, over the hop
        ("onset", "f8"),  # dB that the bands rose by since the hop before, on average
        ("bands", "f8", (BANDS,)),  # power in dB of full scale, low to high
        ("wave", "f8", (POINTS, 2)),  # what was heard, left and right, averaged to so many points a hop
    ]
)
WIDTH = FRAME.itemsize // 8
SAMPLE, RMS, PEAK, ONSET, FIRST_BAND = 0, 1, 2, 3, 4  # the same places, for compiled code
FIRST_POINT = FIRST_BAND + BANDS


def as_frame(record):
    """A timeline's row of numbers by its names."""
    return record.view(FRAME)[0]
