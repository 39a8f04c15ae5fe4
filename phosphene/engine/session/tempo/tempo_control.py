"""Tempo control: what the operator does to the tempo; follows Ableton Link and leads it."""

import math
from typing import Any

from phosphene.engine.audio.now_playing import NowPlaying
from phosphene.engine.listening.rhythm.tempo_override import (
    BEATS_PER_BAR,
    BPM_PARAM,
    DEFAULTS,
    HEARD,
    HELD,
    LINK,
    SCALE_PARAM,
    TAPPED,
    write_tempo,
)
from phosphene.engine.rings.board import Board
from phosphene.engine.session.tempo.link import Link
from phosphene.engine.session.tempo.tap_tempo import TapTempo

LINK_TOLERANCE = 2e-3  # seconds; the board is updated when Link's beat is off by more


class TempoControl:
    """Taps, nudges, holds. Every change is on the board at once.

    Moments are those of `time.perf_counter()`, and stand for what was audible then.

    Parameters
    ----------
    board : Board
        The session's parameters.
    now_playing : NowPlaying
        Of the same session.
    link : Link, optional
        Followed from the start.
    """

    def __init__(self, board: Board, now_playing: NowPlaying, link: Link | None = None) -> None:
        self.board, self.now_playing, self.link = board, now_playing, link
        self.tap_tempo = TapTempo()
        self.settings: dict[str, float] = dict(DEFAULTS)
        self.before_hold: dict[str, float] = {}
        if link:
            self._set(source=LINK)

    @property
    def source(self) -> float:
        """Where the tempo comes from: HEARD, TAPPED, LINK or HELD."""
        return self.settings["source"]

    def _set(self, **changes: float) -> None:
        self.settings |= changes
        write_tempo(self.board, self.settings)

    def _frame_and_bpm(self, moment: float) -> tuple[Any, float]:
        """The frame of features that was audible at a moment, and its tempo, limited to our range."""
        frame = self.now_playing.frame(moment)
        return frame, BPM_PARAM.default if frame is None else BPM_PARAM.clamp(float(frame["tempo"]))

    def _beat_samples(self, bpm: float) -> float:
        return 60.0 * self.now_playing.rate / bpm

    def tap(self, moment: float) -> None:
        """A beat is at this moment. Two taps set the tempo."""
        beat = self.tap_tempo.tap(moment)
        if beat is None:
            return
        if self.link and self.source == LINK:
            self.link.set_tempo(BPM_PARAM.clamp(beat.bpm), beat.moment)
            self.follow_link()
        else:
            self._fix(TAPPED, BPM_PARAM.clamp(beat.bpm), beat.moment)

    def _fix(self, source: float, bpm: float, moment: float, nudge: float = 0.0) -> None:
        """Fix the tempo from the beat at a moment. Bars are counted on if their start was ever set."""
        frame, bar = self.now_playing.frame(moment), self.settings["bar"]
        if frame is None:
            return
        anchor = self.now_playing.sample(moment)
        if not math.isnan(bar):
            beats = round(BEATS_PER_BAR * (frame["bar"] - nudge / BEATS_PER_BAR)) % BEATS_PER_BAR
            bar = anchor - beats * self._beat_samples(bpm)
        self._set(source=source, bpm=bpm, anchor=anchor, nudge=nudge, bar=bar)

    def nudge(self, beats: float) -> None:
        """Move all beats earlier by a part of a beat."""
        self._set(nudge=self.settings["nudge"] + beats)

    def nudge_by_time(self, seconds: float, moment: float) -> None:
        self.nudge(seconds * self._frame_and_bpm(moment)[1] / 60.0)

    def multiply(self, factor: float) -> None:
        """Half or double the tempo; nothing changes if the result would be out of range."""
        bpm, scale = self.settings["bpm"] * factor, SCALE_PARAM.clamp(self.settings["scale"] * factor)
        if self.source == HEARD:
            self._set(scale=scale)
        elif bpm != BPM_PARAM.clamp(bpm) or (self.source == HELD and scale != self.settings["scale"] * factor):
            return
        elif self.link and self.source == LINK:
            self.link.set_tempo(bpm)
            self.follow_link()
        else:
            self._set(bpm=bpm, scale=scale if self.source == HELD else self.settings["scale"])

    def hold(self, moment: float) -> None:
        """Hold tempo and beat as they are; if they are held, let them go."""
        if self.source == HELD:
            self._set(**self.before_hold | {"nudge": self.settings["nudge"]})
            self.follow_link()
            return
        frame, bpm = self._frame_and_bpm(moment)
        if frame is not None:
            self.before_hold, nudge = dict(self.settings), self.settings["nudge"]
            self._fix(HELD, bpm, moment - (frame["beat"] - nudge) % 1.0 * 60.0 / bpm, nudge)

    def follow(self) -> None:
        """Follow the analysed tempo, without any change to it."""
        self._set(**DEFAULTS)

    def begin_bar(self, moment: float) -> None:
        """Begin the bars at the beat nearest to a moment."""
        frame, bpm = self._frame_and_bpm(moment)
        if self.link and self.source == LINK:
            self.link.begin_bar(moment)
            self.follow_link()
        elif frame is not None:
            distance = round(frame["beat"]) - frame["beat"]
            self._set(bar=frame["sample"] + distance * self._beat_samples(bpm))

    def toggle_link(self, moment: float) -> str | None:
        """Follow Link, or stop to. If we are alone in the session, it takes over our tempo.

        Returns a notice for the user if there is no Link.
        """
        if self.link is None:
            return "Link is off: start with --link"
        if self.source == LINK:
            self.follow()
            return None
        frame, bpm = self._frame_and_bpm(moment)
        if frame is not None and not self.link.peers:
            self.link.set_tempo(bpm, moment - frame["beat"] % 1.0 * 60.0 / bpm)
        self._set(source=LINK, nudge=0.0)
        self.follow_link()
        return None

    def follow_link(self) -> None:
        """If Link is followed, update the board where tempo or beat differ from Link's. Called once per tick."""
        if not self.link or self.source != LINK:
            return
        moment, beat, bpm = self.link.now()
        sample = self.now_playing.sample(moment)
        if sample is None:
            return
        samples_per_beat = self._beat_samples(bpm)
        off = (sample - self.settings["bar"]) / samples_per_beat - beat  # NaN the first time
        off -= BEATS_PER_BAR * round(off / BEATS_PER_BAR) if math.isfinite(off) else 0.0
        if bpm != self.settings["bpm"] or not abs(off) * 60.0 / bpm < LINK_TOLERANCE:
            anchor = sample - beat % 1.0 * samples_per_beat
            self._set(bpm=bpm, anchor=anchor, bar=sample - beat % BEATS_PER_BAR * samples_per_beat)
