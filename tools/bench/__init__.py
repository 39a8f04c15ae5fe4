"""The benchmarks: rows of measurements against a budget or a peer. `tools/bench.py` runs them."""
