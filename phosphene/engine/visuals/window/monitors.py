"""Monitors: which there are, how large they are, and how often a second they are drawn anew."""

import glfw

from phosphene.engine.common.errors import PhospheneError, UsageError

USUAL = 60.0  # refreshes per second where the monitor does not say
PLAUSIBLE = 20.0, 500.0


def start():
    """Begin to speak with the display; glfw.terminate() ends it."""
    glfw.ERROR_REPORTING = "ignore"  # it would warn of what is told in an error, or may fail
    if not glfw.init():
        raise PhospheneError(f"no display to open a window on ({error()}); use --headless, or set DISPLAY")


def error():
    words = glfw.get_error()[1]
    return str(words, "utf-8", "replace") if words else "it does not say why"


def monitors():
    """Names of the monitors there are, in the order of their numbers; none without a display."""
    try:
        start()
    except PhospheneError:
        return []
    try:
        return _names()
    finally:
        glfw.terminate()


def _names():
    return [str(glfw.get_monitor_name(screen), "utf-8", "replace") for screen in glfw.get_monitors()]


def choose(number):
    """The monitor of a number; the first one for None.

    Raises
    ------
    UsageError, PhospheneError
        If it is not there; if there is none.
    """
    there = glfw.get_monitors()
    if not there:
        raise PhospheneError("no monitor is connected; use --headless")
    if number is None:
        return glfw.get_primary_monitor()
    if not 0 <= number < len(there):
        has = ", ".join(f"{at} ({name})" for at, name in enumerate(_names()))
        raise UsageError(f"--monitor {number}: no such monitor (has {has})")
    return there[number]


def area(screen):
    """(left, top, width, height) of a monitor, on the desktop that they share."""
    return *glfw.get_monitor_pos(screen), *glfw.get_video_mode(screen).size


def refresh(screen):
    """How often a second it is drawn anew."""
    told = glfw.get_video_mode(screen).refresh_rate
    return told if PLAUSIBLE[0] <= told <= PLAUSIBLE[1] else USUAL


def beneath(place):
    """The monitor that shows most of a (left, top, width, height)."""
    return max(glfw.get_monitors(), key=lambda screen: _common(place, area(screen)))


def _common(a, b):
    """Pixels that lie in both."""
    wide, high = (min(a[n] + a[n + 2], b[n] + b[n + 2]) - max(a[n], b[n]) for n in (0, 1))
    return max(wide, 0) * max(high, 0)
