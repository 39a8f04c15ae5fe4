"""Every way in which a small concurrent program can end, on a machine and in a language that promise little.

The machine is an Armv8 in kind: one memory, in which a write is seen by all at once, and threads that run their
operations in any order but for what `Thread.waits` forbids. What depends on a register waits for it; a load may
be speculated past a condition, and an execution that guessed wrong is dropped; a store may not. An acquire may
pass an earlier release. Left out: that a thread may read a store of its own before the others can.

The language is LLVM's: only release and acquire order two threads, and dependencies do not. Two accesses of one
place, at least one of them plain and at least one a write, that nothing orders are a race, whatever the machine
made of them.

Everything is 0 at first. Functions say by the names of their parameters which registers they read.
"""

from functools import cache
from typing import NamedTuple


class Op(NamedTuple):
    kind: str  # load, store or swap; or let, which touches no memory
    order: str = ""  # plain, relaxed, acquire, release or acq_rel
    place: tuple = ()  # a name and its indices; each may be a function of registers
    value: object = 0  # what is written, or what `let` gives; may be a function
    to: str = ""  # the register that takes what was read
    when: object = True  # it happens only if this holds; may be a function
    site: str = ""  # the function of the engine it stands in

    @property
    def writes(self):
        return self.kind in ("store", "swap")

    @property
    def acquires(self):
        return self.order in ("acquire", "acq_rel")

    @property
    def releases(self):
        return self.order in ("release", "acq_rel")


class Done(NamedTuple):
    """What became of an operation; `seen` says how far into each thread an acquire reached."""

    value: int = 0
    place: tuple = ()
    seen: tuple = ()


class End(NamedTuple):
    registers: tuple  # of a dict for each thread: by name, in program order, as they were last set
    memory: dict  # by place
    race: bool


SKIPPED = Done(place=("skipped",))  # its condition did not hold


def let(to, value, **rest):
    return Op("let", to=to, value=value, **rest)


class Thread:
    """A straight line of operations. `done` is a row of what became of each: None while it waits."""

    def __init__(self, number, threads, ops):
        self.number, self.threads, self.ops = number, threads, tuple(ops)

    def register(self, done, j, name, firm):
        for i in reversed(range(j)):
            if self.ops[i].to == name and done[i] is not SKIPPED:
                return None if done[i] is None or (firm and not self.firm(done, i)) else done[i].value
        return 0

    def evaluate(self, done, j, part, firm=False):
        """A part of operation j, None if it is not known yet; `firm` leaves out what is only speculated."""
        if not callable(part):
            return part
        code = part.__code__
        values = [self.register(done, j, name, firm) for name in code.co_varnames[: code.co_argcount]]
        return None if None in values else part(*values)

    def firm(self, done, i):
        op = self.ops[i]
        return all(self.evaluate(done, i, part, firm=True) is not None for part in (op.when, op.value, *op.place))

    def place(self, done, j, firm=False):
        parts = tuple(self.evaluate(done, j, part, firm) for part in self.ops[j].place)
        return None if None in parts else parts

    def ready(self, done):
        """What may run next: (operation, place, value to write, how far it has seen into each thread)."""
        found = []
        for j, op in enumerate(self.ops):
            if done[j] is not None or op.kind == "let":
                continue
            holds = self.evaluate(done, j, op.when, op.writes)
            place, value = self.place(done, j, op.writes), self.evaluate(done, j, op.value, op.writes)
            if place is None or value is None or holds is False or (op.writes and holds is None):
                continue
            if not self.waits(done, j, place) and not self.late(done, j, place):
                found.append((j, place, value, self.sight(done, j)))
        return found

    def waits(self, done, j, place):
        """An earlier operation must run first: an acquire, the same place, or anything before a release."""
        op = self.ops[j]
        for i, earlier in enumerate(self.ops[:j]):
            if done[i] is not None or earlier.kind == "let":
                continue
            if op.writes:
                if op.releases or earlier.acquires or self.place(done, i) in (None, place):
                    return True
            elif self.evaluate(done, i, earlier.when) and (earlier.acquires or self.place(done, i) == place):
                return True
        return False

    def late(self, done, j, place):
        """A later operation was speculated past this one, and should not have been."""
        ran = [k.place for k in done[j + 1 :] if k is not None and k is not SKIPPED and k.place]
        return bool(ran) if self.ops[j].acquires else place in ran

    def sight(self, done, j):
        seen = [i.seen for i in done[:j] if i is not None and i.seen] + [(-1,) * self.threads]
        reach = [max(column) for column in zip(*seen)]
        reach[self.number] = j
        return tuple(reach)

    def run(self, done, j, result):
        """`done` once operation j ran; None if that shows a wrong guess."""
        row = list(done)
        if j is not None:
            row[j] = result
        for i, op in enumerate(self.ops):
            holds = self.evaluate(row, i, op.when)
            if holds is False and row[i] not in (None, SKIPPED):
                return None
            if row[i] is None and self.evaluate(row, i, op.when, firm=True) is False:
                row[i] = SKIPPED
            elif row[i] is None and op.kind == "let" and holds:
                value = self.evaluate(row, i, op.value)
                row[i] = None if value is None else Done(value)
        return tuple(row)


def explore(programs, memory=()):
    """Yield every End of some programs that run beside each other."""
    threads = [Thread(number, len(programs), ops) for number, ops in enumerate(programs)]
    ready, run = cache(Thread.ready), cache(Thread.run)
    nothing = (-1,) * len(threads)
    first = tuple((place, (value, nothing)) for place, value in sorted(dict(memory).items()))
    state = first, tuple(thread.run((None,) * len(thread.ops), None, None) for thread in threads), False
    stack, known = [state], {state}
    while stack:
        memory, rows, race = stack.pop()
        if all(None not in row for row in rows):
            yield _end(threads, memory, rows, race)
        cells = dict(memory)
        for thread, row in zip(threads, rows):
            for j, place, value, sight in ready(thread, row):
                op, (held, carried) = thread.ops[j], cells.get(place, (0, nothing))
                result = Done(held if op.kind != "store" else 0, place, carried if op.acquires else ())
                after = run(thread, row, j, result)
                if after is None:
                    continue
                then = memory
                if op.writes:
                    kept = carried if op.kind == "swap" else nothing  # a swap carries on what a release began
                    kept = tuple(map(max, kept, sight)) if op.releases else kept
                    then = tuple(sorted({**cells, place: (value, kept)}.items()))
                others = tuple(after if t is thread else row for t, row in zip(threads, rows))
                state = then, others, race or _races(threads, rows, thread, op, place, sight)
                if state not in known:
                    known.add(state)
                    stack.append(state)


def _races(threads, rows, thread, op, place, sight):
    for other, row, reach in zip(threads, rows, sight):
        for k, (done, theirs) in enumerate(zip(row, other.ops)):
            if done is not None and done.place == place and other is not thread and k > reach:
                if (op.writes or theirs.writes) and "plain" in (op.order, theirs.order):
                    return True
    return False


def _end(threads, memory, rows, race):
    registers = tuple(
        {op.to: done.value for op, done in zip(thread.ops, row) if op.to and done is not SKIPPED}
        for thread, row in zip(threads, rows)
    )
    return End(registers, {place: value for place, (value, _) in memory}, race)
