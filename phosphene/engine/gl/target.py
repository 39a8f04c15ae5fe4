"""Targets: the textures that a pass draws, and those of the frame before where it samples them."""

import moderngl

from phosphene.engine.gl.context import Context
from phosphene.engine.gl.pass_spec import Pass
from phosphene.engine.gl.release_stack import ReleaseStack


class Target:
    """The textures of a pass, one per colour attachment; twice as many where the pass samples its last frame.

    Parameters
    ----------
    context : Context
    spec : Pass
    size : (int, int)
        Of the picture, of which the target's size is a part.
    """

    def __init__(self, context: Context, spec: Pass, size: tuple[int, int]) -> None:
        self.context, self.spec = context, spec
        self.framebuffers: list[moderngl.Framebuffer] = []
        self._create(size)

    def _create(self, size: tuple[int, int]) -> None:
        spec, gl = self.spec, self.context.gl
        self.owned, self.current = ReleaseStack(), 0
        width, height = spec.size or (max(round(side * spec.scale), 1) for side in size)
        self.size = width, height
        feeds_back = any(name in spec.samplers.values() for name in spec.textures)
        with self.owned:
            self.framebuffers = []
            for _ in range(1 + feeds_back):
                textures = [self.owned.add(self._texture()) for _ in spec.textures]
                self.framebuffers.append(self.owned.add(gl.framebuffer(textures)))
        self.clear()

    def _texture(self) -> moderngl.Texture:
        texture = self.context.gl.texture(self.size, 4, dtype="f4" if self.spec.precise else "f2")
        texture.repeat_x = texture.repeat_y = self.spec.wrap
        return texture

    def clear(self) -> None:
        """Make all of it black."""
        for framebuffer in self.framebuffers:
            framebuffer.clear()

    def resize(self, size: tuple[int, int]) -> None:
        """Take the size that belongs to a picture of another size, and keep what was drawn, scaled."""
        if self.spec.size:
            return
        owned, framebuffers, current, old_size = self.owned, self.framebuffers, self.current, self.size
        self._create(size)
        for number, framebuffer in enumerate(self.framebuffers):
            source = framebuffers[(current + number) % len(framebuffers)]
            self._copy(source, old_size, framebuffer)
        self.context.sync_software()
        owned.release()

    def matches(self, other: "Target") -> bool:
        """True if what another target holds can be copied as it is."""
        return (self.size, self.spec.textures) == (other.size, other.spec.textures)

    def copy_from(self, other: "Target") -> None:
        """Go on from what another target of the same textures shows."""
        self._copy(other.framebuffer, other.size, self.framebuffer)

    def _copy(self, source: moderngl.Framebuffer, size: tuple[int, ...], target: moderngl.Framebuffer) -> None:
        if len(self.spec.textures) == 1:
            self.context.copy(source, size, target, self.size)
            return
        for pair in zip(source.color_attachments, target.color_attachments):  # a copy reads one attachment only
            owned = ReleaseStack()
            one, other = (owned.add(self.context.gl.framebuffer([texture])) for texture in pair)
            self.context.copy(one, size, other, self.size)
            owned.release()

    def begin_frame(self) -> None:
        """Make the current frame the previous one; the next is drawn over the one before that."""
        self.current = (self.current + 1) % len(self.framebuffers)

    def texture(self, number: int = 0) -> moderngl.Texture:
        """What was drawn to a colour attachment."""
        return _texture(self.framebuffer, number)

    def previous_texture(self, number: int = 0) -> moderngl.Texture:
        """The same, one frame before."""
        return _texture(self.framebuffers[self.current - 1], number)

    @property
    def picture(self) -> moderngl.Texture:
        """What was drawn to the first colour attachment."""
        return self.texture()

    @property
    def textures(self) -> list[moderngl.Texture]:
        """All that it holds."""
        return [texture for framebuffer in self.framebuffers for texture in framebuffer.color_attachments]

    @property
    def framebuffer(self) -> moderngl.Framebuffer:
        return self.framebuffers[self.current]

    def release(self) -> None:
        self.owned.release()


def _texture(framebuffer: moderngl.Framebuffer, number: int) -> moderngl.Texture:
    texture = framebuffer.color_attachments[number]
    assert isinstance(texture, moderngl.Texture)  # and no renderbuffer
    return texture
