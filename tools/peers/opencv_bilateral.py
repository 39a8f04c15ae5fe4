"""OpenCV's bilateral filter, run by a Python that has it, as a tools.peers.Peer.

    python tools/bilateral.py

For each line of WIDTH HEIGHT a line goes out: the seconds of a picture of three bytes a pixel, d=5.
"""

import sys
import time

import cv2
import numpy as np

TIMES, COLOUR, SPACE = 10, 30.0, 2.0  # for bytes, time depends on neither sigma

for line in sys.stdin:
    width, height = map(int, line.split())
    picture = np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)
    cv2.bilateralFilter(picture, 5, COLOUR, SPACE)
    begun = time.perf_counter()
    for _ in range(TIMES):
        cv2.bilateralFilter(picture, 5, COLOUR, SPACE)
    print((time.perf_counter() - begun) / TIMES, flush=True)
