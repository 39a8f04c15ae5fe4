"""A screen for tests and benchmarks: an Xvfb, and an X client that reads it and acts as user and window manager."""

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
CALLS = {  # result and argument types of each
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
# By default Xlib ends the process, for example after a call about a window that was just closed.
IGNORE_ERRORS = CFUNCTYPE(number, pointer, pointer)(lambda *_: 0)


def make_struct(*fields):
    """A C struct; `fields` alternates space-separated names and their common type."""
    pairs = zip(fields[::2], fields[1::2])
    return type("Record", (Structure,), {"_fields_": [(name, type) for names, type in pairs for name in names.split()]})


GEOMETRY_FIELDS = ("x y width height border depth", number, "visual", pointer, "root", word)
VISUAL_FIELDS = ("kind bits gravity backing", number, "planes pixel", word, "under", number, "colours", word)
Attributes = make_struct(
    *(*GEOMETRY_FIELDS, *VISUAL_FIELDS),
    *("installed state", number, "all own hidden", wide, "free", number, "screen", pointer),
)
Property = make_struct("value", pointer, "encoding", word, "format", number, "items", word)
Image = make_struct("width height offset format", number, "pixels", pointer)
Message = make_struct(
    *("type", number, "serial", word, "sent", number, "display", pointer, "window kind", word, "format", number),
    *("words", wide * 18),  # five are used; an event is as large as the largest
)


class WindowInfo(NamedTuple):
    """A window and its place at the time of the query."""

    id: int
    name: str
    x: int
    y: int
    width: int
    height: int


class VirtualScreen:
    """1280 x 720 pixels in true colour without a window manager, on a free display. It runs until `remove`."""

    def __init__(self):
        self.xlib, self.xtst = CDLL("libX11.so.6"), CDLL("libXtst.so.6")
        for call, (result, *arguments) in CALLS.items():
            function = getattr(self.xlib, call)
            function.restype, function.argtypes = result, arguments
        command = ["Xvfb", "-displayfd", "1", "-screen", "0", "{}x{}x24".format(*SIZE), "-nolisten", "tcp"]
        command += ["+extension", "GLX", "+extension", "RANDR"]
        command += ["-terminate"]  # it ends when its last client disconnects
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        name = ":" + self.process.stdout.readline().strip()
        assert name != ":", "Xvfb did not start"
        self.environment = {**os.environ, "DISPLAY": name, "XDG_SESSION_TYPE": "x11"}
        self.environment.pop("WAYLAND_DISPLAY", None)
        self.xlib.XSetErrorHandler(cast(IGNORE_ERRORS, pointer))
        self.display = pointer(self.xlib.XOpenDisplay(name.encode()))
        assert self.display, f"cannot connect to display {name}"
        self.root = self.xlib.XDefaultRootWindow(self.display)

    def remove(self):
        if self.process.poll() is None:
            self.xlib.XCloseDisplay(self.display)
            self.process.terminate()
            self.process.communicate()

    def windows(self):
        """The visible windows, the lowest first."""
        ids, count, parent = POINTER(word)(), number(), word()
        self.xlib.XQueryTree(self.display, self.root, byref(parent), byref(parent), byref(ids), byref(count))
        found = [self._window(ids[n]) for n in range(count.value)]
        self.xlib.XFree(ids)
        return [window for window in found if window]

    def _window(self, id):
        attributes = Attributes()
        exists = self.xlib.XGetWindowAttributes(self.display, id, byref(attributes))
        if exists and attributes.state == VIEWABLE:
            return WindowInfo(id, self._name(id), attributes.x, attributes.y, attributes.width, attributes.height)

    def _name(self, id):
        name = Property()
        self.xlib.XGetTextProperty(self.display, id, byref(name), self._atom("_NET_WM_NAME"))
        decoded = string_at(name.value, name.items).decode() if name.value else ""
        self.xlib.XFree(name.value)
        return decoded

    def _atom(self, name):
        return self.xlib.XInternAtom(self.display, name.encode(), False)

    def picture(self, window=None):
        """The picture on the screen, or the part where a window is: uint8, (height, width, 3)."""
        _, _, x, y, width, height = window or WindowInfo(self.root, "", 0, 0, *SIZE)
        left, top, right, bottom = max(x, 0), max(y, 0), min(x + width, SIZE[0]), min(y + height, SIZE[1])
        where = (left, top, right - left, bottom - top)
        image = self.xlib.XGetImage(self.display, self.root, *where, 0xFFFFFF, Z_PIXMAP)
        pixels = cast(image, POINTER(Image)).contents.pixels
        pixels_read = np.frombuffer(string_at(pixels, 4 * where[2] * where[3]), np.uint8)
        self.xlib.XFree(pixels)
        self.xlib.XFree(image)
        return pixels_read.reshape(where[3], where[2], 4)[:, :, 2::-1]  # X stores blue, green, red, padding

    def press(self, key, window=None):
        """Press and release a key, by its X name ("Escape", "F11", "question"), in a window or in the topmost."""
        window = window or self.windows()[-1]
        self.xlib.XSetInputFocus(self.display, window.id, TO_PARENT, 0)
        symbol = self.xlib.XStringToKeysym(key.encode())
        code = self.xlib.XKeysymToKeycode(self.display, symbol)
        assert symbol and code, f"unknown key '{key}'"
        shift = self.xlib.XKeysymToKeycode(self.display, self.xlib.XStringToKeysym(b"Shift_L"))
        shifted = self.xlib.XKeycodeToKeysym(self.display, code, 0) != symbol
        codes = [shift, code] if shifted else [code]
        for each, pressed in [*((each, True) for each in codes), *((each, False) for each in reversed(codes))]:
            self.xtst.XTestFakeKeyEvent(self.display, each, pressed, word(0))
        self.xlib.XSync(self.display, False)

    def point(self, x, y):
        """Move the pointer."""
        self.xtst.XTestFakeMotionEvent(self.display, -1, x, y, word(0))
        self.xlib.XSync(self.display, False)

    def resize(self, window, width, height):
        self.xlib.XResizeWindow(self.display, window.id, width, height)
        self.xlib.XSync(self.display, False)

    def ask_to_close(self, window):
        """Send what a window manager sends when the user closes the window."""
        words = (wide * 18)(self._atom("WM_DELETE_WINDOW"))
        event = Message(type=CLIENT_MESSAGE, window=window.id, kind=self._atom("WM_PROTOCOLS"), format=32, words=words)
        self.xlib.XSendEvent(self.display, window.id, False, 0, byref(event))
        self.xlib.XSync(self.display, False)
