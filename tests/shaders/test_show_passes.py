"""Show passes: the same at any frame rate and size, bounded, without seams, and without NaN."""

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from tests.support.finish_chain import ShowPassChain, fill_target, read_target

SIZE = (160, 90)
ROWS, COLUMNS = np.indices(SIZE[::-1])
PLACES = np.dstack((COLUMNS + 0.5 - 80, ROWS + 0.5 - 45)) / 90  # heights from the middle
PASSES = ["feedback", "bloom", "kaleidoscope"]
COLOUR = np.array((1.0, 0.6, 0.3))
NO_MOTION = {"zoom": 0.0, "rotate": 0.0}


def blob(x, y, wide=0.05):
    return np.exp(-((PLACES[..., 0] - x) ** 2 + (PLACES[..., 1] - y) ** 2) / wide**2)[..., None] * COLOUR


def clouds(slope, seed=1):
    frequency = np.hypot(np.fft.fftfreq(90)[:, None] * 90, np.fft.fftfreq(160) * 160)
    noise = np.fft.ifft2(
        np.fft.fft2(np.random.default_rng(seed).normal(size=SIZE[::-1])) / (1 + frequency) ** slope
    ).real
    return 2 * (noise - noise.min())[..., None] / np.ptp(noise) * COLOUR


CLOUDS, SMOOTH = clouds(1.5), clouds(3.0)


def middle(light):
    """The centre of light, in heights from the middle, and its spread around that."""
    weights = light.sum(-1) / light.sum()
    at = (weights[..., None] * PLACES).sum((0, 1))
    return at, np.sqrt((weights * ((PLACES - at) ** 2).sum(-1)).sum())


def remaining_light(context, fps, seconds, light, **params):
    """The remaining light some seconds after a flash of it."""
    with ShowPassChain(context, "feedback", SIZE, amount=1.0, **params) as chain:
        for _ in range(3):
            chain.show(light, 0.0)
        for _ in range(round(seconds * fps)):
            left = chain.show(0.0, 1 / fps)
    return left


@pytest.mark.parametrize("name", PASSES)
def test_amount_0_leaves_the_picture_as_it_was(context, name):
    light = CLOUDS.astype(np.float16)
    with ShowPassChain(context, name, SIZE, amount=0.0) as chain, ShowPassChain(context, name, SIZE) as usual:
        for _ in range(4):
            np.testing.assert_array_equal(chain.show(light), light)
            changed = usual.show(light) - light
        assert np.abs(changed).mean() > 1e-4, "the default amount has no effect"


