"""The renderer: draws what a preset shows of one sample after another, and crossfades to the next preset."""

import math
from collections.abc import Mapping
from typing import Any

import moderngl
import numpy as np

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.gl.context import Context
from phosphene.engine.gl.release_stack import ReleaseStack
from phosphene.engine.gl.screen import Screen
from phosphene.engine.listening.frame import BANDS, PITCH_CLASSES
from phosphene.engine.rings.board import Board
from phosphene.engine.rings.timeline import Timeline
from phosphene.engine.visuals.audio_signals import SHOWN_POINTS, AudioSignals
from phosphene.engine.visuals.catalogue import FINISH, FREEZE, Look
from phosphene.engine.visuals.deck import Deck
from phosphene.engine.visuals.finish import Finish
from phosphene.engine.visuals.noise_textures import create_noise_textures
from phosphene.engine.visuals.provider_kinds import SharedProviders

MAX_DT = 0.25  # seconds between two frames; after a longer gap the picture goes on as if it were this
MAX_WAIT = 4.0  # seconds that a preset waits for the beat it is to start with
MINUTE, HOUR = 60.0, 3600.0
FREEZE_PARAM = f"{FINISH}.{FREEZE}"
CUT_NOW = {"kind": "cut", "seconds": 0.0, "start": "now"}


