"""The audio process with a Python thread that spins and competes for the interpreter lock."""

import sys
import threading

from phosphene.engine.processes.audio import AudioProcess
from phosphene.engine.processes.serve import serve
from tools.rig.callback_lateness import spin

if __name__ == "__main__":
    threading.Thread(target=spin, args=(threading.Event(),), daemon=True).start()
    sys.exit(serve(AudioProcess))
