"""Parameters that glide: what is heard follows what is asked for, and arrives."""

from phosphene.engine.native import kernel

SNAP = 1e-6  # of what is asked for, or of one: nearer than this has arrived


@kernel
def step_toward(heard, params, pull):
    """Move every parameter a share `pull` of its way; true while any is on it."""
    moving = False
    for p in range(heard.shape[0]):
        gap = params[p] - heard[p]
        if gap != 0.0:
            if abs(gap) <= SNAP * max(1.0, abs(params[p])):
                heard[p] = params[p]
            else:
                heard[p] += pull * gap
                moving = True
    return moving
