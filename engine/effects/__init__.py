"""The operators by name. Adding one is a module beside this file and a row here."""

from engine.effects import dc_blocker, echo, fade, reverb, volume

EFFECTS = {
    "dc_blocker": dc_blocker,
    "echo": echo,
    "fade": fade,
    "reverb": reverb,
    "volume": volume,
}
