"""Makes the photo of the preset `photo`: a street at night, out of focus, behind a window in the rain."""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

SIZE = (1280, 720)
HORIZON = 0.56  # share of the height, from the top
LAMPS = (
    (1.0, 0.46, 0.10),
    (1.0, 0.62, 0.26),
    (1.0, 0.16, 0.07),
    (0.10, 0.62, 0.66),
    (0.75, 0.85, 1.0),
    (0.95, 0.22, 0.45),
)
SHARES = (0.30, 0.24, 0.16, 0.14, 0.10, 0.06)


def add_disc(light, centre, radius, color, squeeze=1.0):
    """Add a lamp out of focus to the picture: even, a little brighter at its rim."""
    height, width = light.shape[:2]
    left, right = max(int(centre[0] - radius - 2), 0), min(int(centre[0] + radius + 3), width)
    top, bottom = max(int(centre[1] - radius * squeeze - 2), 0), min(int(centre[1] + radius * squeeze + 3), height)
    if left >= right or top >= bottom:
        return
    y, x = np.mgrid[top:bottom, left:right]
    out = np.hypot(x - centre[0], (y - centre[1]) / squeeze) / radius
    cover = np.clip((1.0 - out) * radius / 1.5, 0.0, 1.0) * (0.75 + 0.35 * out**6)
    light[top:bottom, left:right] += cover[..., None] * color


def render_street(random):
    """Linear light, (height, width, 3)."""
    width, height = SIZE
    y = np.linspace(0.0, 1.0, height)[:, None, None]
    sky = np.array([0.006, 0.011, 0.030]) * (1.0 - y) + np.array([0.034, 0.018, 0.034]) * y
    light = np.repeat(sky * np.exp(-6.0 * np.abs(y - HORIZON))[..., :] + 0.35 * sky, width, axis=1)
    vanish = np.array([0.62 * width, HORIZON * height])
    for _ in range(150):
        nearness = random.random() ** 2.2
        side = random.choice((-1.0, 1.0)) * (0.04 + 0.9 * nearness) * (0.6 + 0.6 * random.random())
        up = (0.02 + 0.75 * nearness * random.random()) * (1.0 if random.random() < 0.75 else -0.25)
        centre = vanish + np.array([side * width * 0.62, -up * height * 0.62])
        radius = (7.0 + 46.0 * nearness) * (0.75 + 0.5 * random.random())
        color = np.array(LAMPS[random.choice(len(LAMPS), p=SHARES)])
        power = (0.14 + 0.75 * random.random() ** 3) * (0.5 + 0.5 * (1.0 - nearness))
        add_disc(light, centre, radius, color * power)
        wet = np.array([centre[0], 2.0 * HORIZON * height - centre[1] + 20.0])
        add_disc(light, wet, radius * 0.9, color * power * 0.28, squeeze=2.2)
    return light


def add_raindrops(light, random):
    """Add drops on a window; each shows the street small and upside down."""
    height, width = light.shape[:2]
    result = light.copy()
    for _ in range(420):
        radius = 2.0 + 15.0 * random.random() ** 5
        cx, cy, stretch = random.random() * width, random.random() * height, 1.0 + 0.35 * random.random()
        left, right = max(int(cx - radius), 0), min(int(cx + radius) + 2, width)
        top, bottom = max(int(cy - radius * stretch), 0), min(int(cy + radius * stretch) + 2, height)
        y, x = np.mgrid[top:bottom, left:right]
        dx, dy = (x - cx) / radius, (y - cy) / (radius * stretch)
        out = np.hypot(dx, dy)
        bend = out**2 * 10.0 + 3.0
        from_x = np.clip(cx - dx * radius * bend, 0, width - 1).astype(int)
        from_y = np.clip(cy - dy * radius * bend, 0, height - 1).astype(int)
        cover = np.clip((1.0 - out) * radius / 1.2, 0.0, 1.0)[..., None]
        drop = light[from_y, from_x] * (0.55 + 0.5 * (1.0 - out))[..., None]
        glint = np.exp(-(((dx + 0.35) ** 2 + (dy + 0.4) ** 2) * 30.0))[..., None] * 0.25
        result[top:bottom, left:right] = result[top:bottom, left:right] * (1.0 - cover) + cover * (drop + glint)
    return result


def render_photo(seed):
    """The photo as an image of 8 bits."""
    random = np.random.default_rng(seed)
    light = add_raindrops(render_street(random), random)
    shown = 1.0 - np.exp(-1.7 * light)
    shown = np.where(shown <= 0.0031308, 12.92 * shown, 1.055 * np.maximum(shown, 1e-6) ** (1 / 2.4) - 0.055)
    shown += random.normal(0.0, 0.006, shown.shape[:2])[..., None]
    image = Image.fromarray((np.clip(shown, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8))
    return image.filter(ImageFilter.GaussianBlur(0.6))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        default=Path("phosphene/presets/media/rain.jpg"),
        help="default: %(default)s",
    )
    parser.add_argument("--seed", metavar="N", type=int, default=9, help="of the random numbers (default 9)")
    args = parser.parse_args()
    render_photo(args.seed).save(args.output, quality=84, optimize=True)
    print(f"{args.output}: {args.output.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
