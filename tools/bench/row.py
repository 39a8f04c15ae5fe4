"""A row of the benchmarks, and how times are taken for it."""

import time
from typing import NamedTuple


class Row(NamedTuple):
    """One measured number against what it should be."""

    name: str
    found: str
    beside: str  # the peer or the null control in the same run
    budget: str
    good: bool | None  # None where it is not judged


def best(times):
    return min(times)


def interleaved(functions, *, rounds=15):
    """The best time of each function, taken in turn."""
    times = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            begun = time.perf_counter()
            function()
            times[name].append(time.perf_counter() - begun)
    return {name: best(found) for name, found in times.items()}
