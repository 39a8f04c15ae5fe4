"""The painter: what a preset shows of one sample of the sound after another, and how another takes its place."""

import math

import moderngl
import numpy as np

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.listening.frame import BANDS, TONES
from phosphene.engine.visuals import noise_textures
from phosphene.engine.visuals.audio_signals import SEEN, AudioSignals
from phosphene.engine.visuals.catalogue import FINISH, FREEZE
from phosphene.engine.visuals.deck import Deck
from phosphene.engine.visuals.finish import Finish

LONGEST = 0.25  # seconds between two frames; after more than that the picture goes on as if it were less
PATIENCE = 4.0  # seconds that a preset waits for the beat it is to come in with
MINUTE, HOUR = 60.0, 3600.0
FROZEN = f"{FINISH}.{FREEZE}"


class Renderer:
    """Owns whatever pictures need of GL.

    Parameters
    ----------
    context : Context
        Current on this thread, as it must be in every method.
    size : (int, int)
    frames : Timeline
        Of what is heard.
    board : Board
        Of the parameters.
    rate : int
    screen
        Where the picture is shown: has turn() and framebuffer.
    look : Look
    patient : bool
        Another preset is built between the pictures, a little at a time, so that none is late; else at once.
    """

    def __init__(self, context, size, *, frames, board, rate, screen, look, patient=False):
        self.context, self.size, self.board, self.rate, self.patient = context, size, board, rate, patient
        self.signals = AudioSignals(frames, rate)
        self.bands = context.gl.texture((BANDS, 1), 1, dtype="f4")
        self.tones = context.gl.texture((TONES, 1), 1, dtype="f4")
        self.wave = context.gl.texture((SEEN, 1), 2, dtype="f4")
        self.noise = noise_textures.tiles(context)
        self.dark = context.gl.texture((1, 1), 4, bytes(4))  # where no media is named
        textures = {
            "bands": self.bands,
            "chroma": self.tones,
            "wave": self.wave,
            **self.noise,
            "media": self.dark,
        }
        self.pictures = {name: lambda texture=texture: texture for name, texture in textures.items()}
        self.sample, self.fresh, self.phases = 0.0, True, None
        self.deck, self.coming, self.ready, self.begun, self.asked = None, None, False, None, 0.0
        self.fault, self.finish = None, None
        self.refused = -1  # serial number of the look that could not be built
        try:
            self.deck = self._open(look)
            while not self.deck.build():
                pass
            self.deck.move(math.inf, 1.0)
            self.finish = Finish(context, size, screen, self.deck.values, self.pictures)
        except BaseException:
            self.release()
            raise

    def _open(self, look):
        moves = self.signals.follow(look.modulation)
        try:
            how = {"seconds": self.sample / self.rate, "patient": self.patient, "before": self.deck}
            return Deck(self.context, look, self.size, board=self.board, pictures=self.pictures, moves=moves, **how)
        except BaseException:
            self.signals.followers.remove(moves)
            raise

    def _close(self, deck):
        if deck:
            self.signals.followers.remove(deck.moves)
            deck.release()

    def resize(self, size):
        """Paint in another size from now on."""
        self.size = size
        for each in filter(None, (self.deck, self.coming, self.finish)):
            each.resize(size)

    @property
    def frozen(self):
        """True while a hand holds the picture."""
        return self.deck.values[FROZEN] > 0.5

    @property
    def settled(self):
        """The serial number of the look that is seen alone, or that was refused; None while one is on its way."""
        return None if self.coming else max(self.deck.look.serial, self.refused)

    def play(self, look):
        """Show another look; one with a serial number that is there already only has its rows changed."""
        there = [deck for deck in (self.deck, self.coming) if deck and deck.look.serial == look.serial]
        for deck in there:  # two of them, where its shader is built again
            deck.change(look)
        if there:
            return
        self._take_over()
        self._begin(look)

    def _begin(self, look):
        try:
            self.coming, self.ready, self.begun, self.asked = self._open(look), False, None, self.sample
            while not self.patient and not self.coming.build():
                pass
        except (PhospheneError, moderngl.Error) as fault:
            self._give_up(look, fault)

    def _give_up(self, look, fault):
        """What was coming cannot be; what is seen stays."""
        self.fault = str(fault)
        if look.serial != self.deck.look.serial:  # else it is what is seen, built again
            self.refused = look.serial
        self._close(self.coming)
        self.coming = None

    def _take_over(self):
        """What is coming is there."""
        if self.coming and self.ready:
            self._close(self.deck)
            self.deck, self.fault = self.coming, None
        else:
            self._close(self.coming)
        self.coming = None

    def reload(self):
        """Build what is seen again, if one of its files was saved; what cannot be built leaves it as it is."""
        if not self.coming and any([watch.changed() for watch in self.deck.watches]):
            self._begin(self.deck.look._replace(transition={"kind": "cut", "seconds": 0.0, "start": "now"}))

    def clear(self):
        """Begin again from black, as what feeds back may need."""
        for deck in filter(None, (self.deck, self.coming)):
            deck.clear()

    def reach(self, sample):
        """True if all that is needed to paint this sample has been heard."""
        return self.signals.reach(sample)

    def paint(self, sample):
        """Paint what is heard at a sample, and show it on the screen."""
        first, gone = self.fresh, (sample - self.sample) / self.rate
        self.sample, self.fresh, gone = sample, False, 0.0 if first else min(max(gone, 0.0), LONGEST)
        told, bands, tones, wave = self.signals.at(sample)
        seconds = sample / self.rate
        told |= {"dt": gone, "minute": seconds / MINUTE % 1.0, "hour": seconds / HOUR % 1.0}
        self.bands.write(bands.astype("f4"))
        self.tones.write(tones.astype("f4"))
        self.wave.write(np.ascontiguousarray(wave, "f4"))
        share = self.signals.share(sample)
        self.deck.move(math.inf if first else gone, share)
        if not self.frozen:
            self.deck.render(seconds, told)
        if self.coming:
            self._come(told, share, seconds)
        if self.coming and self.begun is not None:
            kind, lasts = self.coming.look.transition["kind"], self.coming.look.transition["seconds"]
            done = (sample - self.begun) / self.rate / lasts if kind != "cut" and lasts > 0.0 else 1.0
            if done < 1.0:
                self.finish.mix(self.deck, self.coming, kind, max(done, 0.0))
                return
            self._take_over()
        self.finish.show(self.deck)

    def _come(self, told, share, seconds):
        """Bring what is coming nearer: built, drawn once unseen, begun when its beat is there, then drawn."""
        if not self.coming.whole:
            try:
                self.coming.build()
            except (PhospheneError, moderngl.Error) as fault:
                self._give_up(self.coming.look, fault)
            return
        if not self.ready:
            if self.coming.look.serial == self.deck.look.serial:
                self.coming.inherit(self.deck)
            self.coming.move(math.inf, share)
            self.ready = True
        elif self.begun is None:
            start = self.coming.look.transition["start"]
            late = self.sample - self.asked > PATIENCE * self.rate
            if start == "now" or late or (self.phases and told[start] < self.phases[start]):
                self.begun = self.sample
        else:
            self.coming.move(told["dt"], share)
        self.phases = {name: told[name] for name in ("beat", "bar")}
        if self.begun is not None or self.coming.first is None:
            self.coming.render(seconds, told)

    def release(self):
        self._close(self.coming)
        self._close(self.deck)
        for each in filter(None, (self.finish, self.bands, self.tones, self.wave, *self.noise.values(), self.dark)):
            each.release()
