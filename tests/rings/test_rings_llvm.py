"""The rings' kernels compile to the operations of their models in `ring_models`, one by one."""

import itertools
import re

import numpy as np
import pytest
from numba import njit, typeof

from phosphene.engine.rings import allocate, board, mailbox, ring, tap, timeline
from tests.support import ring_models as model

DATA = ("rows", "slots")  # shared but plain: what the memory orders protect
RING, TIMELINE = allocate(ring.layout(4, 2)), allocate(timeline.layout(4, 3))
MAILBOX, BOARD = allocate(mailbox.layout(5)), allocate(board.layout(4))
BLOCK, RECORD, WORDS = np.zeros((3, 2), np.float32), np.zeros(3), np.zeros(5, np.int64)

KERNELS = {  # kernel, arguments to compile it for, operations of its model, and the field it alone stores
    "readable": (ring.readable, (RING, 1), model.readable(1), "taken"),
    "writable": (ring.writable, (RING, 1), model.writable(1), "written"),
    "push": (ring.push, (RING, BLOCK), model.push(2), "written"),
    "pull": (ring.pull, (RING, BLOCK), model.pull(2), "taken"),
    "end": (ring.end, (RING,), model.end(), "written"),
    "ended": (ring.ended, (RING,), model.ended(), "taken"),
    "publish": (timeline.publish, (TIMELINE, RECORD), model.publish(), "count"),
    "read": (timeline.read, (TIMELINE, 0, RECORD), model.read(), ""),
    "record_count": (timeline.record_count, (TIMELINE,), model.record_count(), ""),
    "post": (mailbox.post, (MAILBOX, WORDS), model.post(), "back"),
    "fetch": (mailbox.fetch, (MAILBOX, WORDS), model.fetch(), "front"),
    "put": (board.put, (BOARD, 0, 0.5), model.put(), ""),
    "get": (board.get, (BOARD, 0), model.get(), ""),
}
FORBIDDEN = r"NRT_\w*[aA]lloc\w*|\w*gil_\w+|\w*raise\w*|@Py\w+"
ORDERS = {"monotonic": "relaxed", "acquire": "acquire", "release": "release", "acq_rel": "acq_rel"}


def body(kernel, arguments):
    """The LLVM of a kernel itself, newly compiled: one loaded from the cache has no code to inspect."""
    fresh = njit(kernel.py_func, nogil=True, error_model="numpy")
    fresh.compile(tuple(map(typeof, arguments)))
    (signature,) = fresh.signatures
    name = fresh.overloads[signature].fndesc.llvm_func_name
    found = re.search(rf"^define [^\n]*@\"?{re.escape(name)}\"?\(.*?^}}", fresh.inspect_llvm(signature), re.M | re.S)
    return found[0]


def field(code, pointer, structure):
    """The field of `structure` that a pointer points into, or None."""
    offset = 0
    while step := re.search(rf"^ *{re.escape(pointer)} = getelementptr [^\n]*?ptr ([^,]+), i64 (\S+)$", code, re.M):
        pointer, size = step[1], step[2]
        offset += int(size) if re.fullmatch(r"-?\d+", size) else 0
    match = re.fullmatch(r"%arg\.(ring|timeline|mailbox|board)\.(\d)\.4", pointer)
    name = type(structure)._fields[int(match[2])] if match else None
    return "ended" if name == "written" and offset == 8 * ring.ENDED else name


def memory_operations(line):
    """(kind, pointer) of each access to memory in a line of LLVM."""
    pointers = re.findall(r"ptr (?:[a-z]+ |\d+ )*(%[^\s,)]+)", line)
    if "@llvm.memcpy" in line:
        return [("store", pointers[0]), ("load", pointers[1])]
    kind = re.search(r"^ *(?:\S+ = )?(?:tail call )?(load|store|atomicrmw)\b", line)
    return [({"atomicrmw": "swap"}.get(kind[1], kind[1]), pointers[-1])] if kind else []


def in_program_order(code):
    """The lines in the order they run: LLVM places some loops after the blocks that follow them."""
    parts = re.split(r"^([^\s:;]+):.*$", code, flags=re.M)
    blocks = dict(zip(["entry", *parts[1::2]], parts[0::2]))
    reach = {name: set(re.findall(r"label %([^\s,\]]+)", text)) for name, text in blocks.items()}
    for middle, start in itertools.product(blocks, blocks):
        if middle in reach[start]:
            reach[start] |= reach[middle]
    ordered = sorted(blocks, key=lambda name: -len(reach[name] | {name}))
    return [line for name in ordered for line in blocks[name].splitlines()]


def accesses(code, structure):
    """(kind, order, field) of every access to `structure`, in program order."""
    for line in in_program_order(code):
        order = re.search(rf" ({'|'.join(ORDERS)}), align", line)
        for kind, pointer in memory_operations(line):
            name = field(code, pointer, structure)
            if name:
                yield kind, ORDERS[order[1]] if order else "plain", name


def shared(accesses):
    """The accesses to shared words, without repetitions: a loop may be unrolled."""
    found = (access for access in accesses if access[1] != "plain" or access[2] in DATA)
    return [access for access, _ in itertools.groupby(found)]


def modelled(ops):
    """The shared accesses of a model."""
    return shared((op.kind, op.order, op.address[0]) for op in ops if op.kind != "let")


@pytest.fixture(scope="module", params=list(KERNELS.values()), ids=list(KERNELS))
def compiled(request):
    kernel, arguments, ops, own = request.param
    return body(kernel, arguments), arguments[0], ops, own


def test_kernel_compiles_to_its_model(compiled):
    code, structure, ops, own = compiled
    found = list(accesses(code, structure))
    assert shared(found) == modelled(ops)
    assert {name for _, order, name in found if order == "plain"} <= {*DATA, own}


def test_kernel_has_no_allocation_lock_or_raise(compiled):
    code = compiled[0]
    assert "define" in code and not re.findall(FORBIDDEN, code)


def test_tap_kernels_have_no_allocation_lock_or_raise():
    structure = allocate(tap.layout(4, 2))
    for kernel, arguments in (
        (tap.push, (structure, BLOCK, 0)),
        (tap.writable, (structure, 1)),
        (tap.end, (structure,)),
    ):
        code = body(kernel, arguments)
        assert "define" in code and not re.findall(FORBIDDEN, code)


def test_read_at_adds_no_memory_order_of_its_own():
    code = body(timeline.read_at, (TIMELINE, 0.5, RECORD, RECORD))
    assert {*accesses(code, TIMELINE)} == {*modelled(model.record_count()), *modelled(model.read())}
    assert not re.findall(FORBIDDEN, code)
