"""The hand: what a performer does to the tempo."""

import math

from phosphene.engine.listening.rhythm.tempo_board import BPM, DEFAULTS, SCALE, want
from phosphene.engine.listening.rhythm.tempo_override import BEATS, HEARD, HELD, LINK, TAPPED
from phosphene.engine.session.tap_tempo import TapTempo

LINK_TOLERANCE = 2e-3  # seconds that Link's beat may be off before it is told anew


class TempoControl:
    """Taps, nudges, holds; follows Link and leads it. Whatever changes is on the board at once.

    Moments are those of `time.perf_counter()`, and mean what was audible then.

    Parameters
    ----------
    board : Board
        The session's.
    present : Present
        Of the same.
    link : Link, optional
        Followed from the first on.
    """

    def __init__(self, board, present, link=None):
        self.board, self.present, self.link = board, present, link
        self.tapper, self.wanted, self.before = TapTempo(), dict(DEFAULTS), {}
        if link:
            self._want(source=LINK)

    @property
    def source(self):
        return self.wanted["source"]

    def _want(self, **changed):
        self.wanted |= changed
        want(self.board, self.wanted)

    def _heard(self, moment):
        """The frame of a moment and its tempo, which is in range."""
        frame = self.present.frame(moment)
        return frame, BPM.default if frame is None else BPM.clamp(float(frame["tempo"]))

    def _length(self, bpm):
        """Samples of a beat."""
        return 60.0 * self.present.rate / bpm

    def tap(self, moment):
        """A beat is heard; two of them are a tempo."""
        beat = self.tapper.tap(moment)
        if beat is None:
            return
        if self.source == LINK:
            self.link.lead(BPM.clamp(beat.bpm), beat.moment)
            self.keep_up()
        else:
            self._go_on(TAPPED, BPM.clamp(beat.bpm), beat.moment)

    def _go_on(self, source, bpm, moment, nudge=0.0):
        """At a tempo from the beat at a moment; bars are counted on if somebody has said where they begin."""
        frame, bar = self.present.frame(moment), self.wanted["bar"]
        if frame is None:
            return
        anchor = self.present.sample(moment)
        if not math.isnan(bar):
            bar = anchor - round(BEATS * (frame["bar"] - nudge / BEATS)) % BEATS * self._length(bpm)
        self._want(source=source, bpm=bpm, anchor=anchor, nudge=nudge, bar=bar)

    def nudge(self, beats):
        """All beats come so much earlier."""
        self._want(nudge=self.wanted["nudge"] + beats)

    def nudge_by_time(self, seconds, moment):
        self.nudge(seconds * self._heard(moment)[1] / 60.0)

    def multiply(self, factor):
        """Half or double time."""
        bpm, scale = self.wanted["bpm"] * factor, SCALE.clamp(self.wanted["scale"] * factor)
        if self.source == HEARD:
            self._want(scale=scale)
        elif bpm != BPM.clamp(bpm) or (self.source == HELD and scale != self.wanted["scale"] * factor):
            return
        elif self.source == LINK:
            self.link.lead(bpm)
            self.keep_up()
        else:
            self._want(bpm=bpm, scale=scale if self.source == HELD else self.wanted["scale"])

    def hold(self, moment):
        """Keep tempo and beat as they are; or let them go again."""
        if self.source == HELD:
            self._want(**self.before | {"nudge": self.wanted["nudge"]})
            self.keep_up()
            return
        frame, bpm = self._heard(moment)
        if frame is not None:
            self.before, nudge = dict(self.wanted), self.wanted["nudge"]
            self._go_on(HELD, bpm, moment - (frame["beat"] - nudge) % 1.0 * 60.0 / bpm, nudge)

    def follow(self):
        """Back to what is heard, as it is heard."""
        self._want(**DEFAULTS)

    def begin_bar(self, moment):
        """The beat that is nearest to a moment is a bar's first."""
        frame, bpm = self._heard(moment)
        if self.source == LINK:
            self.link.begin_bar(moment)
            self.keep_up()
        elif frame is not None:
            away = round(frame["beat"]) - frame["beat"]
            self._want(bar=frame["sample"] + away * self._length(bpm))

    def toggle_link(self, moment):
        """To Link, and back. Who is alone there brings the tempo along. Gives a line to say where there is no Link."""
        if self.link is None:
            return "Link is off: start with --link"
        if self.source == LINK:
            return self.follow()
        frame, bpm = self._heard(moment)
        if frame is not None and not self.link.peers:
            self.link.lead(bpm, moment - frame["beat"] % 1.0 * 60.0 / bpm)
        self._want(source=LINK, nudge=0.0)
        return self.keep_up()

    def keep_up(self):
        """Where Link is followed, tell of its beat as soon as it is not where it was told to be."""
        if self.source != LINK:
            return
        moment, beat, bpm = self.link.now()
        sample = self.present.sample(moment)
        if sample is None:
            return
        length = self._length(bpm)
        off = (sample - self.wanted["bar"]) / length - beat  # no number before the first time
        off -= BEATS * round(off / BEATS) if math.isfinite(off) else 0.0
        if bpm != self.wanted["bpm"] or not abs(off) * 60.0 / bpm < LINK_TOLERANCE:
            self._want(bpm=bpm, anchor=sample - beat % 1.0 * length, bar=sample - beat % BEATS * length)
