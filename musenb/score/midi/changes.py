"""MIDI tempo, time signature and key signature changes, gathered from all tracks of a file.

What the score cannot hold is counted on the track where it stands (`Track.lose`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from musenb.errors import ScoreError
from musenb.score.midi.time import Quarters
from musenb.score.midi.track import Track
from musenb.score.note import KeySignature, Tempo, TimeSignature

SLOWEST, FASTEST = 5, 1000
UNSTATED_QPM = 120.0
FINEST_PICK_UP = Fraction(1, 8)


def tempos_of(tracks: Iterable[Track], quarters: Quarters) -> tuple[Tempo, ...]:
    """Return the tempos of all tracks, 120 quarters a minute until the first one."""
    tempos = {}
    for track in tracks:
        for tick, content in track.tempos:
            microseconds = int.from_bytes(content[:3])
            qpm = _shortest_qpm(microseconds) if microseconds else float("inf")
            kept = min(max(qpm, SLOWEST), FASTEST)
            if kept != qpm:
                track.lose("tempos", f"moved into {SLOWEST}..{FASTEST} quarters a minute", tick)
            tempo = Tempo(quarters(tick), kept)
            tempos[tempo.onset] = tempo
    tempos.setdefault(Fraction(0), Tempo(Fraction(0), UNSTATED_QPM))
    return tuple(tempos[onset] for onset in sorted(tempos))


def _shortest_qpm(microseconds: int) -> float:
    """Return the tempo with the fewest decimals that MIDI writes as `microseconds` a quarter.

    A whole number may be one microsecond off: some programs cut where others round.
    """
    exact = 60e6 / microseconds
    for digits in range(9):
        qpm = round(exact, digits)
        if qpm > 0 and abs(round(60e6 / qpm) - microseconds) <= (digits == 0):
            return qpm
    return exact


def metres_of(tracks: Iterable[Track], quarters: Quarters) -> tuple[TimeSignature, ...]:
    """Return the time signatures of all tracks; none is added where the file states none."""
    metres = {}
    for track in tracks:
        for tick, content in track.time_signatures:
            beats, power = content[0], content[1]
            try:
                metre = TimeSignature(quarters(tick), beats, 2 ** min(power, 16))
            except ScoreError:
                track.lose("time signatures", "left out", tick)
            else:
                metres[metre.onset] = metre
    return tuple(metres[onset] for onset in sorted(metres))


def grouped(
    metres: Iterable[TimeSignature], groups: Mapping[Fraction, tuple[int, ...]]
) -> tuple[TimeSignature, ...]:
    """Return the metres with the groups of their beats by onset; groups that do not add up to the beats say nothing."""
    found = []
    for metre in metres:
        counted = groups.get(metre.onset, ())
        fits = min(counted, default=0) > 0 and sum(counted) == metre.beats
        found.append(replace(metre, groups=counted) if fits else metre)
    return tuple(found)


def keys_of(
    tracks: Iterable[Track],
    quarters: Quarters,
    *,
    modeless: set[int],
) -> tuple[KeySignature, ...]:
    """Return the key signatures of all tracks; those at the ticks `modeless` tell no mode."""
    keys = {}
    for track in tracks:
        for tick, content in track.key_signatures:
            fifths = int.from_bytes(content[:1], signed=True)
            mode = "" if tick in modeless else "minor" if content[1] else "major"
            try:
                key = KeySignature(quarters(tick), fifths, mode)
            except ScoreError:
                track.lose("key signatures", "left out", tick)
            else:
                keys[key.onset] = key
    return tuple(keys[onset] for onset in sorted(keys))


def pick_up(stated: Sequence[TimeSignature]) -> tuple[tuple[TimeSignature, ...], Fraction]:
    """Return the metres without the one that only measures a pick-up, and the length of that pick-up in quarters."""
    metres = tuple(stated)
    if not metres:
        return metres, Fraction(0)
    if metres[0].onset > 0:
        full, later = metres[0], metres[1:]
        short = full.onset < full.bar_length
    elif len(metres) > 1:
        first, full, later = metres[0], metres[1], metres[2:]
        same = first.same_metre(full)
        again = same and full.onset < full.bar_length
        short = again or first.bar_length == full.onset < full.bar_length
    else:
        return metres, Fraction(0)
    if not short or full.onset % FINEST_PICK_UP:
        return metres, Fraction(0)
    return (replace(full, onset=Fraction(0)), *later), full.onset
