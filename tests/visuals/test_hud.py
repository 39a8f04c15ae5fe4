"""HUD: letters are shown pixel for pixel, the middle of the picture stays free, and the numbers are right."""

import numpy as np
import pytest

from phosphene.engine.common.keys import KEYS
from phosphene.engine.gl.readback import Readback
from phosphene.engine.listening.frame import FRAME, SCALARS, TEMPO_SOURCES
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR
from phosphene.engine.visuals.hud import panels
from phosphene.engine.visuals.hud.font import Font
from phosphene.engine.visuals.hud.hud import NOTICE_SECONDS, READOUT_SECONDS, Hud
from phosphene.engine.visuals.hud.overlay_batch import INITIAL_MARKS, LARGE, OverlayBatch
from phosphene.engine.visuals.hud.panels import BRIGHT, DIM, HOT, LAMPS, LIT, PALE, PictureReadout
from phosphene.engine.visuals.hud.status import EMPTY_HUD_STATUS
from tests.support.gl_objects import count_gl_objects
from tests.support.scene_renderer import RATE, SceneRenderer, analysed, music

WHITE, BLUE = 0xFFFFFFFF, 0x3366CCFF
SIZES = [(640, 360), (1280, 720), (1920, 1080), (3840, 2160), (320, 180)]
READOUT = PictureReadout(
    "wayfarer", (640, 360), 30.0, "own", (4.0, 9.0), 23.0, 120, 3, False, {"scope": 2e-3, "bloom": 1e-3}
)
LONG_NAME = "an installation that somebody named after the poem on its wall"


@pytest.fixture
def batch(context):
    batch = OverlayBatch(context)
    yield batch
    batch.release()


def drawn(context, size, draw):
    """A black screen after a draw: (height, width, 3), the top row first."""
    screen = Readback(context, size)
    screen.framebuffer.use()
    context.gl.clear()
    draw()
    screen.request()
    picture = np.empty((*size[::-1], 4), np.uint8)
    screen.fetch(picture)
    screen.release()
    return picture[::-1, :, :3]


def frame(**numbers):
    record = np.zeros(1, FRAME)[0]
    for name, value in {"rms_db": -20.0, "tempo": 124.0, "confidence": 1.0, "mel": -50.0, **numbers}.items():
        record[name] = value
    return record


@pytest.mark.parametrize("height", [90, 360, 480, 720, 1080, 1440, 2160, 4320])
def test_letters_fit_the_screen_and_are_shown_pixel_for_pixel(context, batch, height):
    size = 700, height
    batch.resize(size)
    text, left, top = "Añ–9", 5, 7
    batch.add_text(left, top, text, WHITE)
    picture = drawn(context, size, batch.draw)
    font = Font(height / 40)
    assert font.size <= max(height / 40, 11) < 1.35 * font.size + 3 or height > 3520
    letters = np.concatenate(font.letters[font.indices(text)], axis=1)
    rows, columns = letters.shape
    assert (letters.reshape(rows, 4, -1).max(axis=(0, 2)) > 200).all(), "a letter is blank"
    np.testing.assert_array_equal(picture[top : top + rows, left : left + columns, 1], letters[: height - top])
    picture[top : top + rows, left : left + columns] = 0
    assert not picture.any()


def test_missing_character_is_shown_as_letter_0():
    font = Font(16)
    assert font.indices("漢🜂\t").tolist() == [0, 0, 0] and font.letters[0].any()
    assert len(font.indices("\ud800")) == 1
    assert 0 not in font.indices("azAZ09 ~äß×–…")


def test_large_letters_are_larger(context, batch):
    batch.resize((640, 360))
    end = batch.add_text(0, 0, "124", WHITE, LARGE)
    assert 1.5 < end / (3 * batch.letter_width) <= 2.5
    assert drawn(context, (640, 360), batch.draw)[:, : round(end)].any()


@pytest.mark.parametrize("radius", [0.0, 6.0])
def test_box_covers_its_pixels_and_text_lies_on_top(context, batch, radius):
    batch.resize((100, 80))
    batch.add_text(12, 14, "A", WHITE)
    batch.add_box(10, 12, 40, 30, BLUE, radius)
    picture = drawn(context, (100, 80), batch.draw)
    assert (picture[40, 20:40] == (0x33, 0x66, 0xCC)).all() and (picture[14:28, 12:20] == 255).any()
    assert (picture[12, 10] > 0).any() == (radius == 0.0)
    outside = picture.copy()
    outside[12:42, 10:50] = 0
    assert not outside.any() and picture[12, 30].any() and picture[41, 30].any()


