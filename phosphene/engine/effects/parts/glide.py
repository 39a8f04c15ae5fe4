"""Parameter smoothing: a one-pole glide that snaps to its target once it is close."""

from phosphene.engine.native import kernel

SNAP = 1e-6  # relative to the target, or to 1: a value this close snaps to its target


@kernel
def step_toward(smoothed, targets, coefficient):
    """Move each value toward its target by a share `coefficient` of the distance; True while any still moves."""
    moving = False
    for p in range(smoothed.shape[0]):
        gap = targets[p] - smoothed[p]
        if gap != 0.0:
            if abs(gap) <= SNAP * max(1.0, abs(targets[p])):
                smoothed[p] = targets[p]
            else:
                smoothed[p] += coefficient * gap
                moving = True
    return moving
