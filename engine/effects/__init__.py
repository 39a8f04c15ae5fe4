"""The operators by name. Adding one is a module beside this file and a row here."""

from engine.effects import dc_blocker, distort, noise_reduction, pitch, speed, trim, volume

EFFECTS = {
    "dc_blocker": dc_blocker,
    "distort": distort,
    "noise_reduction": noise_reduction,
    "pitch": pitch,
    "speed": speed,
    "trim": trim,
    "volume": volume,
}
