"""Phrase ends of a piece: its own fermatas, what a given melody says by long notes and rests, and the metre elsewhere.

Definition
----------
- A note of a given melody may end a phrase when the time to the next onset is at least `LONG` times the median and a
  beat. Of these ends the ones are taken whose evidence, log2 of that ratio, is highest in sum, less what each phrase is
  too long or too short, in log2 of the usual length.
- Between known ends that lie far apart, and behind them, phrases go on by the usual length, or at the pace of the last
  two ends when that is longer and in whole beats. The last one takes what remains.
- The last chord of a phrase begins on the last strong place of a bar that leaves it a beat: the first beat, and the
  middle of bars of four quarters and more. Under a given melody it begins with the melody's last note.

References
----------
D. Temperley (2001), *The Cognition of Basic Musical Structures*, MIT Press, chapter 3: phrases by gaps, by length and
by place in the metre.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from musenb.score.note import Note, Score, TimeSignature

LONG = 2  # times the median time between onsets
TOO_LONG, TOO_SHORT = 0.75, 2.0  # weights of log2 of how far a phrase is from the usual length
MOST_PACE = 2  # usual lengths that phrases to come may take over
UNDIVIDED = 2  # lengths between known ends that may be one phrase
LAST_SHARE = Fraction(3, 4)  # of a phrase, that the last one has at least
FURTHEST = 4  # usual lengths that a phrase may have
LONGEST_BEAT = Fraction(3, 2)  # quarters; the chord before a close takes a beat, of longer beats a quarter


@dataclass(frozen=True, slots=True)
class PhraseEnd:
    """Where a phrase ends, in quarters: its last chord, the chord before it, and its end."""

    approach: Fraction
    chord: Fraction
    end: Fraction


def phrase_ends(prime: Score, own: Sequence[Fraction], total: Fraction, *, closed: bool) -> list[PhraseEnd]:
    """Return the ends of phrases in order.

    Parameters
    ----------
    prime : Score
        What is given; of its voices the highest that sounds is the melody.
    own : sequence of Fraction
        Quarters at which its stretches under fermatas end.
    total : Fraction
        Quarters in all.
    closed : bool
        Whether the last phrase ends with the piece; else the last one ends there or later.
    """
    metre = prime.metre_at(prime.end)
    usual = usual_phrase(metre)
    melody = next((voice.notes for voice in prime.voices if voice.notes), ())
    known = sorted({*own, *_melody_ends(melody, own, metre)})
    length = _pace(known, metre, usual)
    ends = _filled(known, length, total, closed=closed)
    places = _strong_places(prime, max([total, *ends]))
    sung = {note.end: note for note in melody}
    found = []
    before = Fraction(0)
    for end in ends:
        found.append(_placed(end, before, places, sung.get(end), metre))
        before = end
    return found


def placed_ends(prime: Score, ends: Sequence[Fraction], total: Fraction) -> list[PhraseEnd]:
    """Return the last chords of phrases that end at some quarters up to `total`, as the metre places them."""
    metre = prime.metre_at(prime.end)
    places = _strong_places(prime, total)
    before = Fraction(0)
    found = []
    for end in sorted({*(end for end in ends if 0 < end < total), total}):
        found.append(_placed(end, before, places, None, metre))
        before = end
    return found


def usual_phrase(metre: TimeSignature) -> Fraction:
    """Return the quarters of a chorale's phrase in a metre: two bars of four beats, four bars of three or two."""
    bars = 2 if metre.bar_length >= 4 else 4
    return bars * metre.bar_length


def _melody_ends(notes: Sequence[Note], own: Sequence[Fraction], metre: TimeSignature) -> list[Fraction]:
    """Return where phrases of a melody end that are far from the fermatas that it has."""
    usual = usual_phrase(metre)
    evidence = _evidence(notes, metre)
    ends = sorted(evidence)
    found: list[Fraction] = []
    first = notes[0].onset if notes else Fraction(0)
    for stop in [*own, None]:
        least = bisect_right(ends, first + metre.beat_length)
        most = len(ends) if stop is None else bisect_left(ends, stop - usual / 2)
        if stop is None or stop - first >= 2 * usual:
            found += _likeliest({end: evidence[end] for end in ends[least:most]}, first, usual)
        first = first if stop is None else max(first, stop)
    return found


