"""The operators by name. Adding one is a module beside this file and a row here."""

from engine.effects import dc_blocker, pitch, speed, volume

EFFECTS = {
    "dc_blocker": dc_blocker,
    "pitch": pitch,
    "speed": speed,
    "volume": volume,
}
