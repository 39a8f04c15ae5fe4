"""The finish: what all pictures go through at last, one alone, or two that change places."""

from engine.visuals.declaring import declared
from engine.visuals.scenes import FINISH, TRANSITIONS
from engine.visuals.stage import Stage, Target


class Finish:
    """Draws the light of decks onto the screen, as a screen shows it.

    Parameters
    ----------
    context : Context
    size : (int, int)
    screen
        Where it is shown: has turn() and framebuffer.
    values : dict
        Of any deck.
    """

    def __init__(self, context, size, screen, values):
        self.decks, self.stages, self.targets = (), [], []
        self.values = {**values, "share": 0.0, "kind": 0.0}
        try:
            self.plain = self._stage(context, FINISH, screen, {"picture": lambda: self.decks[0].picture})
            self.grades = []
            for at in range(2):
                (grade,) = declared("post", "grade").passes
                target = Target(context, grade, size)
                self.targets.append(target)
                pictures = {"picture": lambda at=at: self.decks[at].picture}
                self.grades.append(self._stage(context, "grade", target, pictures))
            old, new = self.targets
            self.mixed = self._stage(
                context, "mix", screen, {"old": lambda: old.picture, "picture": lambda: new.picture}
            )
        except BaseException:
            self.release()
            raise

    def _stage(self, context, name, target, pictures):
        (each,) = declared("post", name).passes
        self.stages.append(Stage(context, each, target, pictures, self.values, FINISH))
        return self.stages[-1]

    def show(self, deck):
        """Show what a deck has drawn."""
        self.decks, self.plain.values = (deck,), deck.values
        self.plain.render()

    def mix(self, old, new, kind, share):
        """Show two, of which the new one has come so far."""
        self.decks = old, new
        for deck, grade in zip(self.decks, self.grades):
            grade.values = deck.values
            grade.render()
        self.mixed.values = new.values | {"share": share, "kind": float(TRANSITIONS.index(kind))}
        self.mixed.render()

    def resize(self, size):
        for target in self.targets:
            target.resize(size)

    def release(self):
        for each in (*self.stages, *self.targets):
            each.release()
        self.stages, self.targets = [], []
