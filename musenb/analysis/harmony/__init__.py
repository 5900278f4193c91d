"""Harmony: local key, Roman numeral, figured bass, cadences and non-chord tones of a score, each with a confidence.

`harmony_of(score)` is the way in; `label.ChordLabel` is what it gives for each chord.
"""

from musenb.analysis.harmony.frames import has_chords
from musenb.analysis.harmony.label import Choice, ChordLabel, ForeignNote, key_name
from musenb.analysis.harmony.reading import harmony_of
from musenb.analysis.harmony.result import Harmony

__all__ = ["Choice", "ChordLabel", "ForeignNote", "Harmony", "harmony_of", "has_chords", "key_name"]