class Renderer:
    """Owns all that pictures need of GL.

    Parameters
    ----------
    context : Context
        Current on this thread, as it must be in every method.
    size : (int, int)
    frames : Timeline
        Of the analyser.
    board : Board
        Of the parameters.
    rate : int
        Samples per second.
    screen : Screen
        What pictures are drawn on.
    look : Look
    incremental : bool
        Build the next preset between frames, a little at a time, so that none is late; else all at once.

    Raises
    ------
    PhospheneError
        For an error in a shader.
    """

    def __init__(
        self,
        context: Context,
        size: tuple[int, int],
        *,
        frames: Timeline,
        board: Board,
        rate: int,
        screen: Screen,
        look: Look,
        incremental: bool = False,
    ) -> None:
        self.context, self.size, self.board, self.rate, self.incremental = context, size, board, rate, incremental
        self.signals = AudioSignals(frames, rate)
        self.providers = SharedProviders(context, rate)
        self.sample, self.first_frame = 0.0, True
        self.deck: Deck | None = None
        self.next_deck: Deck | None = None  # which takes the deck's place once it is built
        self.ready = False  # the next deck was drawn once
        self.began: float | None = None  # the sample at which the transition began
        self.requested = 0.0  # the sample at which the next deck was asked for
        self.phases: dict[str, float] | None = None  # of beat and bar, one frame ago
        self.fault: str | None = None  # why the last look could not be shown
        self.refused = -1  # serial number of the look that could not be built
        self.finish: Finish | None = None
        self.owned = ReleaseStack()
        try:
            self._create_textures()
            self.deck = self._open(look)
            while not self.deck.build():
                pass
            self.deck.glide(math.inf, 1.0)
            self.finish = Finish(context, size, screen, self.deck.values, self.textures)
        except BaseException:
            self.release()
            raise

    def _create_textures(self) -> None:
        """The textures that every pass may sample."""
        gl, owned = self.context.gl, self.owned
        self.bands = owned.add(gl.texture((BANDS, 1), 1, dtype="f4"))
        self.tones = owned.add(gl.texture((PITCH_CLASSES, 1), 1, dtype="f4"))
        self.wave = owned.add(gl.texture((SHOWN_POINTS, 1), 2, dtype="f4"))
        noise = {name: owned.add(texture) for name, texture in create_noise_textures(self.context).items()}
        black = owned.add(gl.texture((1, 1), 4, bytes(4)))  # where no media is named
        textures = {"bands": self.bands, "chroma": self.tones, "wave": self.wave, **noise, "media": black}
        self.textures = {name: lambda texture=texture: texture for name, texture in textures.items()}

    def _open(self, look: Look) -> Deck:
        moves = self.signals.follow(look.modulation)
        try:
            return Deck(
                self.context,
                look,
                self.size,
                board=self.board,
                textures=self.textures,
                moves=moves,
                providers=self.providers,
                sample=self.sample,
                incremental=self.incremental,
            )
        except BaseException:
            self.signals.followers.remove(moves)
            raise

    def _close(self, deck: Deck | None) -> None:
        if deck:
            self.signals.followers.remove(deck.moves)
            deck.release()

    def resize(self, size: tuple[int, int]) -> None:
        """Draw in another size from now on."""
        self.size = size
        for deck in filter(None, (self.deck, self.next_deck)):
            deck.resize(size)
        if self.finish:
            self.finish.resize(size)

    @property
    def frozen(self) -> bool:
        """True while the operator freezes the picture."""
        return self.deck.values[FREEZE_PARAM] > 0.5

    @property
    def settled(self) -> int | None:
        """The serial number of the look that is shown alone, or that was refused; None during a transition."""
        return None if self.next_deck else max(self.deck.look.serial, self.refused)

    def show(self, look: Look) -> None:
        """Change to another look; where its serial number is the same, only the modulation changes."""
        same = [deck for deck in (self.deck, self.next_deck) if deck and deck.look.serial == look.serial]
        for deck in same:  # two of them, where its shader is being reloaded
            deck.set_modulation(look)
        if same:
            return
        self._end_transition()
        self._begin_building(look)

    def _begin_building(self, look: Look) -> None:
        try:
            self.next_deck, self.ready, self.began, self.requested = self._open(look), False, None, self.sample
            while not self.incremental and not self.next_deck.build():
                pass
        except (PhospheneError, moderngl.Error) as error:
            self._refuse(look, error)

    def _refuse(self, look: Look, error: Exception) -> None:
        """Keep what is shown: the next deck cannot be built."""
        self.fault = str(error)
        if look.serial != self.deck.look.serial:  # else it is the look that is shown, reloaded
            self.refused = look.serial
        self._close(self.next_deck)
        self.next_deck = None

    def _end_transition(self) -> None:
        """Let the next deck take the place of the deck, or drop it if it is not ready."""
        if self.next_deck and self.ready:
            self._close(self.deck)
            self.deck, self.fault = self.next_deck, None
        else:
            self._close(self.next_deck)
        self.next_deck = None

    def reload(self) -> None:
        """Build what is shown again if one of its files was saved; an error leaves it as it is."""
        if not self.next_deck and any([watch.changed() for watch in self.deck.watches]):
            self._begin_building(self.deck.look._replace(transition=CUT_NOW))

    def clear(self) -> None:
        """Start again from black, as feedback that went wrong may need."""
        for deck in filter(None, (self.deck, self.next_deck)):
            deck.clear()

    def advance_to(self, sample: float) -> bool:
        """Read the analyser's frames up to a sample; True if all that its picture needs is there."""
        return self.signals.advance_to(sample)

    def render(self, sample: float) -> None:
        """Draw the picture of a sample on the screen."""
        is_first, dt = self.first_frame, (sample - self.sample) / self.rate
        self.sample, self.first_frame, dt = sample, False, 0.0 if is_first else min(max(dt, 0.0), MAX_DT)
        signals = self._read_signals(sample, dt)
        share = self.signals.share(sample)
        self.deck.glide(math.inf if is_first else dt, share)
        if not self.frozen:
            self.deck.render(sample, signals)
        if self.next_deck:
            self._advance_next(signals, share)
        if self.next_deck and self.began is not None:
            transition = self.next_deck.look.transition
            kind, seconds = transition["kind"], transition["seconds"]
            progress = (sample - self.began) / self.rate / seconds if kind != "cut" and seconds > 0.0 else 1.0
            if progress < 1.0:
                self.finish.mix(self.deck, self.next_deck, kind, max(progress, 0.0))
                return
            self._end_transition()
        self.finish.show(self.deck)

    def _read_signals(self, sample: float, dt: float) -> dict[str, Any]:
        """The signals at a sample; the textures of bands, tones and waveform are written."""
        signals, bands, tones, wave = self.signals.at(sample)
        seconds = sample / self.rate
        self.bands.write(bands.astype("f4"))
        self.tones.write(tones.astype("f4"))
        self.wave.write(np.ascontiguousarray(wave, "f4"))
        return signals | {"dt": dt, "minute": seconds / MINUTE % 1.0, "hour": seconds / HOUR % 1.0}

    def _advance_next(self, signals: Mapping[str, Any], share: float) -> None:
        """One step for the next deck: build it, draw it once unseen, wait for its beat, then draw each frame."""
        if not self.next_deck.built:
            try:
                self.next_deck.build()
            except (PhospheneError, moderngl.Error) as error:
                self._refuse(self.next_deck.look, error)
            return
        if not self.ready:
            if self.next_deck.look.serial == self.deck.look.serial:
                self.next_deck.copy_state(self.deck)
            self.next_deck.glide(math.inf, share)
            self.ready = True
        elif self.began is None:
            start = self.next_deck.look.transition["start"]
            too_late = self.sample - self.requested > MAX_WAIT * self.rate
            if start == "now" or too_late or (self.phases and signals[start] < self.phases[start]):
                self.began = self.sample
        else:
            self.next_deck.glide(signals["dt"], share)
        self.phases = {name: signals[name] for name in ("beat", "bar")}
        if self.began is not None or self.next_deck.first_sample is None:
            self.next_deck.render(self.sample, signals)

    def release(self) -> None:
        self._close(self.next_deck)
        self._close(self.deck)
        if self.finish:
            self.finish.release()
        self.owned.release()
