"""A screen for tests and benchmarks: an Xvfb, and a client that sees it and does what a person and a desktop do."""

import os
import subprocess
from ctypes import CDLL, CFUNCTYPE, POINTER, Structure, byref, cast, string_at
from ctypes import c_char_p as text
from ctypes import c_int as number
from ctypes import c_long as wide
from ctypes import c_ubyte as byte
from ctypes import c_ulong as word
from ctypes import c_void_p as pointer
from typing import NamedTuple

import numpy as np

SIZE = (1280, 720)
CALLS = {  # what each gives, and what it takes
    "XOpenDisplay": (pointer, text),
    "XCloseDisplay": (number, pointer),
    "XSync": (number, pointer, number),
    "XFree": (number, pointer),
    "XSetErrorHandler": (pointer, pointer),
    "XDefaultRootWindow": (word, pointer),
    "XQueryTree": (number, pointer, word, *[POINTER(word)] * 2, POINTER(POINTER(word)), POINTER(number)),
    "XGetWindowAttributes": (number, pointer, word, pointer),
    "XInternAtom": (word, pointer, text, number),
    "XGetTextProperty": (number, pointer, word, pointer, word),
    "XGetImage": (pointer, pointer, word, *[number] * 4, word, number),
    "XResizeWindow": (number, pointer, word, number, number),
    "XSetInputFocus": (number, pointer, word, number, word),
    "XStringToKeysym": (word, text),
    "XKeysymToKeycode": (byte, pointer, word),
    "XKeycodeToKeysym": (word, pointer, byte, number),
    "XSendEvent": (number, pointer, word, number, wide, pointer),
}
VIEWABLE, Z_PIXMAP, CLIENT_MESSAGE, TO_PARENT = 2, 2, 33, 2  # X.h
FORGIVE = CFUNCTYPE(number, pointer, pointer)(lambda *_: 0)  # a window that has just gone must not end the process


def record(*fields):
    """A C struct, from names and the type they share, by turns."""
    pairs = zip(fields[::2], fields[1::2])
    return type("Record", (Structure,), {"_fields_": [(name, type) for names, type in pairs for name in names.split()]})


PLACE = ("x y width height border depth", number, "visual", pointer, "root", word)
LOOK = ("kind bits gravity backing", number, "planes pixel", word, "under", number, "colours", word)
Attributes = record(*PLACE, *LOOK, "installed state", number, "all own hidden", wide, "free", number, "screen", pointer)
Property = record("value", pointer, "encoding", word, "format", number, "items", word)
Image = record("width height offset format", number, "pixels", pointer)
Message = record(
    *("type", number, "serial", word, "sent", number, "display", pointer, "window kind", word, "format", number),
    *("words", wide * 18),  # five are used; an event is as large as the largest
)


class Window(NamedTuple):
    """Where a window was when it was asked for."""

    id: int
    name: str
    x: int
    y: int
    width: int
    height: int


