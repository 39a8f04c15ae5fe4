"""The operators by name. Adding one is a module beside this file and a row here.

A module has PARAMS, State, init and process, and where they are needed:

- `latency(rate)`: frames by which its output trails its input, whatever the parameters.
- `render(x, rate, params)`: a form for whole files that changes how long they are, or needs to know their end.
- RINGS: it sounds on when its input has ended. PULLS: it acts on the source, which is read faster or slower.
- a field `heard` in its State: the parameters as they sound now, so that a gene begins with its own.
"""

from phosphene.engine.effects import (
    dc_blocker,
    distort,
    echo,
    fade,
    noise_reduction,
    pitch,
    reverb,
    speed,
    trim,
    volume,
)

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
