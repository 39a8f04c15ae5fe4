"""Makes the film that replaces the camera where there is none, as in previews: a dancing figure, in a loop."""

import argparse
import math
from pathlib import Path

import av
import numpy as np

SIZE = (320, 240)
FPS, SECONDS = 30, 4
CLOTH, DARK, SKIN, HAIR = (0.48, 0.08, 0.10), (0.05, 0.05, 0.10), (0.80, 0.50, 0.36), (0.06, 0.04, 0.03)


def joint_position(start, length, angle):
    return start[0] + length * math.cos(angle), start[1] + length * math.sin(angle)


class Canvas:
    """A picture of linear light with limbs drawn on it; coordinates are in picture heights from the middle, y down."""

    def __init__(self):
        width, height = SIZE
        y, x = np.mgrid[:height, :width]
        self.x, self.y = (x - width / 2) / height, (y - height / 2) / height
        lamp = 0.5 * np.exp(-30.0 * ((self.x + 0.5) ** 2 + (self.y + 0.32) ** 2))
        self.light = (0.02 - 0.02 * self.y + lamp)[..., None] * (1.0, 0.85, 0.7)

    def draw_limb(self, start, end, radius, color):
        """Draw a round limb, lit from the upper left."""
        along, dx, dy = np.subtract(end, start), self.x - start[0], self.y - start[1]
        part = np.clip((dx * along[0] + dy * along[1]) / (along @ along), 0.0, 1.0)
        dx, dy = dx - part * along[0], dy - part * along[1]
        cover = np.clip((radius - np.hypot(dx, dy)) * SIZE[1] / 1.5, 0.0, 1.0)[..., None]
        lit = (0.5 + 0.5 * np.clip(-0.6 * (dx + dy) / radius, -1.0, 1.0))[..., None]
        self.light = self.light * (1.0 - cover) + cover * lit * color


def render_figure(phase):
    """The figure at a phase (0..1) of the dance: (height, width, 3) uint8."""

    def swing(times, offset=0.0):
        return math.sin(2.0 * math.pi * (times * phase + offset))

    canvas = Canvas()
    hip = 0.10 * swing(2), 0.20 + 0.015 * swing(8)
    neck = hip[0] + 0.05 * swing(2, 0.1), hip[1] - 0.30
    for side in (-1, 1):
        knee = joint_position(hip, 0.22, math.pi / 2 - side * (0.18 + 0.10 * swing(4, 0.25 * side)))
        canvas.draw_limb((hip[0] + 0.05 * side, hip[1]), knee, 0.06, DARK)
        canvas.draw_limb(knee, joint_position(knee, 0.24, math.pi / 2 + 0.1 * side), 0.05, DARK)
    canvas.draw_limb(neck, hip, 0.095, CLOTH)
    for side in (-1, 1):
        lift = 0.2 + 1.1 * swing(2 if side < 0 else 3, 0.2 * side)
        shoulder = neck[0] + 0.09 * side, neck[1] + 0.01
        elbow = joint_position(shoulder, 0.17, math.pi * (side < 0) - side * lift)
        hand = joint_position(elbow, 0.17, math.pi * (side < 0) - side * (lift + 0.8 * swing(4, 0.3 * side)))
        canvas.draw_limb(shoulder, elbow, 0.037, CLOTH)
        canvas.draw_limb(elbow, hand, 0.030, SKIN)
    head = neck[0] + 0.02 * swing(4), neck[1] - 0.12
    canvas.draw_limb((neck[0], neck[1] - 0.03), head, 0.062, SKIN)
    canvas.draw_limb((head[0] - 0.02, head[1] - 0.035), (head[0] + 0.02, head[1] - 0.045), 0.058, HAIR)
    return (255.0 * np.clip(canvas.light, 0.0, 1.0) ** (1 / 2.2) + 0.5).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        default=Path("phosphene/presets/media/figure.mp4"),
        help="default: %(default)s",
    )
    args = parser.parse_args()
    frames = FPS * SECONDS
    with av.open(str(args.output), "w") as film:
        stream = film.add_stream("libx264", rate=FPS, options={"crf": "26", "preset": "veryslow", "threads": "1"})
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for frame in range(frames):
            film.mux(stream.encode(av.VideoFrame.from_ndarray(render_figure(frame / frames), "rgb24")))
        film.mux(stream.encode())
    print(f"{args.output}: {args.output.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
