"""Runs the benchmarks of the package tools/bench.

python3 tools/bench.py [ROW ...] [--json] [--minutes N] [--peers PYTHON]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.bench.__main__ import main

if __name__ == "__main__":
    main()
