"""The model checker: classic litmus tests have the outcomes that the Armv8 manual and LLVM specify."""

import pytest

from tests.support.weak_memory import Op, explore


def read(order, name, to, **rest):
    return Op("load", order, (name,), to=to, **rest)


def write(order, name, value=1, **rest):
    return Op("store", order, (name,), value, **rest)


def results(*programs):
    """The final registers, thread by thread, of every execution."""
    return {tuple(value for thread in end.registers for value in thread.values()) for end in explore(programs)}


@pytest.mark.parametrize("store", ["relaxed", "release"])
@pytest.mark.parametrize("load", ["relaxed", "acquire"])
def test_message_passing_needs_release_and_acquire(store, load):
    seen = results([write("relaxed", "x"), write(store, "y")], [read(load, "y", "a"), read("relaxed", "x", "b")])
    assert seen >= {(0, 0), (0, 1), (1, 1)}
    assert ((1, 0) in seen) == ((store, load) != ("release", "acquire"))


def test_load_is_speculated_past_a_condition_but_waits_for_its_address():
    writer = [write("relaxed", "x"), write("release", "y")]
    first = read("relaxed", "y", "a")
    under = Op("load", "relaxed", ("x",), to="b", when=lambda a: a == 1)
    indexed = Op("load", "relaxed", (lambda a: "x" if a else "none",), to="b")
    assert (1, 0) in results(writer, [first, under])
    assert (1, 0) not in results(writer, [first, indexed])


def test_store_buffering_lets_both_threads_miss_the_other_store():
    for store, load in (("relaxed", "relaxed"), ("release", "acquire")):
        seen = results([write(store, "x"), read(load, "y", "a")], [write(store, "y"), read(load, "x", "b")])
        assert seen == {(0, 0), (0, 1), (1, 0), (1, 1)}


@pytest.mark.parametrize(
    "load, store, dependent, circular",
    [
        ("relaxed", "relaxed", False, True),
        ("relaxed", "relaxed", True, False),
        ("acquire", "relaxed", False, False),
        ("relaxed", "release", False, False),
    ],
)
def test_load_buffering_lets_both_threads_see_the_later_store(load, store, dependent, circular):
    when = {"when": lambda a: a == 1} if dependent else {}
    back = {"when": lambda b: b == 1} if dependent else {}
    one = [read(load, "x", "a"), write(store, "y", **when)]
    two = [read(load, "y", "b"), write(store, "x", **back)]
    assert ((1, 1) in results(one, two)) == circular


def test_one_address_has_one_history():
    seen = results([write("relaxed", "x", 1), write("relaxed", "x", 2)], [read("relaxed", "x", r) for r in "ab"])
    assert seen == {(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)}


def test_write_becomes_visible_to_all_threads_at_once():
    readers = (
        [read("acquire", "x", "a"), read("acquire", "y", "b")],
        [read("acquire", "y", "c"), read("acquire", "x", "d")],
    )
    seen = results([write("relaxed", "x")], [write("relaxed", "y")], *readers)
    assert (1, 0, 0, 1) in seen and (1, 0, 1, 0) not in seen


def test_visibility_is_transitive():
    middle = [read("acquire", "x", "a"), write("release", "y", lambda a: a)]
    last = [read("acquire", "y", "b"), read("relaxed", "x", "c")]
    seen = results([write("relaxed", "x")], middle, last)
    assert (1, 1, 1) in seen and (1, 1, 0) not in seen


def test_swaps_are_atomic():
    swaps = [[Op("swap", "relaxed", ("x",), n, to=r)] for n, r in ((1, "a"), (2, "b"))]
    assert results(*swaps) == {(0, 1), (2, 0)}


@pytest.mark.parametrize("name", ["x", "z"])
def test_only_release_and_acquire_prevent_a_race(name):
    def race(store, load):
        reader = [read(load, "y", "a"), read("plain", "x", "b", when=lambda a: a == 1)]
        return any(end.race for end in explore([[write("plain", name), write(store, "y")], reader]))

    assert not race("release", "acquire")
    assert race("relaxed", "acquire") == race("release", "relaxed") == (name == "x")
