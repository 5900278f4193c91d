"""Metres that the tests of written notation use."""

from __future__ import annotations

from musenb.score.note import TimeSignature

FOUR, THREE, SIX = TimeSignature(beats=4), TimeSignature(beats=3), TimeSignature(beats=6, unit=8)
BALKAN = TimeSignature(beats=7, unit=8, groups=(3, 2, 2))
