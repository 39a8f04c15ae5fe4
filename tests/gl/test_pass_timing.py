"""Times of passes: what they sum up to, by either clock, and that nothing is measured that nobody asked for."""

import time

import pytest

from phosphene.engine.gl.pass_timing import SLOW, Queries, Timing, Wall
from phosphene.engine.gl.readback import Readback
from phosphene.engine.visuals.hud.overlay_batch import OverlayBatch
from tests.support.scene_renderer import RATE, Easel, heard, music, names


class Told:
    """A clock whose tickets are known `late` pictures after they were given."""

    def __init__(self, late):
        self.late, self.picture = late, 0

    def begin(self):
        self.begun = True

    def end(self):
        assert self.begun
        return self.picture

    def knows(self, ticket):
        return self.picture >= ticket + self.late

    def seconds(self, ticket):
        return 1.0 + ticket


@pytest.mark.parametrize("late", [0, 1, 4])
def test_passes_drawn_more_than_once_count_as_often_and_the_newest_weighs_little(context, late):
    timing = Timing(context)
    timing.clock, timing.on = Told(late), True
    for picture in range(10):
        timing.clock.picture = picture
        for name in ("agents", "agents", "finish") if picture < 8 else ("finish",):
            timing.begin()
            timing.end(name)
        timing.turn()
    expected, last = 1.0, 9 - late
    for picture in range(1, last + 1):
        expected += SLOW * (1.0 + picture - expected)
    assert timing.times["finish"] == pytest.approx(expected)
    assert timing.times.get("agents") == (None if last >= 8 else pytest.approx(2 * expected))


def test_nothing_is_measured_that_nobody_asked_for(context):
    before = names(context)
    with Easel(context, heard(music(0.5)), size=(64, 36)) as easel:
        easel.pictures(0.3)
        context.timing.turn()
        assert context.timing.times == {} and names(context)["Query"] == before["Query"]


def test_the_passes_of_a_scene_take_what_the_picture_takes(context, monkeypatch):
    if not context.software:
        pytest.skip("a card draws while we go on")
    monkeypatch.setattr(context, "timing", Timing(context))
    context.timing.on = True
    with Easel(context, heard(music(0.5)), size=(640, 360)) as easel:
        easel.pictures(0.2)
        context.timing.turn()
        context.timing.times, shares = {}, []
        for picture in range(8):
            begun = time.perf_counter()
            easel.painter.paint(0.3 * RATE + picture)
            whole = time.perf_counter() - begun
            context.timing.turn()
            shares.append(sum(context.timing.times.values()) / whole)
            context.timing.times = {}
        stages = [*easel.painter.deck.stages, *easel.painter.finish.alone]
        passes = {stage.declared.name for stage in stages}
        easel.painter.paint(0.4 * RATE)
        context.timing.turn()
        assert context.timing.times.keys() == passes
    assert 0.5 < sorted(shares)[4] < 1.0


@pytest.mark.parametrize("clock", [Wall, Queries])
def test_a_clock_tells_much_from_little(context, clock, monkeypatch):
    monkeypatch.setattr(context, "software", clock is Wall)  # on a card nothing is waited for between two passes
    before, screen, sheet = names(context), Readback(context, (256, 256)), OverlayBatch(context)
    clock = clock(context)
    sheet.fit(screen.size)
    spent, waiting = {1: [], 300: []}, []
    for _ in range(8):
        for layers in spent:
            screen.framebuffer.use()
            for _ in range(layers):
                sheet.box(0, 0, 256, 256, 0x33669911)
            clock.begin()
            sheet.draw()
            waiting.append((layers, clock.end()))
        context.wait(context.fence())
        while waiting and clock.knows(waiting[0][1]):
            layers, ticket = waiting.pop(0)
            spent[layers].append(clock.seconds(ticket))
    assert all(len(times) > 4 and min(times) > 0.0 for times in spent.values())
    assert min(spent[300]) / min(spent[1]) > 4.0
    if isinstance(clock, Queries):
        assert len(clock.made) <= 4, "each was made anew"
    for owned in (clock, sheet, screen):
        owned.release()
    assert names(context) == before
