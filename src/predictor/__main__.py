"""``python -m predictor``."""

from __future__ import annotations

import sys

from predictor.cli import main

sys.exit(main())
