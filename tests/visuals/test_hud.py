"""The HUD: letters as they were drawn, all in one draw, the middle of the picture left free, numbers that are true."""

import numpy as np
import pytest

from phosphene.engine.common.keys import KEYS
from phosphene.engine.gl.readback import Readback
from phosphene.engine.listening.frame import FRAME, SCALARS, SOURCES
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR
from phosphene.engine.session.show_actions import EMPTY_HUD
from phosphene.engine.visuals.hud import panels
from phosphene.engine.visuals.hud.font import Font
from phosphene.engine.visuals.hud.hud import NOTICED, READ, Hud
from phosphene.engine.visuals.hud.overlay_batch import LARGE, ROOM, OverlayBatch
from phosphene.engine.visuals.hud.panels import BRIGHT, DIM, HOT, LIT, PALE, STROKES, Readout
from tests.support.gl_objects import count_gl_objects
from tests.support.scene_renderer import RATE, SceneRenderer, analysed, music

WHITE, BLUE = 0xFFFFFFFF, 0x3366CCFF
ROOMS = [(640, 360), (1280, 720), (1920, 1080), (3840, 2160), (320, 180)]
READOUT = Readout("wayfarer", (640, 360), 30.0, "own", (4.0, 9.0), 23.0, 120, 3, False, {"scope": 2e-3, "bloom": 1e-3})
ENDLESS = "an installation that somebody named after the poem on its wall"


@pytest.fixture
def sheet(context):
    sheet = OverlayBatch(context)
    yield sheet
    sheet.release()


def drawn(context, room, draw):
    """What is seen of a black screen after a draw: (height, width, 3), the top row first."""
    screen = Readback(context, room)
    screen.framebuffer.use()
    context.gl.clear()
    draw()
    screen.request()
    picture = np.empty((*room[::-1], 4), np.uint8)
    screen.fetch(picture)
    screen.release()
    return picture[::-1, :, :3]


def frame(**numbers):
    record = np.zeros(1, FRAME)[0]
    for name, value in {"rms_db": -20.0, "tempo": 124.0, "confidence": 1.0, "mel": -50.0, **numbers}.items():
        record[name] = value
    return record


@pytest.mark.parametrize("height", [90, 360, 480, 720, 1080, 1440, 2160, 4320])
def test_letters_are_as_large_as_the_screen_allows_and_shown_as_they_were_drawn(context, sheet, height):
    room = 700, height
    sheet.fit(room)
    words, left, top = "Añ–9", 5, 7
    sheet.say(left, top, words, WHITE)
    picture = drawn(context, room, sheet.draw)
    font = Font(height / 40)
    assert font.size <= max(height / 40, 11) < 1.35 * font.size + 3 or height > 3520
    letters = np.concatenate(font.letters[font.numbers(words)], axis=1)
    rows, columns = letters.shape
    assert (letters.reshape(rows, 4, -1).max(axis=(0, 2)) > 200).all(), "one of them is blank"
    np.testing.assert_array_equal(picture[top : top + rows, left : left + columns, 1], letters[: height - top])
    picture[top : top + rows, left : left + columns] = 0
    assert not picture.any()


def test_a_character_that_has_no_letter_is_seen_to_be_missing():
    font = Font(16)
    assert font.numbers("漢🜂\t").tolist() == [0, 0, 0] and font.letters[0].any()
    assert len(font.numbers("\ud800")) == 1
    assert 0 not in font.numbers("azAZ09 ~äß×–…")


def test_large_letters_are_larger(context, sheet):
    sheet.fit((640, 360))
    end = sheet.say(0, 0, "124", WHITE, LARGE)
    assert 1.5 < end / (3 * sheet.letter) <= 2.5
    assert drawn(context, (640, 360), sheet.draw)[:, : round(end)].any()


@pytest.mark.parametrize("radius", [0.0, 6.0])
def test_a_box_covers_its_pixels_and_words_lie_on_it(context, sheet, radius):
    sheet.fit((100, 80))
    sheet.say(12, 14, "A", WHITE)
    sheet.box(10, 12, 40, 30, BLUE, radius)
    picture = drawn(context, (100, 80), sheet.draw)
    assert (picture[40, 20:40] == (0x33, 0x66, 0xCC)).all() and (picture[14:28, 12:20] == 255).any()
    assert (picture[12, 10] > 0).any() == (radius == 0.0)
    outside = picture.copy()
    outside[12:42, 10:50] = 0
    assert not outside.any() and picture[12, 30].any() and picture[41, 30].any()


