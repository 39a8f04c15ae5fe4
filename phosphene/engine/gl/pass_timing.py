"""Timing: how long each pass of a frame takes, measured without waiting for it."""

import ctypes
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any, Protocol

TIME_ELAPSED, RESULT, AVAILABLE = 0x88BF, 0x8866, 0x8867
SMOOTHING = 0.1  # weight of the newest time


class TimedContext(Protocol):
    """What clocks use of a `Context`, which has a Timing itself."""

    software: bool

    def function(self, name: str, result: Any, *arguments: Any) -> Callable[..., Any]: ...

    def sync_software(self) -> None: ...


class Clock(Protocol):
    """Measures draws; a ticket stands for one measurement until it is known."""

    def begin(self) -> None: ...

    def end(self) -> Any:
        """A ticket for the time since `begin`."""

    def is_known(self, ticket: Any) -> bool: ...

    def seconds(self, ticket: Any) -> float:
        """The time; call it once per ticket."""

    def release(self) -> None: ...


class Timing:
    """Seconds by a pass's name, measured while `on` is true.

    A card reports its own times, some frames later. A software rasteriser is waited for after each pass.

    Parameters
    ----------
    context : Context
    """

    def __init__(self, context: TimedContext) -> None:
        self.clock: Clock = WallClock(context) if context.software else QueryClock(context)
        self.on = False
        self.times: dict[str, float] = {}
        self.frame: list[tuple[str, Any]] = []
        self.frames: deque[list[tuple[str, Any]]] = deque()

    def begin(self) -> None:
        """Call before a draw; measurements must not be nested."""
        if self.on:
            self.clock.begin()

    def end(self, name: str) -> None:
        if self.on:
            self.frame.append((name, self.clock.end()))

    def end_frame(self) -> None:
        """Call after each frame: updates `times` with what is known by now."""
        if self.frame:
            self.frames.append(self.frame)
            self.frame = []
        while self.frames and self.clock.is_known(self.frames[0][-1][1]):
            self._add(self.frames.popleft())

    def _add(self, frame: list[tuple[str, Any]]) -> None:
        spent: dict[str, float] = defaultdict(float)
        for name, ticket in frame:
            spent[name] += self.clock.seconds(ticket)
        times = {name: self.times.get(name, seconds) for name, seconds in spent.items()}  # without passes that are gone
        self.times = {name: before + SMOOTHING * (spent[name] - before) for name, before in times.items()}

    def release(self) -> None:
        self.clock.release()


class WallClock:
    """Wall-clock time: a ticket is the time itself."""

    def __init__(self, context: TimedContext) -> None:
        self.context = context

    def begin(self) -> None:
        self.begun = time.perf_counter()

    def end(self) -> float:
        self.context.sync_software()
        return time.perf_counter() - self.begun

    def is_known(self, ticket: float) -> bool:
        return True

    def seconds(self, ticket: float) -> float:
        return ticket

    def release(self) -> None:
        """It holds nothing."""


class QueryClock:
    """The card's own time: a ticket is a GL query, whose result is fetched when it is available."""

    def __init__(self, context: TimedContext) -> None:
        uint, pointer = ctypes.c_uint, ctypes.c_void_p
        self._generate = context.function("glGenQueries", None, ctypes.c_int, pointer)
        self._delete = context.function("glDeleteQueries", None, ctypes.c_int, pointer)
        self._begin = context.function("glBeginQuery", None, uint, uint)
        self._end = context.function("glEndQuery", None, uint)
        self._get_uint = context.function("glGetQueryObjectuiv", None, uint, uint, pointer)
        self._get_uint64 = context.function("glGetQueryObjectui64v", None, uint, uint, pointer)
        self.idle: list[int] = []
        self.queries: list[int] = []
        self._uint, self._result = uint(), ctypes.c_uint64()

    def begin(self) -> None:
        if not self.idle:
            self._generate(1, ctypes.addressof(self._uint))
            self.idle.append(self._uint.value)
            self.queries.append(self._uint.value)
        self._begin(TIME_ELAPSED, self.idle[-1])

    def end(self) -> int:
        self._end(TIME_ELAPSED)
        return self.idle.pop()

    def is_known(self, ticket: int) -> bool:
        self._get_uint(ticket, AVAILABLE, ctypes.addressof(self._uint))
        return bool(self._uint)

    def seconds(self, ticket: int) -> float:
        """The result; the query may be used again afterwards."""
        self._get_uint64(ticket, RESULT, ctypes.addressof(self._result))
        self.idle.append(ticket)
        return self._result.value * 1e-9

    def release(self) -> None:
        queries = (ctypes.c_uint * len(self.queries))(*self.queries)
        self._delete(len(self.queries), ctypes.addressof(queries))
