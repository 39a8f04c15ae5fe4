"""A row of the benchmarks, and functions that measure times for it."""

import time
from typing import NamedTuple


class Row(NamedTuple):
    """A measured value against its budget."""

    name: str
    found: str
    beside: str  # the peer or the control, measured in the same run
    budget: str
    good: bool | None  # None if it is not judged


def best(times):
    """The shortest of the times: the one that other processes disturbed least."""
    return min(times)


def interleaved(functions, *, rounds=15):
    """The best time of each function, by name; the functions run in turns."""
    times = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            begun = time.perf_counter()
            function()
            times[name].append(time.perf_counter() - begun)
    return {name: best(found) for name, found in times.items()}
