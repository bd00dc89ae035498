"""How much of a table is read, at one time and at all."""

from __future__ import annotations

ROWS = 2**14
"""Rows that are read and handed on together, at most."""

MOST_CELLS = 500_000_000
"""Cells that are read into memory."""

LARGEST_FILE = 2 * 2**30
"""Bytes of a text or of a file of SPSS or Stata; some copies of it are in memory at one time."""

LARGEST_WORKBOOK = 256 * 2**20
"""Bytes of a workbook, of one in a ZIP those of all its parts unpacked."""