def test_what_was_put_on_it_is_drawn_once_however_much_it_was(context, sheet):
    sheet.fit((1024, 64))
    for column in range(ROOM + 100):
        sheet.box(column % 1024, column // 1024, 1, 1, WHITE)
    before = count_gl_objects(context)
    assert drawn(context, (1024, 64), sheet.draw).sum() == 3 * 255 * (ROOM + 100)
    assert not drawn(context, (1024, 64), sheet.draw).any()
    assert count_gl_objects(context) == before


def test_it_leaves_nothing_behind_and_the_picture_as_it_was(context):
    frames = analysed(music(1.0))
    with SceneRenderer(context, frames) as harness:
        alone = harness.pictures(0.5)
    before = count_gl_objects(context)
    with SceneRenderer(context, frames) as harness:
        hud, under = Hud(context, frames), []
        for picture in range(15):
            under.append(harness.picture(picture * RATE / 30))
            harness.screen.framebuffer.use()
            write(hud, (640, 360), moment=picture / 30)
        hud.write((1280, 720), 1.0, RATE, RATE, EMPTY_HUD, **ABOUT)
        hud.release()
    assert count_gl_objects(context) == before
    np.testing.assert_array_equal(under, alone)


ABOUT = {"size": (640, 360), "pacing": "own", "shown": 1, "dropped": 0}


def write(hud, room, moment=10.0, sample=RATE / 2, **told):
    hud.write(room, moment, sample, RATE, EMPTY_HUD | told, **ABOUT)


@pytest.mark.parametrize("room", ROOMS[:3])
def test_the_middle_of_the_picture_is_free(context, room):
    hud = Hud(context, analysed(music(1.0)))
    context.timing.times = {f"pass {number}": number * 1e-3 for number in range(20)}
    told = {"faults": ["f" * 400], "learn": "turn a knob", "notices": [[9.0, "n" * 400]], "preset": ENDLESS}
    picture = drawn(context, room, lambda: write(hud, room, **told))
    context.timing.times = {}
    hud.release()
    wide, high = room
    assert not picture[: high * 3 // 4, wide * 3 // 10 : wide * 7 // 10].any()
    assert picture[: high // 2, : wide // 4].any() and picture[: high // 2, -wide // 4 :].any()
    assert picture[-high // 5 :].any()


@pytest.mark.parametrize("room", ROOMS[:4])
def test_nothing_reaches_beyond_the_screen_or_its_panel(sheet, room):
    sheet.fit(room)
    extreme = frame(rms_db=3.0, tempo=240.0, tempo_source=2, **{name: 1e9 for name in ("bass_fast", "centroid")})
    readout = READOUT._replace(preset=ENDLESS, late=(1e4, 1e5), ahead=-1e5, shown=10**9, dropped=10**8)
    panels.sound(sheet, extreme, 6.0, [1.0] * len(STROKES))
    check(sheet, 1)
    panels.picture(sheet, readout._replace(passes={f"kaleidoscope {n}": 0.9 for n in range(30)}))
    check(sheet, 1)
    panels.below(sheet, [("w" * 1_000, HOT)] * 5)
    check(sheet, 1)
    panels.keys(sheet)
    check(sheet, 1)


def check(sheet, grounds):
    """All that is on it lies on its ground, the first box, and that on the screen."""
    (left, top, wide, high), _, _ = sheet.boxes[0]
    assert left >= 0 and top >= 0 and left + wide <= sheet.room[0] and top + high <= sheet.room[1]
    places = [place for place, _, _ in sheet.boxes[grounds:]]
    for x, y, words, _, face in sheet.words:
        columns, rows = sheet.fonts[face].cell
        places.append((x, y, len(words) * columns, min(rows, sheet.line)))
    for x, y, width, height in places:
        inside = left - 1 <= x and x + width <= left + wide + 1 and top - 1 <= y and y + height <= top + high + 1
        assert inside, (x, y, width, height)
    sheet.boxes, sheet.words = [], []


def put(sheet, frame, peak=-12.0, glows=(0.0,) * 4):
    """What lies on a sheet that a sound was put on: words, and boxes by their ink."""
    sheet.fit((1280, 720))
    sheet.boxes, sheet.words = [], []
    panels.sound(sheet, frame, peak, glows)
    return {words: ink for _, _, words, ink, _ in sheet.words}, sheet.boxes


@pytest.mark.parametrize("beat", range(BEATS_PER_BAR))
def test_one_dot_is_lit_and_it_is_the_beat_and_bright_as_it_comes(sheet, beat):
    for gone, ink in ((0.05, BRIGHT), (0.6, LIT)):
        _, boxes = put(sheet, frame(bar=7.0 + (beat + gone) / BEATS_PER_BAR))
        dots = [colour for (_, _, wide, high), colour, radius in boxes if wide == high == 2 * radius]
        assert [dot == ink for dot in dots] == [n == beat for n in range(BEATS_PER_BAR)] and dots.count(PALE) == BEATS_PER_BAR - 1


@pytest.mark.parametrize("source", SOURCES)
def test_tempo_and_source_are_told_and_a_guess_is_dim(sheet, source):
    for confidence in (0.1, 0.9):
        words, _ = put(sheet, frame(tempo=97.31, tempo_source=SOURCES.index(source), confidence=confidence))
        assert f"bpm {source}" in words
        assert words["97.3"] == (DIM if source == "heard" and confidence < 0.3 else BRIGHT)


def long(boxes, ink):
    return sum(wide for (_, _, wide, _), colour, _ in boxes if colour == ink)


@pytest.mark.parametrize("feature", ["rms_db", *panels.FEATURES.values()])
def test_a_bar_grows_with_what_it_tells(sheet, feature):
    param = next(param for param in SCALARS if param.name == feature)
    lengths = [long(put(sheet, frame(**{feature: param.value_at(share)}))[1], LIT) for share in (0.0, 0.3, 0.6, 1.0)]
    assert (np.diff(lengths) > 10).all()


def test_bands_stand_where_they_are_heard(sheet):
    mel = np.full(64, -120.0)
    mel[10] = -20.0
    _, boxes = put(sheet, frame(mel=mel))
    bands = [high for (_, _, _, high), ink, radius in boxes if ink == LIT and radius == 0.0]
    assert len(bands) == 64 and np.argmax(bands) == 10 and sorted(bands)[-2] == 1.0


def test_a_peak_that_is_hot_is_red(sheet):
    assert HOT in put(sheet, frame(), peak=-1.0)[0].values() and HOT not in put(sheet, frame(), peak=-6.0)[0].values()


@pytest.mark.parametrize("lamp", range(len(STROKES)))
def test_a_lamp_is_lit_by_its_stroke(sheet, lamp):
    words, _ = put(sheet, frame(), glows=np.eye(len(STROKES))[lamp].tolist())
    assert [words[name] == DIM for name in STROKES] == [at != lamp for at in range(len(STROKES))]


def test_lamps_and_peaks_follow_what_is_heard(context):
    sound = np.zeros((2 * RATE, 2), np.float32)
    sound[RATE : RATE + 480] = 0.9
    hud = Hud(context, analysed(sound))
    hud.index, seen = 0, []
    for moment in np.arange(0.5, 1.9, 1 / 30):
        drawn(context, (640, 360), lambda moment=moment: write(hud, (640, 360), moment, moment * RATE))
        seen.append((hud.glows[STROKES.index("onset")], hud.peak))
    hud.release()
    glows, peaks = np.array(seen).T
    struck = int(np.argmax(glows > 0.9))
    assert 0.5 + struck / 30 == pytest.approx(1.0, abs=0.06) and not glows[:struck].any()
    assert (np.diff(glows[struck:]) < 0).all() and glows[-1] < 0.05
    assert peaks[struck + 1] == pytest.approx(20 * np.log10(0.9), abs=1.0) and peaks[-1] < peaks[struck + 1] - 8.0


def said(hud, moment, **told):
    return [(words, ink) for words, ink in hud._lines(moment, **EMPTY_HUD | told)]


def test_notices_go_and_faults_stay_until_they_are_mended(context):
    hud = Hud(context, analysed(music(0.1)))
    told = {"faults": ["scope.frag:3: no 'hue'"], "notices": [[10.0, "first"], [12.0, "second"]]}
    assert [words for words, _ in said(hud, 12.5, **told)] == ["scope.frag:3: no 'hue'", "first", "second"]
    assert [words for words, _ in said(hud, 10.5 + NOTICED, **told)] == ["scope.frag:3: no 'hue'", "second"]
    assert said(hud, 1e6, **told) == [("scope.frag:3: no 'hue'", HOT)]
    assert said(hud, 1e6, learn="turn a knob")[0][0] == "turn a knob" and not said(hud, 1e6)
    hud.release()


def test_lateness_is_that_of_the_last_seconds_and_numbers_stand_still_to_be_read(context):
    hud = Hud(context, analysed(music(0.2)))
    for picture in range(600):
        hud.note(picture / 60, 0.1 if picture < 100 else 0.004, picture == 50)
    readout = hud._readout(10.0, 0.0, RATE, preset="p", **ABOUT)
    assert readout.late == pytest.approx((4.0, 4.0)) and readout.rate == pytest.approx(60.0, rel=0.01)
    assert not readout.dropping and readout.ahead > 0
    write(hud, (640, 360), 10.0)
    first = hud.readout
    write(hud, (640, 360), 10.0 + 0.9 * READ)
    assert hud.readout is first
    write(hud, (640, 360), 10.1 + READ)
    assert hud.readout is not first
    hud.release()


def test_passes_are_told_the_slowest_first_and_the_rest_as_one(sheet):
    sheet.fit((1280, 720))
    passes = {f"p{number}": number * 1e-3 for number in range(1, 11)}
    panels.picture(sheet, READOUT._replace(passes=passes))
    words = [words for _, _, words, _, _ in sheet.words]
    at = words.index("p10")
    assert words[at : at + 4] == ["p10", "10.00", "p9", " 9.00"] and "p3" not in words
    assert words[words.index("others") + 1] == " 6.00" and words[words.index("passes") + 1] == "55.00 ms"


def test_the_list_tells_of_every_key(sheet):
    sheet.fit((1280, 720))
    panels.keys(sheet)
    words = [words for _, _, words, _, _ in sheet.words]
    assert all(key.label in words and key.description in words for key in KEYS) and "?" in words
