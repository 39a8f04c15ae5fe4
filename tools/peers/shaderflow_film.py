"""A film by ShaderFlow, run by a Python that has it: a picture all alike, white twice a second, then it fades.

    python tools/flowfilm.py FILE.mp4 SECONDS CRF [tuned]

prints pictures a second, from the first to the finished file.
"""

import os
import sys
import time

os.environ["WINDOW_BACKEND"] = "headless"  # heeded when it is imported

from shaderflow.scene import ShaderScene
from shaderflow.texture import Anisotropy

FLASH = "void main() { fragColor = vec4(vec3(exp2(-8.0 * fract(2.0 * iTime))), 1.0); }"
FPS = 30


class Flash(ShaderScene):
    def build(self):
        self.shader.fragment = FLASH


def film(path, seconds, crf, *, tuned=False):
    scene = Flash()
    scene.ffmpeg.h264(preset="veryfast", crf=crf)
    scene.initialize()
    if tuned:
        for shader in (scene.shader, scene._final):
            shader.texture.anisotropy = Anisotropy.x1
    begun = time.perf_counter()
    how = {"subsample": 1} if tuned else {}
    scene.main(width=1280, height=720, fps=FPS, time=seconds, output=path, **how)
    return seconds * FPS / (time.perf_counter() - begun)


if __name__ == "__main__":
    path, seconds, crf, *tuned = sys.argv[1:]
    print(film(path, float(seconds), int(crf), tuned=bool(tuned)))
