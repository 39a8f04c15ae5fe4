"""The memory of a graph: what its nodes share, in one process or between several."""

from typing import Any, Protocol

from phosphene.engine.audio import meters
from phosphene.engine.audio.taps import CHANNELS
from phosphene.engine.listening import analyser
from phosphene.engine.rings import board, board_layout, ring
from phosphene.engine.rings.shared_memory import Layout
from phosphene.engine.visuals.catalogue import BOARD_SLOTS

HISTORY = 8.0  # seconds of frames that are kept for their readers
RETURN = 1 << 17  # frames that may wait on their way back from the neural worker


class Memory(Protocol):
    """Has what memory_layouts() names: a session's segment, or a dict in this process."""

    def __getitem__(self, name: str, /) -> Any: ...


def memory_layouts() -> dict[str, Layout]:
    """What the nodes share. A session has the same in its segment, beside what its processes share."""
    return {
        "params": board.layout(BOARD_SLOTS),  # presets and performers write; the audio thread and the renderer read
        "moves": board.layout(2 * board_layout.GENOME_SLOTS),  # modulation writes, the audio thread reads
        "meters": meters.layout(),  # the audio thread writes
        "frames": analyser.frames_layout(HISTORY),  # the listen node writes
        "returns": ring.layout(RETURN, CHANNELS),  # the neural worker writes, the audio thread reads
    }