def test_marks_are_drawn_once_and_the_buffer_grows(context, batch):
    batch.resize((1024, 64))
    for column in range(INITIAL_MARKS + 100):
        batch.add_box(column % 1024, column // 1024, 1, 1, WHITE)
    before = count_gl_objects(context)
    assert drawn(context, (1024, 64), batch.draw).sum() == 3 * 255 * (INITIAL_MARKS + 100)
    assert not drawn(context, (1024, 64), batch.draw).any()
    assert count_gl_objects(context) == before


def test_hud_releases_all_and_leaves_the_picture_alone(context):
    frames = analysed(music(1.0))
    with SceneRenderer(context, frames) as harness:
        alone = harness.pictures(0.5)
    before = count_gl_objects(context)
    with SceneRenderer(context, frames) as harness:
        hud, under = Hud(context, frames), []
        for picture in range(15):
            under.append(harness.picture(picture * RATE / 30))
            harness.screen.framebuffer.use()
            draw_hud(hud, (640, 360), moment=picture / 30)
        hud.draw((1280, 720), 1.0, RATE, RATE, EMPTY_HUD_STATUS, **PICTURE)
        hud.release()
    assert count_gl_objects(context) == before
    np.testing.assert_array_equal(under, alone)


PICTURE = {"size": (640, 360), "pacing": "own", "shown": 1, "dropped": 0}


def draw_hud(hud, size, moment=10.0, sample=RATE / 2, **status):
    hud.draw(size, moment, sample, RATE, EMPTY_HUD_STATUS | status, **PICTURE)


@pytest.mark.parametrize("size", SIZES[:3])
def test_middle_of_the_picture_stays_free(context, size):
    hud = Hud(context, analysed(music(1.0)))
    context.timing.times = {f"pass {number}": number * 1e-3 for number in range(20)}
    status = {"faults": ["f" * 400], "learn": "turn a knob", "notices": [[9.0, "n" * 400]], "preset": LONG_NAME}
    picture = drawn(context, size, lambda: draw_hud(hud, size, **status))
    context.timing.times = {}
    hud.release()
    width, height = size
    assert not picture[: height * 3 // 4, width * 3 // 10 : width * 7 // 10].any()
    assert picture[: height // 2, : width // 4].any() and picture[: height // 2, -width // 4 :].any()
    assert picture[-height // 5 :].any()


@pytest.mark.parametrize("size", SIZES[:4])
def test_panels_stay_within_the_screen_and_contain_their_content(batch, size):
    batch.resize(size)
    extreme = frame(rms_db=3.0, tempo=240.0, tempo_source=2, **{name: 1e9 for name in ("bass_fast", "centroid")})
    readout = READOUT._replace(preset=LONG_NAME, late=(1e4, 1e5), ahead=-1e5, shown=10**9, dropped=10**8)
    panels.draw_sound(batch, extreme, 6.0, [1.0] * len(LAMPS))
    check_and_clear(batch)
    panels.draw_picture(batch, readout._replace(passes={f"kaleidoscope {n}": 0.9 for n in range(30)}))
    check_and_clear(batch)
    panels.draw_lines(batch, [("w" * 1_000, HOT)] * 5)
    check_and_clear(batch)
    panels.draw_keys(batch)
    check_and_clear(batch)


def check_and_clear(batch):
    """All of a panel lies on its ground, the first box, and that on the screen."""
    (left, top, width, height), _, _ = batch.boxes[0]
    assert left >= 0 and top >= 0 and left + width <= batch.size[0] and top + height <= batch.size[1]
    places = [place for place, _, _ in batch.boxes[1:]]
    for x, y, text, _, face in batch.texts:
        columns, rows = batch.fonts[face].cell
        places.append((x, y, len(text) * columns, min(rows, batch.line_height)))
    for x, y, wide, high in places:
        inside = left - 1 <= x and x + wide <= left + width + 1 and top - 1 <= y and y + high <= top + height + 1
        assert inside, (x, y, wide, high)
    batch.boxes, batch.texts = [], []


def add_sound(batch, frame, peak=-12.0, lamps=(0.0,) * 4):
    """Add the panel of the sound; returns the colours by text, and the boxes."""
    batch.resize((1280, 720))
    batch.boxes, batch.texts = [], []
    panels.draw_sound(batch, frame, peak, lamps)
    return {text: color for _, _, text, color, _ in batch.texts}, batch.boxes


@pytest.mark.parametrize("beat", range(BEATS_PER_BAR))
def test_dot_of_the_beat_is_lit_and_bright_at_first(batch, beat):
    for since, color in ((0.05, BRIGHT), (0.6, LIT)):
        _, boxes = add_sound(batch, frame(bar=7.0 + (beat + since) / BEATS_PER_BAR))
        dots = [colour for (_, _, width, height), colour, radius in boxes if width == height == 2 * radius]
        assert [dot == color for dot in dots] == [n == beat for n in range(BEATS_PER_BAR)] and dots.count(
            PALE
        ) == BEATS_PER_BAR - 1


@pytest.mark.parametrize("source", TEMPO_SOURCES)
def test_tempo_shows_its_source_and_an_uncertain_one_is_dim(batch, source):
    for confidence in (0.1, 0.9):
        texts, _ = add_sound(batch, frame(tempo=97.31, tempo_source=TEMPO_SOURCES.index(source), confidence=confidence))
        assert f"bpm {source}" in texts
        assert texts["97.3"] == (DIM if source == "heard" and confidence < 0.3 else BRIGHT)


def filled_width(boxes, color):
    return sum(width for (_, _, width, _), colour, _ in boxes if colour == color)


@pytest.mark.parametrize("feature", ["rms_db", *panels.FEATURES.values()])
def test_bar_grows_with_its_value(batch, feature):
    param = next(param for param in SCALARS if param.name == feature)
    lengths = [
        filled_width(add_sound(batch, frame(**{feature: param.value_at(share)}))[1], LIT)
        for share in (0.0, 0.3, 0.6, 1.0)
    ]
    assert (np.diff(lengths) > 10).all()


def test_bands_show_the_spectrum(batch):
    mel = np.full(64, -120.0)
    mel[10] = -20.0
    _, boxes = add_sound(batch, frame(mel=mel))
    bands = [height for (_, _, _, height), color, radius in boxes if color == LIT and radius == 0.0]
    assert len(bands) == 64 and np.argmax(bands) == 10 and sorted(bands)[-2] == 1.0


def test_hot_peak_is_red(batch):
    assert (
        HOT in add_sound(batch, frame(), peak=-1.0)[0].values()
        and HOT not in add_sound(batch, frame(), peak=-6.0)[0].values()
    )


@pytest.mark.parametrize("lamp", range(len(LAMPS)))
def test_lamp_is_lit_by_its_onset(batch, lamp):
    texts, _ = add_sound(batch, frame(), lamps=np.eye(len(LAMPS))[lamp].tolist())
    assert [texts[name] == DIM for name in LAMPS] == [at != lamp for at in range(len(LAMPS))]


def test_lamps_and_peak_follow_the_sound(context):
    sound = np.zeros((2 * RATE, 2), np.float32)
    sound[RATE : RATE + 480] = 0.9
    hud = Hud(context, analysed(sound))
    hud.onsets.next_record, seen = 0, []
    for moment in np.arange(0.5, 1.9, 1 / 30):
        drawn(context, (640, 360), lambda moment=moment: draw_hud(hud, (640, 360), moment, moment * RATE))
        seen.append((hud.lamps[LAMPS.index("onset")], hud.peak))
    hud.release()
    lamps, peaks = np.array(seen).T
    onset = int(np.argmax(lamps > 0.9))
    assert 0.5 + onset / 30 == pytest.approx(1.0, abs=0.06) and not lamps[:onset].any()
    assert (np.diff(lamps[onset:]) < 0).all() and lamps[-1] < 0.05
    assert peaks[onset + 1] == pytest.approx(20 * np.log10(0.9), abs=1.0) and peaks[-1] < peaks[onset + 1] - 8.0


def lines(hud, moment, **status):
    return [(text, color) for text, color in hud._lines(moment, EMPTY_HUD_STATUS | status)]


def test_notices_expire_and_faults_stay_until_they_are_fixed(context):
    hud = Hud(context, analysed(music(0.1)))
    status = {"faults": ["scope.frag:3: no 'hue'"], "notices": [[10.0, "first"], [12.0, "second"]]}
    assert [text for text, _ in lines(hud, 12.5, **status)] == ["scope.frag:3: no 'hue'", "first", "second"]
    assert [text for text, _ in lines(hud, 10.5 + NOTICE_SECONDS, **status)] == ["scope.frag:3: no 'hue'", "second"]
    assert lines(hud, 1e6, **status) == [("scope.frag:3: no 'hue'", HOT)]
    assert lines(hud, 1e6, learn="turn a knob")[0][0] == "turn a knob" and not lines(hud, 1e6)
    hud.release()


def test_lateness_is_recent_and_numbers_stand_still(context):
    hud = Hud(context, analysed(music(0.2)))
    for picture in range(600):
        hud.add_frame(picture / 60, 0.1 if picture < 100 else 0.004, picture == 50)
    readout = hud._make_readout(10.0, 0.0, RATE, preset="p", **PICTURE)
    assert readout.late == pytest.approx((4.0, 4.0)) and readout.rate == pytest.approx(60.0, rel=0.01)
    assert not readout.dropping and readout.ahead is not None and readout.ahead > 0
    draw_hud(hud, (640, 360), 10.0)
    first = hud.readout
    draw_hud(hud, (640, 360), 10.0 + 0.9 * READOUT_SECONDS)
    assert hud.readout is first
    draw_hud(hud, (640, 360), 10.1 + READOUT_SECONDS)
    assert hud.readout is not first
    hud.release()


def test_slowest_passes_are_listed_and_the_others_summed_up(batch):
    batch.resize((1280, 720))
    passes = {f"p{number}": number * 1e-3 for number in range(1, 11)}
    panels.draw_picture(batch, READOUT._replace(passes=passes))
    texts = [text for _, _, text, _, _ in batch.texts]
    at = texts.index("p10")
    assert texts[at : at + 4] == ["p10", "10.00", "p9", " 9.00"] and "p3" not in texts
    assert texts[texts.index("others") + 1] == " 6.00" and texts[texts.index("passes") + 1] == "55.00 ms"


def test_key_list_has_every_key(batch):
    batch.resize((1280, 720))
    panels.draw_keys(batch)
    texts = [text for _, _, text, _, _ in batch.texts]
    assert all(key.label in texts and key.description in texts for key in KEYS) and "?" in texts