class Screen:
    """1280 x 720 pixels in true colour without a window manager, on any free display, until removed."""

    def __init__(self):
        self.xlib, self.xtst = CDLL("libX11.so.6"), CDLL("libXtst.so.6")
        for call, (gives, *takes) in CALLS.items():
            function = getattr(self.xlib, call)
            function.restype, function.argtypes = gives, takes
        words = ["Xvfb", "-displayfd", "1", "-screen", "0", "{}x{}x24".format(*SIZE), "-nolisten", "tcp"]
        words += ["+extension", "GLX", "+extension", "RANDR", "-terminate"]  # it ends with its last client
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        name = ":" + self.process.stdout.readline().strip()
        assert name != ":", "Xvfb did not start"
        self.environment = {**os.environ, "DISPLAY": name, "XDG_SESSION_TYPE": "x11"}
        self.environment.pop("WAYLAND_DISPLAY", None)
        self.xlib.XSetErrorHandler(cast(FORGIVE, pointer))
        self.display = pointer(self.xlib.XOpenDisplay(name.encode()))
        assert self.display, f"{name} let nobody in"
        self.root = self.xlib.XDefaultRootWindow(self.display)

    def remove(self):
        if self.process.poll() is None:
            self.xlib.XCloseDisplay(self.display)
            self.process.terminate()
            self.process.communicate()

    def windows(self):
        """Those one could see, the lowest first."""
        ids, many, parent = POINTER(word)(), number(), word()
        self.xlib.XQueryTree(self.display, self.root, byref(parent), byref(parent), byref(ids), byref(many))
        found = [self._window(ids[n]) for n in range(many.value)]
        self.xlib.XFree(ids)
        return [window for window in found if window]

    def _window(self, id):
        has = Attributes()
        there = self.xlib.XGetWindowAttributes(self.display, id, byref(has))
        if there and has.state == VIEWABLE:
            return Window(id, self._name(id), has.x, has.y, has.width, has.height)

    def _name(self, id):
        name = Property()
        self.xlib.XGetTextProperty(self.display, id, byref(name), self._atom("_NET_WM_NAME"))
        said = string_at(name.value, name.items).decode() if name.value else ""
        self.xlib.XFree(name.value)
        return said

    def _atom(self, name):
        return self.xlib.XInternAtom(self.display, name.encode(), False)

    def picture(self, window=None):
        """What one sees, or sees where a window is: uint8, (height, width, 3)."""
        _, _, x, y, width, height = window or Window(self.root, "", 0, 0, *SIZE)
        left, top, right, bottom = max(x, 0), max(y, 0), min(x + width, SIZE[0]), min(y + height, SIZE[1])
        where = (left, top, right - left, bottom - top)
        image = self.xlib.XGetImage(self.display, self.root, *where, 0xFFFFFF, Z_PIXMAP)
        pixels = cast(image, POINTER(Image)).contents.pixels
        seen = np.frombuffer(string_at(pixels, 4 * where[2] * where[3]), np.uint8)
        self.xlib.XFree(pixels)
        self.xlib.XFree(image)
        return seen.reshape(where[3], where[2], 4)[:, :, 2::-1]  # it comes as blue, green, red, nothing

    def press(self, key, window=None):
        """Press and release a key, by its X name ("Escape", "F11", "question"), in a window or in the topmost."""
        window = window or self.windows()[-1]
        self.xlib.XSetInputFocus(self.display, window.id, TO_PARENT, 0)
        symbol = self.xlib.XStringToKeysym(key.encode())
        code = self.xlib.XKeysymToKeycode(self.display, symbol)
        assert symbol and code, f"no key '{key}'"
        shift = self.xlib.XKeysymToKeycode(self.display, self.xlib.XStringToKeysym(b"Shift_L"))
        shifted = self.xlib.XKeycodeToKeysym(self.display, code, 0) != symbol
        codes = [shift, code] if shifted else [code]
        for each, down in [*((each, True) for each in codes), *((each, False) for each in reversed(codes))]:
            self.xtst.XTestFakeKeyEvent(self.display, each, down, word(0))
        self.xlib.XSync(self.display, False)

    def point(self, x, y):
        """Move the pointer."""
        self.xtst.XTestFakeMotionEvent(self.display, -1, x, y, word(0))
        self.xlib.XSync(self.display, False)

    def resize(self, window, width, height):
        self.xlib.XResizeWindow(self.display, window.id, width, height)
        self.xlib.XSync(self.display, False)

    def ask_to_close(self, window):
        """What a window manager sends when its cross is clicked."""
        words = (wide * 18)(self._atom("WM_DELETE_WINDOW"))
        event = Message(type=CLIENT_MESSAGE, window=window.id, kind=self._atom("WM_PROTOCOLS"), format=32, words=words)
        self.xlib.XSendEvent(self.display, window.id, False, 0, byref(event))
        self.xlib.XSync(self.display, False)
