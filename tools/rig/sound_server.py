"""A sound server for tests and benchmarks: PulseAudio with null sinks, reached by PortAudio through ALSA."""

import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

RATE = 48_000
SINKS = ("speaker", "room")  # the output, and the one whose monitor is the microphone
SCRIPT = """
load-module module-native-protocol-unix auth-anonymous=1
{sinks}
load-module module-remap-source master=room.monitor source_name=mic
set-default-sink speaker
set-default-source mic
"""


def wait_for(condition, *, seconds=30.0, every=0.02):
    """Call `condition()` until it returns something true, and return that; None after `seconds`."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while time.monotonic() < deadline:
        if found := condition():
            return found
        pause.wait(every)
    return None


class SoundServer:
    """A PulseAudio server that can be stopped and started again; all its files are in one temporary folder."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="phosphene-sound-"))
        (self.folder / "runtime").mkdir(mode=0o700)
        sinks = "\n".join(f"load-module module-null-sink sink_name={s} rate={RATE} format=float32le" for s in SINKS)
        (self.folder / "server.pa").write_text(SCRIPT.format(sinks=sinks))
        self.environment = {
            **os.environ,
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder / "runtime"),
            "PULSE_RUNTIME_PATH": str(self.folder / "runtime" / "pulse"),
        }
        self.process = None

    def start(self):
        command = "pulseaudio -n --daemonize=no --use-pid-file=no --exit-idle-time=-1 --disable-shm=yes -F".split()
        self.process = subprocess.Popen(
            [*command, str(self.folder / "server.pa")], env=self.environment, stderr=subprocess.DEVNULL
        )
        assert wait_for(self._is_up), "pulseaudio did not start"

    def _is_up(self):
        info = subprocess.run(["pactl", "info"], env=self.environment, capture_output=True, text=True, check=False)
        return "Default Source: mic" in info.stdout

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def record(self, sink):
        return Recording(self, sink)

    def play(self, sink, sound):
        """Play a float32 (frames, 2) array into a sink, in the background."""
        command = ["pacat", "-d", sink, *PCM_OPTIONS, "--latency-msec=20"]
        player = subprocess.Popen(command, env=self.environment, stdin=subprocess.PIPE)
        threading.Thread(target=player.communicate, args=(sound.astype("<f4").tobytes(),)).start()
        return player


PCM_OPTIONS = ["--raw", "--format=float32le", f"--rate={RATE}", "--channels=2"]


class Recording:
    """A context manager that records the monitor of a sink; it also keeps the sink from suspending."""

    def __init__(self, server, sink):
        self.server, self.sink = server, sink

    def __enter__(self):
        self.file = tempfile.TemporaryFile()
        command = ["parec", "-d", f"{self.sink}.monitor", *PCM_OPTIONS, "--latency-msec=20"]
        self.process = subprocess.Popen(command, env=self.server.environment, stdout=self.file)
        assert wait_for(lambda: os.fstat(self.file.fileno()).st_size), "nothing came from the monitor"
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.file.close()

    def frames(self):
        return os.fstat(self.file.fileno()).st_size // 8

    def sound(self):
        """The sound recorded so far, float32 (frames, 2)."""
        raw = os.pread(self.file.fileno(), 8 * self.frames(), 0)
        return np.frombuffer(raw, "<f4").reshape(-1, 2)
