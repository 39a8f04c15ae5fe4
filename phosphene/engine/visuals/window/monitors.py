"""Monitors: their names, places and refresh rates."""

from typing import Any

import glfw

from phosphene.engine.common.errors import PhospheneError, UsageError

DEFAULT_REFRESH = 60.0  # refreshes per second, where the monitor reports none that is plausible
PLAUSIBLE_REFRESH = 20.0, 500.0

Area = tuple[int, int, int, int]  # left, top, width, height on the desktop


def init_glfw() -> None:
    """Connect to the display; glfw.terminate() ends that.

    Raises
    ------
    PhospheneError
        If there is no display.
    """
    glfw.ERROR_REPORTING = "ignore"  # errors are raised here; glfw would print them as well
    if not glfw.init():
        raise PhospheneError(f"no display to open a window on ({last_error()}); use --headless, or set DISPLAY")


def last_error() -> str:
    """What GLFW says about its last error."""
    text = glfw.get_error()[1]
    return _decode(text) if text else "GLFW gives no reason"


def monitor_names() -> list[str]:
    """The names of the monitors, in the order of their numbers; [] without a display."""
    try:
        init_glfw()
    except PhospheneError:
        return []
    try:
        return _names()
    finally:
        glfw.terminate()


def _names() -> list[str]:
    return [_decode(glfw.get_monitor_name(monitor)) for monitor in glfw.get_monitors()]


def _decode(text: Any) -> str:
    """GLFW's text, which is bytes."""
    return str(text, "utf-8", "replace")


def find_monitor(number: int | None) -> Any:
    """The monitor with a number; the primary one for None.

    Raises
    ------
    UsageError
        If there is no monitor with that number.
    PhospheneError
        If there is none at all.
    """
    monitors = glfw.get_monitors()
    if not monitors:
        raise PhospheneError("no monitor is connected; use --headless")
    if number is None:
        return glfw.get_primary_monitor()
    if not 0 <= number < len(monitors):
        available = ", ".join(f"{at} ({name})" for at, name in enumerate(_names()))
        raise UsageError(f"--monitor {number}: no such monitor (has {available})")
    return monitors[number]


def monitor_area(monitor: Any) -> Area:
    """The part of the desktop that a monitor shows."""
    return *glfw.get_monitor_pos(monitor), *glfw.get_video_mode(monitor).size


def refresh_rate(monitor: Any) -> float:
    """Refreshes per second."""
    reported = glfw.get_video_mode(monitor).refresh_rate
    return reported if PLAUSIBLE_REFRESH[0] <= reported <= PLAUSIBLE_REFRESH[1] else DEFAULT_REFRESH


def monitor_of(area: Area) -> Any:
    """The monitor that shows most of an area."""
    return max(glfw.get_monitors(), key=lambda monitor: _overlap(area, monitor_area(monitor)))


def _overlap(a: Area, b: Area) -> int:
    """Pixels in both areas."""
    width, height = (min(a[n] + a[n + 2], b[n] + b[n + 2]) - max(a[n], b[n]) for n in (0, 1))
    return max(width, 0) * max(height, 0)
