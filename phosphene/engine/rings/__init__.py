"""Lock-free structures in memory that threads and processes share.

`ring` carries rows, `tap` audio with its sample positions, `timeline` records by time, `board` parameters, and
`mailbox` the newest of something larger. Each module has `layout(...)` for its memory, and kernels that work on it.
"""

from phosphene.engine.rings.shared_memory import Segment, SessionLock, allocate, remove_stale_segments

__all__ = ["Segment", "SessionLock", "allocate", "remove_stale_segments"]
