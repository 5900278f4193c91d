"""Units of the wire: times, lengths and pitches that do not mix. By hand in `frontend/src/core/units.ts`."""

from __future__ import annotations

from typing import NewType

Quarters = NewType("Quarters", float)
Seconds = NewType("Seconds", float)
MidiPitch = NewType("MidiPitch", int)
