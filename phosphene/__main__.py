"""`python -m phosphene` is the `phosphene` command."""

import sys

from phosphene.engine.cli.main import main

sys.exit(main())
