"""The cutter: of the pictures that were shown, one for each moment of a film."""

from collections import deque

LOYAL = 0.2  # of a picture's time that the next in line may be farther off than another


class FrameSelector:
    """Chooses the picture that is nearest to each moment.

    Where pictures come as fast as the film goes, each is shown once, though the one clock is a little faster
    than the other and neither is exact: the next in line is preferred, so that the film does not stutter
    while it lies between two.

    Parameters
    ----------
    start : float
        Sample of the film's first moment.
    period : float
        Samples from one to the next.
    """

    def __init__(self, start, period):
        self.start, self.period = start, period
        self.cut, self.shown, self.waiting = 0, None, deque()  # (sample, picture), the oldest first

    def add(self, sample, picture):
        """One more that was shown; where the sound stood still, in place of those before."""
        while self.waiting and self.waiting[-1][0] >= sample:
            self.waiting.pop()
        self.waiting.append((sample, picture))

    @property
    def moment(self):
        """The sample for which a picture is to be chosen next."""
        return self.start + self.cut * self.period

    @property
    def sure(self):
        """True if no picture to come could be nearer."""
        newest = self.waiting[-1] if self.waiting else self.shown
        return newest is not None and newest[0] >= self.moment

    def choose(self):
        """The picture for the next moment; None where it is the one before."""
        line = [self.shown, *self.waiting] if self.shown else [None, *self.waiting]
        moment, loyalty = self.moment, LOYAL * self.period
        far = {at: abs(each[0] - moment) - loyalty * (at == 1) for at, each in enumerate(line) if each}
        best = min(far, key=far.get)
        self.cut += 1
        for _ in range(best):
            self.shown = self.waiting.popleft()
        return self.shown[1] if best else None
