import numpy as np
import pytest

from tests.support import sound_files

RATE = 48_000
HITS = (0.25, 0.75, 1.25, 1.75)  # seconds


@pytest.fixture
def drums(folder):
    """Two seconds of kicks in drums.wav, in the working directory."""
    time = np.arange(2 * RATE) / RATE
    sound = np.zeros(len(time))
    for hit in HITS:
        after = np.maximum(time - hit, 0.0)
        sound += 0.8 * np.exp(-after / 0.06) * np.sin(2 * np.pi * (55 * after + 6 * (1 - np.exp(-after / 0.02))))
    return sound_files.write_sound(folder / "drums.wav", np.stack([sound, sound], axis=1).astype(np.float32), RATE)
