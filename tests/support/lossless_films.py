"""Films made for tests, each of whose frames is known again."""

import av
import numpy as np

FRAMES, FPS = 20, 25  # of `counted`; 0.8 seconds


def lossless(path, pictures, fps):
    """A film of uint8 arrays (height, width, 3), without loss; its path."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=fps)
        stream.height, stream.width, _ = pictures[0].shape
        stream.pix_fmt = "bgr0"
        for pixels in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format="bgr0")))
        container.mux(stream.encode())
    return path


def counted(path):
    """A film whose frames are as bright as they are late."""
    return lossless(path, [np.full((24, 32, 3), 10 * index, np.uint8) for index in range(FRAMES)], FPS)


def shown(media):
    """What the texture of a Media holds: (height, width, 4), the top row first."""
    texture = media.texture
    return np.frombuffer(texture.read(), np.uint8).reshape(texture.height, texture.width, 4)[::-1]


def index_of(media):
    """Which frame of `counted` it shows."""
    return shown(media)[0, 0, 0] // 10
