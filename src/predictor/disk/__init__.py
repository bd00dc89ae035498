"""Files that are there whole or not at all, and never in the place of somebody else's."""

from __future__ import annotations

from predictor.disk.foreign import refuse_foreign
from predictor.disk.interrupts import without_interrupts
from predictor.disk.latest import LATEST, link_latest
from predictor.disk.plain import dump_json, parse_json, read_plain
from predictor.disk.replace import replacing, write_bytes, write_files
from predictor.disk.scratch import clear, dead_rooms, room
from predictor.disk.writable import check_writable

__all__ = [
    "LATEST",
    "check_writable",
    "clear",
    "dead_rooms",
    "dump_json",
    "link_latest",
    "parse_json",
    "read_plain",
    "refuse_foreign",
    "replacing",
    "room",
    "without_interrupts",
    "write_bytes",
    "write_files",
]
