"""A model checker for weak memory: it finds every way in which a small concurrent program can end.

The machine resembles Armv8: one memory, in which a write becomes visible to all threads at once, and threads that
run their operations in any order that `Thread.waits` allows. An operation that depends on a register waits for it. A
load may be speculated past a condition, and an execution that guessed wrong is dropped; a store may not. An acquire
may pass an earlier release. Not modelled: a thread may read a store of its own before the other threads can.

The language is LLVM's: only release and acquire order two threads; dependencies do not. Two unordered accesses of
one address, at least one of them plain and at least one a write, are a race, whatever the machine made of them.

All memory is 0 at first. The parameter names of a function are the registers it reads.
"""

from functools import cache
from typing import NamedTuple


class Op(NamedTuple):
    kind: str  # load, store or swap; or let, which touches no memory
    order: str = ""  # plain, relaxed, acquire, release or acq_rel
    address: tuple = ()  # a name and its indices; each may be a function of registers
    value: object = 0  # what is written, or the result of `let`; may be a function
    to: str = ""  # the register that receives what was read
    when: object = True  # the condition; may be a function
    site: str = ""  # the function of the engine that contains it

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
    """The result of an operation; `seen` is the last operation of each thread that an acquire has seen."""

    value: int = 0
    address: tuple = ()
    seen: tuple = ()


class End(NamedTuple):
    registers: tuple  # a dict for each thread: last values by name, in program order
    memory: dict  # by address
    race: bool


SKIPPED = Done(address=("skipped",))  # its condition did not hold


def let(to, value, **rest):
    return Op("let", to=to, value=value, **rest)


class Thread:
    """A straight line of operations. `done` holds the result of each: None while it waits."""

    def __init__(self, number, threads, ops):
        self.number, self.threads, self.ops = number, threads, tuple(ops)

    def register(self, done, j, name, firm):
        """The value of a register before operation j, None if it is not known yet."""
        for i in reversed(range(j)):
            if self.ops[i].to == name and done[i] is not SKIPPED:
                return None if done[i] is None or (firm and not self.firm(done, i)) else done[i].value
        return 0

    def evaluate(self, done, j, part, firm=False):
        """A part of operation j, None if it is not known yet. With `firm`, speculated values count as unknown."""
        if not callable(part):
            return part
        code = part.__code__
        values = [self.register(done, j, name, firm) for name in code.co_varnames[: code.co_argcount]]
        return None if None in values else part(*values)

    def firm(self, done, i):
        op = self.ops[i]
        return all(self.evaluate(done, i, part, firm=True) is not None for part in (op.when, op.value, *op.address))

    def address(self, done, j, firm=False):
        parts = tuple(self.evaluate(done, j, part, firm) for part in self.ops[j].address)
        return None if None in parts else parts

    def ready(self, done):
        """The operations that may run next: (index, address, value to write, last operation seen of each thread)."""
        found = []
        for j, op in enumerate(self.ops):
            if done[j] is not None or op.kind == "let":
                continue
            holds = self.evaluate(done, j, op.when, op.writes)
            address, value = self.address(done, j, op.writes), self.evaluate(done, j, op.value, op.writes)
            if address is None or value is None or holds is False or (op.writes and holds is None):
                continue
            if not self.waits(done, j, address) and not self.too_late(done, j, address):
                found.append((j, address, value, self.view(done, j)))
        return found

    def waits(self, done, j, address):
        """An earlier operation must run first: an acquire, the same address, or anything before a release."""
        op = self.ops[j]
        for i, earlier in enumerate(self.ops[:j]):
            if done[i] is not None or earlier.kind == "let":
                continue
            if op.writes:
                if op.releases or earlier.acquires or self.address(done, i) in (None, address):
                    return True
            elif self.evaluate(done, i, earlier.when) and (earlier.acquires or self.address(done, i) == address):
                return True
        return False

    def too_late(self, done, j, address):
        """A later operation was wrongly speculated past this one."""
        later = [k.address for k in done[j + 1 :] if k is not None and k is not SKIPPED and k.address]
        return bool(later) if self.ops[j].acquires else address in later

    def view(self, done, j):
        """The last operation of each thread that operation j has seen."""
        seen = [i.seen for i in done[:j] if i is not None and i.seen] + [(-1,) * self.threads]
        last = [max(column) for column in zip(*seen)]
        last[self.number] = j
        return tuple(last)

    def run(self, done, j, result):
        """`done` after operation j; None if that proves a speculation wrong."""
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
    """Yield every End of programs that run concurrently."""
    threads = [Thread(number, len(programs), ops) for number, ops in enumerate(programs)]
    ready, run = cache(Thread.ready), cache(Thread.run)
    nothing = (-1,) * len(threads)
    first = tuple((address, (value, nothing)) for address, value in sorted(dict(memory).items()))
    state = first, tuple(thread.run((None,) * len(thread.ops), None, None) for thread in threads), False
    stack, known = [state], {state}
    while stack:
        memory, rows, race = stack.pop()
        if all(None not in row for row in rows):
            yield _end(threads, memory, rows, race)
        cells = dict(memory)
        for thread, row in zip(threads, rows):
            for j, address, value, view in ready(thread, row):
                op, (stored, released) = thread.ops[j], cells.get(address, (0, nothing))
                result = Done(stored if op.kind != "store" else 0, address, released if op.acquires else ())
                after = run(thread, row, j, result)
                if after is None:
                    continue
                later = memory
                if op.writes:
                    kept = released if op.kind == "swap" else nothing  # a swap continues a release sequence
                    kept = tuple(map(max, kept, view)) if op.releases else kept
                    later = tuple(sorted({**cells, address: (value, kept)}.items()))
                others = tuple(after if t is thread else row for t, row in zip(threads, rows))
                state = later, others, race or _races(threads, rows, thread, op, address, view)
                if state not in known:
                    known.add(state)
                    stack.append(state)


def _races(threads, rows, thread, op, address, view):
    """Another thread accessed the same address without being ordered before this operation."""
    for other, row, last_seen in zip(threads, rows, view):
        for k, (done, theirs) in enumerate(zip(row, other.ops)):
            if done is not None and done.address == address and other is not thread and k > last_seen:
                if (op.writes or theirs.writes) and "plain" in (op.order, theirs.order):
                    return True
    return False


def _end(threads, memory, rows, race):
    registers = tuple(
        {op.to: done.value for op, done in zip(thread.ops, row) if op.to and done is not SKIPPED}
        for thread, row in zip(threads, rows)
    )
    return End(registers, {address: value for address, (value, _) in memory}, race)
