"""Films made for tests, whose frames can be told apart."""

import av
import numpy as np

FRAMES, FPS = 20, 25  # of `write_counted_film`; 0.8 seconds


def write_film(path, pictures, fps):
    """Write uint8 arrays (height, width, 3) as a lossless film; returns its path."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=fps)
        stream.height, stream.width, _ = pictures[0].shape
        stream.pix_fmt = "bgr0"
        for pixels in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format="bgr0")))
        container.mux(stream.encode())
    return path


def write_counted_film(path):
    """A film whose frames grow brighter by 10 each."""
    return write_film(path, [np.full((24, 32, 3), 10 * index, np.uint8) for index in range(FRAMES)], FPS)


def media_pixels(media):
    """What the texture of a MediaTexture holds: (height, width, 4), the top row first."""
    texture = media.texture
    return np.frombuffer(texture.read(), np.uint8).reshape(texture.height, texture.width, 4)[::-1]


def frame_index(media):
    """Which frame of `write_counted_film` it shows."""
    return media_pixels(media)[0, 0, 0] // 10
