"""Measures what a film costs: a bounce of the synth, its rendering alone, and the encoding of finished pictures.

    python3 -m tools.bench.film_cost KIND CONFIG

runs one of KINDS in this process and prints JSON: CPU and wall seconds, pictures, and peak memory in bytes.
CONFIG is JSON: the fields of FilmSettings, `folder`, `scene` and `seconds`.
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
from tools.bench.render_cost import open_render_graph

RATE = 48_000
WARM_UP_SECONDS = (
    1.0  # length of a film that is made first, so that nothing is compiled or imported during the measurement
)
PICTURES, SOUND = "pictures.i420", "sound.f32"  # the inputs of `encode_only`


def run_bounce(folder, settings, scene, seconds):
    """Make the whole film, as `phosphene bounce` does."""
    preset, _ = load_preset(None, [f"scene={scene}"])
    source = BounceInput(open_source("synth", None, preset), "synth", preset, seconds=seconds)
    bounce(source, [folder / "whole.mp4"], film=settings, overwrite=True)


def render_only(folder, settings, scene, seconds):
    """Run the same graph; its pictures are read back and discarded."""
    with open_render_graph(round(seconds * settings.fps), size=settings.size, fps=settings.fps, scene=scene) as (
        graph,
        _,
    ):
        graph.run()


def encode_only(folder, settings, scene, seconds):
    """Encode finished pictures and sound by plain PyAV, with the settings of a film."""
    width, height = settings.size
    pictures = _map_file(folder / PICTURES, np.uint8).reshape(-1, height * 3 // 2, width)[
        : round(seconds * settings.fps)
    ]
    sound, written = _map_file(folder / SOUND, np.float32).reshape(-1, 2), 0
    options = {
        "movflags": "hybrid_fragmented+delay_moov",
        "frag_duration": str(FRAGMENT_MICROSECONDS),
        "flush_packets": "1",
    }
    with av.open(str(folder / "encoding.mp4"), "w", format="mp4", container_options=options) as container:
        video = container.add_stream(ENCODERS[settings.codec].name, rate=settings.fps)
        open_encoder(video.codec_context, threads=film_job.ENCODER_THREADS, **settings._asdict())
        audio = container.add_stream("aac", rate=RATE, layout="stereo", bit_rate=AUDIO_BIT_RATE)
        for n, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = n, 1 / settings.fps
            container.mux(video.encode(frame))
            end = round((n + 1) * RATE / settings.fps)
            frame = av.AudioFrame.from_ndarray(sound[written:end].reshape(1, -1), "flt", "stereo")
            frame.rate, frame.pts = RATE, written
            container.mux(audio.encode(frame))
            written = end
        container.mux(video.encode(None))
        container.mux(audio.encode(None))


def _map_file(path, dtype):
    """A file as an array; all of it is read into memory now."""
    with open(path, "rb") as file:
        memory = mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED | mmap.MAP_POPULATE, mmap.PROT_READ)
    return np.frombuffer(memory, dtype)


def write_inputs(folder, settings, scene, seconds):
    """Make a film and keep its pictures and sound, for `encode_only`."""
    with open(folder / PICTURES, "wb") as pictures, open(folder / SOUND, "wb") as sounds:

        class CopyingWriter(Mp4Writer):
            def write_frame(self, yuv420):
                pictures.write(yuv420)
                super().write_frame(yuv420)

            def write_audio(self, block):
                sounds.write(block)
                super().write_audio(block)

        film_job.Mp4Writer = CopyingWriter
        run_bounce(folder, settings._replace(preset="ultrafast"), scene, seconds)


KINDS = {"whole": run_bounce, "rendering": render_only, "encoding": encode_only, "ready": write_inputs}


def measure_cost(kind, folder, settings, scene, seconds):
    """Run a kind of work in a new process; returns `cpu` and `wall` seconds, `pictures`, and `memory` in bytes."""
    config = {**settings._asdict(), "fps": str(settings.fps), "folder": str(folder), "scene": scene, "seconds": seconds}
    command = [sys.executable, "-m", "tools.bench.film_cost", kind, json.dumps(config)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def peak_memory():
    """Peak memory of this process in bytes; getrusage would also count the process that started it."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return 1024 * int(line.split()[1])


def main(kind, config):
    config = json.loads(config)
    folder, scene, seconds = Path(config.pop("folder")), config.pop("scene"), config.pop("seconds")
    settings = FilmSettings(**{**config, "size": tuple(config["size"]), "fps": Fraction(config["fps"])})
    if kind != "ready":
        KINDS[kind](folder, settings, scene, WARM_UP_SECONDS)
    before, begun = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    KINDS[kind](folder, settings, scene, seconds)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    result = {"cpu": cpu, "wall": wall, "pictures": round(seconds * settings.fps), "memory": peak_memory()}
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
