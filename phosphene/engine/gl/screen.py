"""What a renderer draws on."""

from typing import Protocol

import moderngl


class Screen(Protocol):
    """A framebuffer that pictures are drawn on: a window, a `Readback`, or the `Target` of a pass."""

    @property
    def framebuffer(self) -> moderngl.Framebuffer:
        """What the next picture is drawn on."""

    def begin_frame(self) -> None:
        """Called before each picture; `framebuffer` may be another one afterwards."""
