"""`python -m engine` is `phosphene`."""

import sys

from engine.cli import main

sys.exit(main())
