"""OpenCV's bilateral filter as a PeerProcess, run by a Python that has OpenCV.

    python tools/peers/opencv_bilateral.py

For each line WIDTH HEIGHT it prints the seconds of a picture of three bytes a pixel, with d=5.
"""

import sys
import time

import cv2
import numpy as np

TIMES, COLOUR, SPACE = 10, 30.0, 2.0  # the time of 8-bit pictures depends on neither sigma

for line in sys.stdin:
    width, height = map(int, line.split())
    picture = np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)
    cv2.bilateralFilter(picture, 5, COLOUR, SPACE)
    begun = time.perf_counter()
    for _ in range(TIMES):
        cv2.bilateralFilter(picture, 5, COLOUR, SPACE)
    print((time.perf_counter() - begun) / TIMES, flush=True)
