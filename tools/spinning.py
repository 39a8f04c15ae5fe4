"""The audio process with a Python thread in it that never rests."""

import sys
import threading

from engine.live import main
from tools.lateness import spin

if __name__ == "__main__":
    threading.Thread(target=spin, args=(threading.Event(),), daemon=True).start()
    sys.exit(main())
