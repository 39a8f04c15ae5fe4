"""Releasing: one helper for whatever owns GL objects."""

from types import TracebackType
from typing import Protocol, TypeVar


class Releasable(Protocol):
    def release(self) -> object:
        """Free what it holds in GL."""


Owned = TypeVar("Owned", bound=Releasable)


class ReleaseStack:
    """GL objects that one owner holds and releases together, the newest first.

    As a context manager it guards a constructor: an exception within the block releases what is held so far.

    >>> self.owned = ReleaseStack()
    >>> with self.owned:
    ...     self.texture = self.owned.add(context.gl.texture((4, 3), 4))
    """

    def __init__(self) -> None:
        self._held: list[Releasable] = []

    def add(self, owned: Owned) -> Owned:
        """Hold an object until `release`; returns it."""
        self._held.append(owned)
        return owned

    def release_one(self, owned: Releasable) -> None:
        """Release an object before the others."""
        self._held = [each for each in self._held if each is not owned]
        owned.release()

    def release(self) -> None:
        """Release all of them, even where one of them fails. Calling it again does nothing."""
        try:
            while self._held:
                self._held.pop().release()
        finally:
            if self._held:
                self.release()

    def __enter__(self) -> "ReleaseStack":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.release()
