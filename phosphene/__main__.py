"""`python -m engine` is `phosphene`."""

import sys

from phosphene.engine.cli.main import main

sys.exit(main())
