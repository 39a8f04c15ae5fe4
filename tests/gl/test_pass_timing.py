"""Times of passes: their sums, by either clock, and that nothing is measured unless it is switched on."""

import time

import pytest

from phosphene.engine.gl.pass_timing import SMOOTHING, QueryClock, Timing, WallClock
from phosphene.engine.gl.readback import Readback
from phosphene.engine.visuals.hud.overlay_batch import OverlayBatch
from tests.support.gl_objects import count_gl_objects
from tests.support.scene_renderer import RATE, SceneRenderer, analysed, music


class FakeClock:
    """A clock whose tickets are known `late` frames after they were given."""

    def __init__(self, late):
        self.late, self.picture = late, 0

    def begin(self):
        self.begun = True

    def end(self):
        assert self.begun
        return self.picture

    def is_known(self, ticket):
        return self.picture >= ticket + self.late

    def seconds(self, ticket):
        return 1.0 + ticket


@pytest.mark.parametrize("late", [0, 1, 4])
def test_a_pass_drawn_twice_counts_twice_and_times_are_smoothed(context, late):
    timing, clock = Timing(context), FakeClock(late)
    timing.clock, timing.on = clock, True
    for picture in range(10):
        clock.picture = picture
        for name in ("agents", "agents", "finish") if picture < 8 else ("finish",):
            timing.begin()
            timing.end(name)
        timing.end_frame()
    expected, last = 1.0, 9 - late
    for picture in range(1, last + 1):
        expected += SMOOTHING * (1.0 + picture - expected)
    assert timing.times["finish"] == pytest.approx(expected)
    assert timing.times.get("agents") == (None if last >= 8 else pytest.approx(2 * expected))


def test_nothing_is_measured_while_timing_is_off(context):
    before = count_gl_objects(context)
    with SceneRenderer(context, analysed(music(0.5)), size=(64, 36)) as harness:
        harness.pictures(0.3)
        context.timing.end_frame()
        assert context.timing.times == {} and count_gl_objects(context)["Query"] == before["Query"]


def test_the_times_of_the_passes_add_up_to_that_of_the_picture(context, monkeypatch):
    if not context.software:
        pytest.skip("a card draws while we go on")
    monkeypatch.setattr(context, "timing", Timing(context))
    context.timing.on = True
    with SceneRenderer(context, analysed(music(0.5)), size=(640, 360)) as harness:
        harness.pictures(0.2)
        context.timing.end_frame()
        context.timing.times, shares = {}, []
        for picture in range(8):
            begun = time.perf_counter()
            harness.renderer.render(0.3 * RATE + picture)
            whole = time.perf_counter() - begun
            context.timing.end_frame()
            shares.append(sum(context.timing.times.values()) / whole)
            context.timing.times = {}
        stages = [*harness.renderer.deck.programs, *harness.renderer.finish.single_programs]
        passes = {stage.spec.name for stage in stages}
        harness.renderer.render(0.4 * RATE)
        context.timing.end_frame()
        assert context.timing.times.keys() == passes
    assert 0.5 < sorted(shares)[4] < 1.0


@pytest.mark.parametrize("clock", [WallClock, QueryClock])
def test_a_clock_measures_more_for_more_work(context, clock, monkeypatch):
    monkeypatch.setattr(context, "software", clock is WallClock)  # on a card nothing is waited for between two passes
    before, screen, batch = count_gl_objects(context), Readback(context, (256, 256)), OverlayBatch(context)
    clock = clock(context)
    batch.resize(screen.size)
    spent, waiting = {1: [], 300: []}, []
    for _ in range(8):
        for layers in spent:
            screen.framebuffer.use()
            for _ in range(layers):
                batch.add_box(0, 0, 256, 256, 0x33669911)
            clock.begin()
            batch.draw()
            waiting.append((layers, clock.end()))
        context.wait(context.fence())
        while waiting and clock.is_known(waiting[0][1]):
            layers, ticket = waiting.pop(0)
            spent[layers].append(clock.seconds(ticket))
    assert all(len(times) > 4 and min(times) > 0.0 for times in spent.values())
    assert min(spent[300]) / min(spent[1]) > 4.0
    if isinstance(clock, QueryClock):
        assert len(clock.queries) <= 4, "each was made anew"
    for owned in (clock, batch, screen):
        owned.release()
    assert count_gl_objects(context) == before
