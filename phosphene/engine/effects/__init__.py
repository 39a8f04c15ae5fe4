"""The operators by name. To add one, write a module beside this file and add a row here.

A module has PARAMS, State, init and process. These names are optional:

- `latency(rate)`: frames by which the output trails the input; it does not depend on the parameters.
- `render(x, rate, params)`: processes a whole file. For operators that change its length or need to know its end.
- HAS_TAIL: True if the output continues after the input has ended.
- PULLS_SOURCE: True if the operator changes how fast the source is read.
- a field `smoothed` in State: the current values of the parameters. A new gene is initialised with its own
  parameters there, so that nothing glides in from the defaults.
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
