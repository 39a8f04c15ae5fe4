"""The only memory that threads and processes share: four lock-free things.

`ring` carries rows, `timeline` records by time, `board` parameters, `mailbox` the newest of something
larger. Each module has `plan(...)` for its memory and kernels that work on it.
"""

from phosphene.engine.rings.shared_memory import Segment, SessionLock, allocate, remove_stale_segments

__all__ = ["SessionLock", "Segment", "allocate", "remove_stale_segments"]
