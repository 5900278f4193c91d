"""Rules of part-writing: each with its name, what it asks of the music, and the options that a rule set may give.

The defaults of the options are the strict ones of a first textbook; `sets/` holds what differs from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from musenb.analysis.check import lines, motion, sonorities, tones
from musenb.analysis.check.finding import Found
from musenb.analysis.check.harmony import Context
from musenb.analysis.check.options import Choice, Notes, Number, Option, Several, Switch
from musenb.analysis.check.texture import Texture

Search = Callable[[Texture, Context, Mapping[str, Any]], Iterator[Found]]
ONE_BEAT = 1.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Parameters
    ----------
    title : str
        What it is called where it is broken.
    search : callable
        Yields where a texture breaks it.
    options : mapping of str to Option
        What a rule set may give.
    fewest : int
        Voices that it needs: chords need three.
    """

    title: str
    search: Search
    options: Mapping[str, Option] = field(default_factory=dict)
    fewest: int = 2


_PAIRS_IN_BEATS = {
    name: Number(0.0, 0, 64, f"beats from which {pair} are marked")
    for name, pair in (
        ("upper_pair", "the two highest voices"),
        ("inner_pairs", "inner neighbours"),
        ("lowest_pair", "the two lowest voices"),
    )
}
_PAIRS_IN_SEMITONES = {
    name: Number(1, 1, 48, f"semitones from which {pair} are marked")
    for name, pair in (
        ("upper_pair", "the two highest voices"),
        ("inner_pairs", "inner neighbours"),
        ("lowest_pair", "the two lowest voices"),
    )
}
_WEIGHT = {
    "beats": Number(0.5, 0, 16, "how long the chord lasts at least, in beats"),
    "to_beats": Switch(False, "only where it goes on to a chord on a beat"),
    "transferred": Switch(False, "another voice may take the resolution, at the same height"),
}

RULES: Mapping[str, Rule] = {
    "parallel_fifths": Rule("parallel fifths", motion.parallel_fifths),
    "parallel_octaves": Rule("parallel octaves", motion.parallel_octaves),
    "contrary_parallels": Rule(
        "fifths or octaves by contrary motion",
        motion.contrary_parallels,
        {
            "at_closes": Switch(True, "also into the last chord of a phrase"),
            "inner": Switch(True, "also between two inner voices"),
        },
    ),
    "hidden_parallels": Rule("hidden fifth or octave", motion.hidden_parallels),
    "crossing": Rule("voice crossing", motion.crossing, _PAIRS_IN_BEATS),
    "overlap": Rule("overlap", motion.overlap, _PAIRS_IN_SEMITONES),
    "spacing": Rule(
        "wide spacing",
        motion.spacing,
        {
            "upper_pairs": Number(12, 5, 48, "most semitones between neighbours above the bass"),
            "lowest_pair": Number(24, 5, 60, "most semitones between the two lowest voices"),
            "beats": Number(ONE_BEAT, 0, 64, "beats from which it is marked"),
            "far": Number(19, 5, 60, "semitones above which it is marked sooner"),
            "far_beats": Number(ONE_BEAT, 0, 64, "beats from which it is then marked"),
        },
        fewest=3,
    ),
    "range": Rule(
        "out of range",
        lines.voice_range,
        {
            "soprano": Notes(("C4", "G5")),
            "alto": Notes(("G3", "D5")),
            "tenor": Notes(("C3", "G4")),
            "bass": Notes(("E2", "C4")),
        },
    ),
    "wide_leap": Rule(
        "leap of a seventh or beyond the octave",
        lines.wide_leap,
        {
            "within_chord": Switch(False, "allowed while the chord's root stays"),
            "bass_turns": Switch(False, "allowed in the lowest voice when it turns back"),
        },
    ),
    "augmented_leap": Rule(
        "augmented leap",
        lines.augmented_leap,
        {"within_chord": Switch(False, "allowed while the chord's root stays")},
    ),
    "augmented_second": Rule("augmented second", lines.augmented_second),
    "doubled_leading_note": Rule(
        "doubled leading note",
        tones.doubled_leading,
        {"beats": Number(0.5, 0, 16, "beats from which it is marked")},
        fewest=3,
    ),
    "unresolved_leading_note": Rule(
        "unresolved leading note",
        tones.unresolved_leading,
        {
            **_WEIGHT,
            "inner": Choice("strict", ("strict", "falls", "free"), "inner voices: rise too, may fall a third, free"),
            "deceptive_falls": Switch(False, "may fall by step where the close is deceptive"),
        },
        fewest=3,
    ),
    "unresolved_seventh": Rule("unresolved seventh", tones.unresolved_seventh, _WEIGHT, fewest=3),
    "cross_relation": Rule(
        "cross relation",
        tones.cross_relation,
        {"tritone_excuses": Switch(False, "allowed into a dominant seventh or diminished chord")},
    ),
    "doubled_third": Rule(
        "doubled third in first inversion",
        sonorities.doubled_third,
        {
            "qualities": Several(("maj",), ("maj", "min"), "of which triads"),
            "beats": Number(ONE_BEAT, 0, 16, "beats from which it is marked"),
            "step_excuses": Switch(True, "allowed where a doubling voice comes and goes by step"),
        },
        fewest=3,
    ),
    "six_four": Rule(
        "six-four chord that is not treated",
        sonorities.six_four,
        {"beats": Number(0.5, 0, 16, "beats from which it is marked")},
        fewest=3,
    ),
    "missing_cadence": Rule(
        "missing cadence",
        sonorities.missing_cadence,
        {
            "phrases": Switch(True, "also at fermatas"),
            "modal": Switch(False, "a piece in minor may end on the major chord of its fifth degree"),
        },
        fewest=3,
    ),
}