def _evidence(notes: Sequence[Note], metre: TimeSignature) -> dict[Fraction, float]:
    """Return where phrases may end after a note, and what speaks for each."""
    onsets = [note.onset for note in notes]
    following = [*onsets[1:], *(note.end for note in notes[-1:])]
    times = [after - onset for onset, after in zip(onsets, following, strict=True)]
    if not times:
        return {}
    usual = median(times)
    least = max(LONG * usual, metre.beat_length, Fraction(1))
    found = {}
    for note, after, time in zip(notes, following, times, strict=True):
        if time >= least:
            found[after if after - note.end < 1 else note.end] = math.log2(time / usual)
    return found


def _likeliest(evidence: dict[Fraction, float], first: Fraction, usual: Fraction) -> list[Fraction]:
    """Return the ends with the highest sum of evidence less what their phrases differ from the usual length."""
    ends = sorted(evidence)
    # best[end] is the sum up to an end, and the end before it on the way there
    best: dict[Fraction, tuple[float, Fraction | None]] = {first: (0.0, None)}
    for end in ends:
        ways = []
        for start in reversed(best):
            if end - start > FURTHEST * usual:
                break
            ways.append((best[start][0] + evidence[end] - _unlike(end - start, usual), start))
        best[end] = max(ways, default=(evidence[end] - _unlike(FURTHEST * usual, usual), first))
    place: Fraction | None = max(best, key=lambda end: best[end][0])
    found = []
    while place is not None and place != first:
        found.append(place)
        place = best[place][1]
    return found[::-1]


def _unlike(length: Fraction, usual: Fraction) -> float:
    """Return what speaks against a phrase of a length."""
    times = math.log2(length / usual)
    return TOO_LONG * times if times > 0 else -TOO_SHORT * times


def _pace(known: Sequence[Fraction], metre: TimeSignature, usual: Fraction) -> Fraction:
    """Return the length of the phrases to come."""
    pace = known[-1] - known[-2] if len(known) > 1 else Fraction(0)
    return pace if usual < pace <= MOST_PACE * usual and pace % metre.beat_length == 0 else usual


def _filled(known: Sequence[Fraction], length: Fraction, total: Fraction, *, closed: bool) -> list[Fraction]:
    """Return the known ends before `total`, with others between and behind them where there are none for long."""
    ends: list[Fraction] = []
    before = Fraction(0)
    for stop in [*(end for end in known if end < total), total]:
        last = stop == total
        least = UNDIVIDED - 1 if not last else LAST_SHARE if closed else 0
        while before + length <= stop - least * length:
            before += length
            ends.append(before)
        if not last or closed:
            ends.append(stop)
        elif before < total:
            ends.append(before + length)
        before = stop
    return ends


def _strong_places(prime: Score, total: Fraction) -> list[Fraction]:
    """Return where the strong places of the bars lie, ascending."""
    places = []
    for bar in prime.bars(total):
        half = bar.metre.bar_length / 2
        places.append(bar.first_beat)
        if half >= 2 and half % min(bar.metre.beat_length, 1) == 0:
            places.append(bar.first_beat + half)
    return [place for place in places if place >= 0]


def _placed(
    end: Fraction, before: Fraction, places: Sequence[Fraction], last: Note | None, metre: TimeSignature
) -> PhraseEnd:
    """Return the last two chords of a phrase from `before` to `end`, where a melody may have its `last` note."""
    beat = metre.beat_length if metre.beat_length <= LONGEST_BEAT else Fraction(1)
    least = max(metre.beat_length if metre.beat_length <= LONGEST_BEAT else Fraction(2), Fraction(1))
    strong = [place for place in _until(places, end - least) if place > before]
    chord = strong[-1] if strong else max(end - least, before)
    if last is not None and last.onset > before and last.duration >= least:
        chord = last.onset
    return PhraseEnd(max(chord - beat, before), chord, end)


def _until(places: Sequence[Fraction], stop: Fraction) -> Sequence[Fraction]:
    """Return the last few places up to `stop`."""
    count = bisect_right(places, stop)
    return places[max(0, count - 2) : count]
