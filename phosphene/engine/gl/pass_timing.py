"""Timing: how long each pass of a picture takes, measured without waiting for it."""

import ctypes
import time
from collections import defaultdict, deque

TIME_ELAPSED, RESULT, AVAILABLE = 0x88BF, 0x8866, 0x8867
SLOW = 0.1  # of the way that a time goes toward the newest


class Timing:
    """Times by a pass's name, in seconds, while it is `on`.

    On a card they are what the card says it took, known some pictures later; where the processor draws, each pass
    is waited for meanwhile.

    Parameters
    ----------
    context : Context
    """

    def __init__(self, context):
        self.clock = Wall(context) if context.software else Queries(context)
        self.on, self.times = False, {}
        self.picture, self.pictures = [], deque()

    def begin(self):
        """Before what is to be timed; nothing that is timed may lie within."""
        if self.on:
            self.clock.begin()

    def end(self, name):
        if self.on:
            self.picture.append((name, self.clock.end()))

    def turn(self):
        """After each picture: take up what has become known."""
        if self.picture:
            self.pictures.append(self.picture)
            self.picture = []
        while self.pictures and self.clock.knows(self.pictures[0][-1][1]):
            self._take(self.pictures.popleft())

    def _take(self, picture):
        spent = defaultdict(float)
        for name, ticket in picture:
            spent[name] += self.clock.seconds(ticket)
        times = {name: self.times.get(name, seconds) for name, seconds in spent.items()}  # what is gone is forgotten
        self.times = {name: before + SLOW * (spent[name] - before) for name, before in times.items()}

    def release(self):
        self.clock.release()


class Wall:
    """The clock on the wall: a ticket is the time itself."""

    def __init__(self, context):
        self.context = context

    def begin(self):
        self.begun = time.perf_counter()

    def end(self):
        self.context.settle()
        return time.perf_counter() - self.begun

    def knows(self, ticket):
        return True

    def seconds(self, ticket):
        return ticket

    def release(self):
        pass


class Queries:
    """The card's own clock: a ticket is a query, whose answer is fetched when it is there."""

    def __init__(self, context):
        word, pointer = ctypes.c_uint, ctypes.c_void_p
        self._make = context.function("glGenQueries", None, ctypes.c_int, pointer)
        self._drop = context.function("glDeleteQueries", None, ctypes.c_int, pointer)
        self._begin = context.function("glBeginQuery", None, word, word)
        self._end = context.function("glEndQuery", None, word)
        self._ask = context.function("glGetQueryObjectuiv", None, word, word, pointer)
        self._fetch = context.function("glGetQueryObjectui64v", None, word, word, pointer)
        self.idle, self.made, self.word, self.answer = [], [], word(), ctypes.c_uint64()

    def begin(self):
        if not self.idle:
            self._make(1, ctypes.addressof(self.word))
            self.idle.append(self.word.value)
            self.made.append(self.word.value)
        self._begin(TIME_ELAPSED, self.idle[-1])

    def end(self):
        self._end(TIME_ELAPSED)
        return self.idle.pop()

    def knows(self, ticket):
        self._ask(ticket, AVAILABLE, ctypes.addressof(self.word))
        return bool(self.word)

    def seconds(self, ticket):
        """What it says; the query is free again."""
        self._fetch(ticket, RESULT, ctypes.addressof(self.answer))
        self.idle.append(ticket)
        return self.answer.value * 1e-9

    def release(self):
        all_of_them = (ctypes.c_uint * len(self.made))(*self.made)
        self._drop(len(self.made), ctypes.addressof(all_of_them))
