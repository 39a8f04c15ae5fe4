"""The operators by name. Adding one is a module beside this file and a row here."""

from engine.effects import dc_blocker, distort, echo, fade, noise_reduction, pitch, reverb, speed, trim, volume

EFFECTS = {
    "dc_blocker": dc_blocker,
    "distort": distort,
    "echo": echo,
    "fade": fade,
    "noise_reduction": noise_reduction,
    "pitch": pitch,
    "reverb": reverb,
    "speed": speed,
    "trim": trim,
    "volume": volume,
}
