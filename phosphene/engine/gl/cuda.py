"""CUDA: the graphics cards that it knows, asked without anything that has to be installed."""

import ctypes
import sys

LIBRARIES = {"win32": "nvcuda.dll"}
NAME = 100  # characters of a card's


def cards():
    """Names of the cards; empty where there is no CUDA."""
    try:
        cuda = ctypes.CDLL(LIBRARIES.get(sys.platform, "libcuda.so.1"))
    except OSError:
        return []
    count, names = ctypes.c_int(), []
    if cuda.cuInit(0) or cuda.cuDeviceGetCount(ctypes.byref(count)):
        return []
    for number in range(count.value):
        name, card = ctypes.create_string_buffer(NAME), ctypes.c_int()
        cuda.cuDeviceGet(ctypes.byref(card), number)
        cuda.cuDeviceGetName(name, NAME, card)
        names.append(name.value.decode(errors="replace"))
    return names
