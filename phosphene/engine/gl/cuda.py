"""CUDA: names of the graphics cards, from the driver's own library; nothing has to be installed for it."""

import ctypes
import sys

LIBRARIES = {"win32": "nvcuda.dll"}
MAX_NAME_LENGTH = 100


def card_names() -> list[str]:
    """Names of the cards; empty where there is no CUDA."""
    try:
        cuda = ctypes.CDLL(LIBRARIES.get(sys.platform, "libcuda.so.1"))
    except OSError:
        return []
    count, names = ctypes.c_int(), []
    if cuda.cuInit(0) or cuda.cuDeviceGetCount(ctypes.byref(count)):
        return []
    for number in range(count.value):
        name, card = ctypes.create_string_buffer(MAX_NAME_LENGTH), ctypes.c_int()
        cuda.cuDeviceGet(ctypes.byref(card), number)
        cuda.cuDeviceGetName(name, MAX_NAME_LENGTH, card)
        names.append(name.value.decode(errors="replace"))
    return names
