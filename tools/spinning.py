"""The audio process with a Python thread in it that never rests."""

import sys
import threading

from engine.live import Live
from engine.session import serve
from tools.lateness import spin

if __name__ == "__main__":
    threading.Thread(target=spin, args=(threading.Event(),), daemon=True).start()
    sys.exit(serve(Live))