@pytest.mark.parametrize("linger", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("fps", [24, 30, 60, 144])
def test_feedback_fades_alike_at_any_frame_rate(context, fps, linger):
    left = remaining_light(context, fps, 1.0, COLOUR, linger=linger, **NO_MOTION)[45, 80]
    np.testing.assert_allclose(left, COLOUR * 2 ** (-1 / linger), rtol=0.02, atol=0.003)


@pytest.mark.parametrize("fps", [30, 60, 144])
def test_feedback_moves_alike_at_any_frame_rate_and_keeps_shapes(context, fps):
    start = blob(0.1, 0.2, 0.08)
    (x, y), wide = middle(start)
    moves = {
        "drift": ({"drift_x": 0.3, "drift_y": -0.2}, (x + 0.3, y - 0.2), wide),
        "zoom": ({"zoom": 0.5}, (x * np.exp(0.5), y * np.exp(0.5)), wide * np.exp(0.5)),
        "rotate": ({"rotate": 0.25}, (-y, x), wide),
    }
    for params, place, reach in moves.values():
        left = remaining_light(context, fps, 1.0, start, linger=20.0, **{**NO_MOTION, **params})
        at, around = middle(left)
        np.testing.assert_allclose(at, place, atol=0.012)
        assert around == pytest.approx(reach, rel=0.1)
        assert left.max() == pytest.approx(2 ** (-1 / 20), abs=0.12)


def test_feedback_ends_in_black(context):
    assert remaining_light(context, 30, 6.0, 8.0, linger=0.5).any()
    assert not remaining_light(context, 30, 10.0, 8.0, linger=0.5).any()


@pytest.mark.parametrize("fps", [30, 144])
def test_feedback_is_never_brighter_than_the_light(context, fps):
    with ShowPassChain(context, "feedback", SIZE, amount=1.0, linger=20.0, zoom=-1.0, rotate=0.3) as chain:
        for frame in range(2 * fps):
            light = np.roll(CLOUDS, frame, axis=1)
            assert chain.show(light, 1 / fps).max() <= 1.02 * CLOUDS.max()


def test_feedback_from_beyond_an_edge_is_dark(context):
    left = remaining_light(context, 30, 1.0, 1.0, linger=20.0, **{**NO_MOTION, "zoom": -0.7})
    assert left[45, 80, 0] > 0.9 and not left[:15].any() and not left[:, :25].any()


def test_bloom_starts_softly_at_its_threshold(context):
    with ShowPassChain(context, "bloom", SIZE, threshold=2.0, amount=3.0) as chain:
        dim = np.full((*SIZE[::-1], 3), 0.5)
        np.testing.assert_array_equal(chain.show(dim), dim)
        levels = [chain.show(level)[45, 80, 0] - level for level in np.linspace(0.5, 4.0, 36)]
    assert levels[-1] == pytest.approx(3 * (4.0 - 2.0), rel=0.05), "far above the threshold, all light beyond it glows"
    assert (np.diff(levels) >= -0.01).all() and np.abs(np.diff(levels, 2)).max() < 0.12, "the knee is soft"


def test_bloom_spread_sets_how_far_it_reaches(context):
    disc = 3.0 * (np.hypot(*np.moveaxis(PLACES, -1, 0)) < 0.1)
    profiles = {}
    for spread in (0.2, 0.9):
        with ShowPassChain(context, "bloom", SIZE, amount=1.0, spread=spread) as chain:
            profiles[spread] = chain.show(disc)[45, 80:, 0]
    assert all((np.diff(light[12:]) <= 1e-3).all() for light in profiles.values()), "it grows stronger farther out"
    assert profiles[0.9][25] > 3 * profiles[0.2][25] > 0


def test_bloom_has_the_same_width_at_any_size(context):
    """In heights of the picture."""
    profile = {}
    for times in (1, 2, 3):
        rows, columns = np.indices((180 * times, 320 * times))
        away = np.hypot(columns + 0.5 - 160 * times, rows + 0.5 - 90 * times) / (180 * times)
        with ShowPassChain(context, "bloom", (320 * times, 180 * times), amount=1.0) as chain:
            light = chain.show(3.0 * (away < 0.1))
        rings = np.arange(0.14, 0.4, 0.02)
        profile[times] = [light[(away > ring) & (away < ring + 0.02)].mean() for ring in rings]
    np.testing.assert_allclose(profile[2], profile[1], rtol=0.2, atol=0.005)
    np.testing.assert_allclose(profile[3], profile[1], rtol=0.2, atol=0.005)


def test_bloom_of_a_moving_pixel_does_not_flicker(context):
    """The glow of one pixel is much weaker than its share of a bright area, and nearly the same everywhere."""
    sums = []
    with ShowPassChain(context, "bloom", SIZE, amount=1.0) as chain:
        for step in range(12):
            light = np.zeros((*SIZE[::-1], 3))
            light[45 + step // 4, 80 + step] = 20.0
            sums.append((chain.show(light) - light).sum())
        steady = np.zeros((*SIZE[::-1], 3))
        steady[36:56, 70:90] = 20.0
        full = (chain.show(steady) - steady).sum() / 400
    assert np.std(sums) < 0.05 * np.mean(sums) and np.mean(sums) < 0.5 * full


@pytest.mark.parametrize("segments, turn", [(2, 0.0), (5, 0.13), (6, 0.0), (9, 0.4)])
def test_kaleidoscope_segments_are_equal_and_seamless(context, segments, turn):
    with ShowPassChain(context, "kaleidoscope", SIZE, segments=segments, turn=turn) as chain:
        light = chain.show(SMOOTH)[..., 0]
    angles = 2 * np.pi * np.arange(720) / 720

    def around(radius):
        rows, columns = 44.5 + 90 * radius * np.sin(angles), 79.5 + 90 * radius * np.cos(angles)
        return map_coordinates(light, (rows, columns), order=1)

    for radius in (0.1, 0.25, 0.4):
        ring = around(radius)
        for segment in range(1, segments):
            other = np.interp(angles + 2 * np.pi * segment / segments, angles, ring, period=2 * np.pi)
            assert np.corrcoef(other, ring)[0, 1] > 0.95
        mirrored = np.interp(2 * 2 * np.pi * turn - angles, angles, ring, period=2 * np.pi)
        assert np.corrcoef(mirrored, ring)[0, 1] > 0.95
    steps = [np.abs(np.diff(each, axis=axis)) for each in (light, SMOOTH[..., 0]) for axis in (0, 1)]
    assert max(map(np.max, steps[:2])) < 2 * max(map(np.max, steps[2:])), "there is a step where two mirrors meet"


def test_kaleidoscope_mirrors_around_its_centre(context):
    """Beyond an edge it shows the mirrored picture, not a stretched edge."""
    with ShowPassChain(context, "kaleidoscope", SIZE, segments=2, centre_x=0.5, turn=0.25) as chain:
        light = chain.show(CLOUDS)
    np.testing.assert_allclose(light[:, 125:], light[:, 124:89:-1], atol=0.02)
    alike = np.abs(np.diff(light, axis=1)).mean(axis=(0, 2)) < 1e-3
    assert alike.any() and not (alike[1:] & alike[:-1]).any(), "an edge is stretched"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", PASSES)
def test_nan_and_infinity_are_gone_within_two_frames(context, name, value):
    """Wherever they come from; in the picture itself at once."""
    spoilt = CLOUDS.copy()
    spoilt[40:50, 70:90] = value
    chains = [ShowPassChain(context, name, SIZE, amount=1.0) for _ in range(2)]
    with chains[0] as chain, chains[1] as other:
        assert np.isfinite(chain.show(spoilt)).all() and chain.show(spoilt).max() <= 4 * 64
        for target in chain.targets.values():
            fill_target(target, value)
        for _ in range(2):
            seen = chain.show(CLOUDS)
        assert np.isfinite(seen).all() and all(np.isfinite(read_target(each)).all() for each in chain.targets.values())
        for _ in range(300):
            seen, clean = chain.show(CLOUDS), other.show(CLOUDS)
        np.testing.assert_array_equal(seen, clean)
