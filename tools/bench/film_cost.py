"""What a film costs: a bounce of the synth, its pictures alone, and the encoding of pictures that lie ready.

    python3 -m tools.filmcost KIND WISH

runs one of KINDS in this process, and prints its CPU and wall seconds, its pictures, and the most memory it had.
"""

import json
import mmap
import resource
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from phosphene.engine.audio.sources.base import open_source
from phosphene.engine.encode.encoders import ENCODERS, open_encoder
from phosphene.engine.encode.mp4 import AUDIO_BIT_RATE, FRAGMENT_MICROSECONDS, Mp4Writer
from phosphene.engine.offline import film_job
from phosphene.engine.offline.bounce import BounceInput, FilmSettings, bounce
from phosphene.engine.presets.load import load_preset
from tools.bench.render_cost import camera

RATE = 48_000
WARM = 1.0  # seconds of a film that is made first, so that nothing is compiled or imported while time is taken
PICTURES, SOUND = "pictures.i420", "sound.f32"  # those that lie ready


def whole(folder, shot, scene, seconds):
    """A bounce."""
    preset, _ = load_preset(None, [f"scene={scene}"])
    material = BounceInput(open_source("synth", None, preset), "synth", preset, seconds=seconds)
    bounce(material, [folder / "whole.mp4"], film=shot, overwrite=True)


def rendering(folder, shot, scene, seconds):
    """The same graph, whose pictures are fetched and let go."""
    with camera(round(seconds * shot.fps), size=shot.size, fps=shot.fps, scene=scene) as (graph, _):
        graph.run()


def encoding(folder, shot, scene, seconds):
    """Plain PyAV, with the settings of a film."""
    width, height = shot.size
    pictures = _mapped(folder / PICTURES, np.uint8).reshape(-1, height * 3 // 2, width)[: round(seconds * shot.fps)]
    sound, told = _mapped(folder / SOUND, np.float32).reshape(-1, 2), 0
    layout = {"movflags": "hybrid_fragmented+delay_moov", "frag_duration": str(FRAGMENT_MICROSECONDS), "flush_packets": "1"}
    with av.open(str(folder / "encoding.mp4"), "w", format="mp4", container_options=layout) as container:
        video = container.add_stream(ENCODERS[shot.codec].name, rate=shot.fps)
        open_encoder(video.codec_context, threads=film_job.ENCODER_THREADS, **shot._asdict())
        audio = container.add_stream("aac", rate=RATE, layout="stereo", bit_rate=AUDIO_BIT_RATE)
        for n, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = n, 1 / shot.fps
            container.mux(video.encode(frame))
            end = round((n + 1) * RATE / shot.fps)
            frame = av.AudioFrame.from_ndarray(sound[told:end].reshape(1, -1), "flt", "stereo")
            frame.rate, frame.pts = RATE, told
            container.mux(audio.encode(frame))
            told = end
        container.mux(video.encode(None))
        container.mux(audio.encode(None))


def _mapped(path, kind):
    """A file as an array, all of it in memory."""
    with open(path, "rb") as file:
        there = mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED | mmap.MAP_POPULATE, mmap.PROT_READ)
    return np.frombuffer(there, kind)


def ready(folder, shot, scene, seconds):
    """Pictures and sound for `encoding`, kept while a film is made of them."""
    with open(folder / PICTURES, "wb") as pictures, open(folder / SOUND, "wb") as sounds:

        class Keeper(Mp4Writer):
            def write_frame(self, yuv420):
                pictures.write(yuv420)
                super().write_frame(yuv420)

            def write_audio(self, block):
                sounds.write(block)
                super().write_audio(block)

        film_job.Mp4Writer = Keeper
        whole(folder, shot._replace(preset="ultrafast"), scene, seconds)


KINDS = {work.__name__: work for work in (whole, rendering, encoding, ready)}


def spent(kind, folder, shot, scene, seconds):
    """What a kind of work takes, in a process of its own: cpu, wall, pictures, and memory in bytes."""
    config = {**shot._asdict(), "fps": str(shot.fps), "folder": str(folder), "scene": scene, "seconds": seconds}
    words = [sys.executable, "-m", "tools.filmcost", kind, json.dumps(config)]
    return json.loads(subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout)


def peak():
    """The most memory this process ever had, in bytes; getrusage would tell of who started it as well."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return 1024 * int(line.split()[1])


def main(kind, config):
    config = json.loads(config)
    folder, scene, seconds = Path(config.pop("folder")), config.pop("scene"), config.pop("seconds")
    shot = FilmSettings(**{**config, "size": tuple(config["size"]), "fps": Fraction(config["fps"])})
    if kind != "ready":
        KINDS[kind](folder, shot, scene, WARM)
    before, begun = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    KINDS[kind](folder, shot, scene, seconds)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = {"cpu": cpu, "wall": wall, "pictures": round(seconds * shot.fps), "memory": peak()}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
