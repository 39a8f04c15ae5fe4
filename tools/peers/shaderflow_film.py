"""A film by ShaderFlow, run by a Python that has it: a plain picture that flashes white twice a second and fades.

    python tools/peers/shaderflow_film.py FILE.mp4 SECONDS CRF [tuned]

prints pictures a second, from the first picture to the finished file.
"""

import os
import sys
import time

os.environ["WINDOW_BACKEND"] = "headless"  # read when shaderflow is imported

from shaderflow.scene import ShaderScene
from shaderflow.texture import Anisotropy

FLASH = "void main() { fragColor = vec4(vec3(exp2(-8.0 * fract(2.0 * iTime))), 1.0); }"
FPS = 30


class Flash(ShaderScene):
    def build(self):
        self.shader.fragment = FLASH


def make_film(path, seconds, crf, *, tuned=False):
    scene = Flash()
    scene.ffmpeg.h264(preset="veryfast", crf=crf)
    scene.initialize()
    if tuned:
        for shader in (scene.shader, scene._final):
            shader.texture.anisotropy = Anisotropy.x1
    begun = time.perf_counter()
    options = {"subsample": 1} if tuned else {}
    scene.main(width=1280, height=720, fps=FPS, time=seconds, output=path, **options)
    return seconds * FPS / (time.perf_counter() - begun)


if __name__ == "__main__":
    path, seconds, crf, *tuned = sys.argv[1:]
    print(make_film(path, float(seconds), int(crf), tuned=bool(tuned)))
