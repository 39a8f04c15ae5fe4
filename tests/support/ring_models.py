"""The kernels of `engine.rings` as operations for `weak_memory`, on a ring or timeline of two slots.

Each function returns the operations of one call in program order. Words that only one end stores, its own count and
the last known count of the other end, are that end's registers `own` and `other`. `test_rings_llvm` compares the
models with the compiled kernels.
"""

from tests.support.weak_memory import Op, let

SIZE = 2  # rows of the ring, slots of the timeline
WORDS = 2  # of a record, and of a value in the mailbox
DIRTY, SLOT_MASK = 4, 3


def load(site, order, *address, to, when=True):
    return Op("load", order, address, to=to, when=when, site=site)


def store(site, order, *address, value, when=True):
    return Op("store", order, address, value, when=when, site=site)


def swap(site, order, *address, value, to, when=True):
    return Op("swap", order, address, value, to, when, site)


def writable(wanted):
    return [
        let("free", lambda own, other: SIZE - (own - other)),
        load("writable", "acquire", "taken", to="other", when=lambda free: free < wanted),
    ]


def readable(wanted):
    return [
        let("ready", lambda own, other: other - own),
        load("readable", "acquire", "written", to="other", when=lambda ready: ready < wanted),
    ]


def push(wanted):
    """Row n holds n + 1, so rows that did not fit are pushed by the next call."""

    def row(n):
        index, value = (lambda own: (own + n) % SIZE), (lambda own: own + n + 1)
        return store("push", "plain", "rows", index, value=value, when=lambda count: n < count)

    return [
        *writable(wanted),
        let("count", lambda own, other: min(wanted, SIZE - (own - other))),
        *(row(n) for n in range(wanted)),
        store("push", "release", "written", value=lambda own, count: own + count),
        let("own", lambda own, count: own + count),
    ]


def pull(wanted, call=0):
    def row(n):
        return load(
            "pull", "plain", "rows", lambda own: (own + n) % SIZE, to=f"row {call}.{n}", when=lambda count: n < count
        )

    return [
        *readable(wanted),
        let("count", lambda own, other: min(wanted, other - own)),
        *(row(n) for n in range(wanted)),
        store("pull", "release", "taken", value=lambda own, count: own + count),
        let("own", lambda own, count: own + count),
    ]


def end():
    return [store("end", "release", "ended", value=1)]


def ended():
    ready, reload = readable(1)
    return [
        load("ended", "acquire", "ended", to="ended"),
        ready,
        reload._replace(when=lambda ended, ready: ended == 1 and ready < 1),
        let("finished", lambda ended, own, other: ended == 1 and other == own),
    ]


def publish(index=0):
    """Every word of record n is n + 1."""
    slot = index % SIZE
    return [
        store("publish", "relaxed", "marks", slot, value=2 * index + 1),
        *(store("publish", "release", "words", slot, w, value=index + 1) for w in range(WORDS)),
        store("publish", "release", "marks", slot, value=2 * index + 2),
        store("publish", "release", "count", value=index + 1),
    ]


def record_count(to="newest"):
    return [load("record_count", "acquire", "count", to=to)]


def read(index=lambda: 0, call=0, when=True):
    """`index` is a function of registers."""

    def slot(index):
        return index % SIZE

    return [
        let("index", index),
        load("read", "acquire", "marks", slot, to="before", when=when),
        *(load("read", "acquire", "words", slot, w, to=f"word {w}", when=when) for w in range(WORDS)),
        load("read", "relaxed", "marks", slot, to="after", when=when),
    ]


def post(value=0):
    """Every word of a value is the value."""
    return [
        *(store("post", "plain", "slots", lambda back: back, w, value=value) for w in range(WORDS)),
        swap("post", "acq_rel", "middle", value=lambda back: back | DIRTY, to="got"),
        let("back", lambda got: got & SLOT_MASK),
    ]


def fetch(call=0):
    def posted(middle):
        return middle & DIRTY != 0

    def word(w):
        return load("fetch", "plain", "slots", lambda front: front, w, to=f"word {call}.{w}", when=posted)

    return [
        load("fetch", "relaxed", "middle", to="middle"),
        swap("fetch", "acq_rel", "middle", value=lambda front: front, to="got", when=posted),
        let("front", lambda got: got & SLOT_MASK, when=posted),
        *(word(w) for w in range(WORDS)),
    ]


def put(value=0):
    return [store("put", "relaxed", "words", value=value)]


def get(call=0):
    return [load("get", "relaxed", "words", to=f"got {call}")]
