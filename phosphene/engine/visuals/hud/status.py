"""HUD status: what the session posts to the HUD, as JSON."""

from typing import TypedDict


class HudStatus(TypedDict):
    """What the HUD shows besides sound and picture."""

    preset: str  # name of the preset
    notices: list[tuple[float, str]]  # (time by `time.perf_counter()`, line), the oldest first
    faults: list[str]  # lines that stay until the fault is gone
    learn: str  # what MIDI learn waits for, or ""


EMPTY_HUD_STATUS: HudStatus = {"preset": "", "notices": [], "faults": [], "learn": ""}
