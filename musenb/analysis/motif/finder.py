"""Motif search: every return as it was, moved, upside down, backwards, slower, faster, in part, or its rhythm alone.

Definition
----------
A return is a passage of consecutive notes that keeps of the motif, from note to note, all intervals (in semitones, or
in steps of the scale), all lengths, or all directions. Its form says which, its confidence how much:

| form | what is kept |
|---|---|
| exact | every pitch and every length |
| transposed | every interval in semitones ("real") |
| tonal | every interval in steps; or all but two, which are a step wider or narrower, as in a fugue's answer |
| inverted, retrograde, retrograde inverted | the intervals upside down, backwards, both |
| augmented, diminished | the intervals in any of these motions; every length doubled, halved |
| intervals | the intervals in another rhythm |
| head, tail | the first or last notes, at least 4 and a third of the motif, as they are or upside down |
| rhythm, contour | only the lengths; only the directions up, down and level |

The confidence is the share of the motif that is kept: the mean over its intervals and its lengths, where a length kept
counts 1 and an interval 1 (in semitones), 0.9 (in steps), 0.5 (a step off) or, in a contour, 0.25; times 0.95 for
inversion, 0.9 for retrograde, 0.85 for both, 0.95 for another speed, and 0.9 for each change of voice. What a fragment
leaves out counts 0, and so do all intervals where only the rhythm is claimed: it reaches 0.5 at most.

Conventions
-----------
- Lengths are from onset to onset, exact: quantise played music first. How long the last note sounds does not matter. In
  transposed and tonal returns and in heads the first length may differ: subjects often enter on a longer or shorter
  note.
- A voice with chords is read as its top notes and its bottom notes. The motif may also pass from voice to voice
  (`motif_across`).
- Of several readings the most confident stands, then the one whose form is earlier in the table, then the earlier in
  time. Another falls when half of its notes belong to one that is more confident or to the motif's own place; one that
  is just as confident when more than half do.
- Whole returns that keep intervals and rhythm are always listed; any other only when chance would give it, in this
  piece, `most_expected` times or less (`motif_odds`).
- The interval is from the note of the motif with which the return begins to that return's first note.

References
----------
W. J. Dowling (1972), "Recognition of melodic transformations: inversion, retrograde, and retrograde inversion",
Perception and Psychophysics 12: heard less and less readily in this order. M. Giraud, R. Groult, F. Levé (2012),
"Subject and counter-subject detection for analysis of the Well-Tempered Clavier fugues", CMMR: diatonic intervals and
strict lengths but for the first and the last note. T. Collins (2013), "Discovery of repeated themes and sections",
MIREX: precision and recall of returns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby

from musenb.analysis.motif.across import shared_readings
from musenb.analysis.motif.lines import diatonic_step, line_of, lines_of, outer, ticks_a_quarter
from musenb.analysis.motif.odds import Odds
from musenb.analysis.motif.readings import Motion, Part, Pitch, Reading, readings
from musenb.errors import ScoreError, SettingError
from musenb.score.note import Bar, Note, Score, Voice
from musenb.score.spelling import spell_score

FORMS = (
    "exact", "transposed", "tonal", "inverted", "retrograde", "retrograde inverted", "augmented", "diminished",
    "intervals", "head", "tail", "rhythm", "contour",
)
SHORTEST_MOTIF, LONGEST_MOTIF = 3, 256
MOST_EXPECTED = 0.5


@dataclass(frozen=True, slots=True)
class Motif:
    """A single line of notes to look for.

    Parameters
    ----------
    notes : tuple of Note
        3 to 256, no two beginning together, with names.
    home : tuple of (int, int)
        Voice and number of these notes in the score that they come from; empty when they come from elsewhere.
    """

    notes: tuple[Note, ...]
    home: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if len(self.notes) < SHORTEST_MOTIF:
            raise ScoreError(f"a motif of {len(self.notes)} notes is too short: at least {SHORTEST_MOTIF} are needed")
        if len(self.notes) > LONGEST_MOTIF:
            raise ScoreError(f"a motif of {len(self.notes)} notes is too long: at most {LONGEST_MOTIF} are looked for")
        if any(a.onset >= b.onset for a, b in zip(self.notes, self.notes[1:], strict=False)):
            raise ScoreError("a motif is a single line; here two notes begin together or are out of order")


@dataclass(frozen=True, slots=True)
class Return:
    """One return of a motif.

    Parameters
    ----------
    voice : str
        Name of the voice, or 'soprano to alto' where it passes on.
    bar : int
        Printed number of the bar in which it begins; 0 is the anacrusis.
    beat : Fraction
        From 1, in felt beats; in an anacrusis it counts up to the end of a full bar.
    onset, end : Fraction
        Quarters.
    form : str
        One of FORMS.
    interval : int
        Semitones from the motif up to the return.
    steps : int
        The same in steps of the scale.
    confidence : float
        0..1, the share of the motif that is kept.
    expected : float
        How many such readings chance would give in this piece.
    motion : {'prime', 'inverted', 'retrograde', 'retrograde inverted'}
    speed : Fraction
        How long its notes are: 1, 2 or 1/2 of the motif's.
    pitch : {'real', 'tonal', 'answer', 'contour', 'free'}
        What it keeps of the intervals; 'answer' is tonal with intervals a step wider or narrower.
    part : {'whole', 'head', 'tail'}
    rhythm : float
        Share of its lengths that are the motif's, 0..1.
    first_differs : bool
        Whether its first length is not the motif's.
    mutations : int
        How many intervals are a step wider or narrower.
    notes : tuple of (int, int)
        Voice and number of every note.
    places : tuple of int
        Which note of the motif each of them is.
    """

    voice: str
    bar: int
    beat: Fraction
    onset: Fraction
    end: Fraction
    form: str
    interval: int
    steps: int
    confidence: float
    expected: float
    motion: Motion
    speed: Fraction
    pitch: Pitch
    part: Part
    rhythm: float
    first_differs: bool
    mutations: int
    notes: tuple[tuple[int, int], ...] = field(repr=False)
    places: tuple[int, ...] = field(repr=False)


def motif_of(score: Score, voice: str | int, first_bar: int, last_bar: int | None = None) -> Motif:
    """Return the notes that begin in some bars of a voice; of chords the top notes.

    Parameters
    ----------
    voice : str or int
        Name in any case, or number from 0.
    first_bar, last_bar : int
        Printed numbers, both included; 0 is the anacrusis. Without a last one it is the first bar alone.

    Raises
    ------
    ScoreError
        The piece has no such voice or bar, or fewer than 3 notes begin there.
    """
    last_bar = first_bar if last_bar is None else last_bar
    number = voice_number(score, voice)
    bars = {bar.number: bar for bar in score.bars()}
    if not bars:
        raise ScoreError(f"{score.source or 'the score'!r} has no notes, so no motif")
    if first_bar > last_bar or first_bar not in bars or last_bar not in bars:
        raise ScoreError(f"bars {first_bar}-{last_bar} are not in the piece: it has bars {min(bars)}-{max(bars)}")
    start, stop = bars[first_bar].onset, bars[last_bar].end
    spelled = spell_score(score).voices[number]
    chosen = [i for i in outer(spelled, top=True) if start <= spelled.notes[i].onset < stop]
    if len(chosen) < SHORTEST_MOTIF:
        raise ScoreError(
            f"{len(chosen)} notes begin in bars {first_bar}-{last_bar} of {spelled.name!r}: "
            f"a motif needs at least {SHORTEST_MOTIF}"
        )
    return Motif(tuple(spelled.notes[i] for i in chosen), tuple((number, i) for i in chosen))


def voice_number(score: Score, voice: str | int) -> int:
    """Return the number of the voice of that name (in any case) or number.

    Raises
    ------
    ScoreError
        There is none, or several have the name.
    """
    names = [v.name for v in score.voices]
    if isinstance(voice, int):
        found = [voice] if 0 <= voice < len(names) else []
    else:
        wanted = voice.strip().lower()
        found = [i for i, name in enumerate(names) if name.strip().lower() == wanted]
    if len(found) == 1:
        return found[0]
    said = ", ".join(map(repr, names)) or "none"
    problem = f"{len(found)} voices are called" if found else "there is no voice"
    raise ScoreError(f"{problem} {voice!r}; the piece has {said}")


def as_motif(source: Motif | Score | Voice | Iterable[Note]) -> Motif:
    """Return a motif from a score (its first voice with notes), a voice or notes; of chords the top notes.

    Raises
    ------
    ScoreError
        It has fewer than 3 notes.
    """
    if isinstance(source, Motif):
        return source
    if isinstance(source, Score):
        voice = next((v for v in spell_score(source).voices if v.notes), Voice("motif"))
    else:
        notes = source.notes if isinstance(source, Voice) else tuple(source)
        voice = spell_score(Score((Voice("motif", notes),))).voices[0]
    return Motif(tuple(voice.notes[i] for i in outer(voice, top=True)))


def find_returns(
    score: Score, motif: Motif | Score | Voice | Iterable[Note], *,
    forms: Sequence[str] = FORMS, most_expected: float = MOST_EXPECTED, across: bool = True,
) -> list[Return]:
    """Return every return of a motif in a score, in the order of time; the motif's own place is not one.

    Parameters
    ----------
    motif : Motif, Score, Voice or notes
        From `motif_of`, or music from elsewhere.
    forms : sequence of str
        Which of FORMS to list. All are looked for: a reading left out still takes the place of weaker ones.
    most_expected : float
        How many times, at most, chance may give a reading that is weaker than a whole return with intervals and rhythm.
    across : bool
        Whether to look for returns that pass from voice to voice.

    Raises
    ------
    ScoreError
        The motif has fewer than 3 notes.
    SettingError
        A form is unknown or the limit is below 0.
    """
    unknown = [form for form in forms if form not in FORMS]
    if unknown:
        raise SettingError(f"form {unknown[0]!r} is not known: one of {', '.join(FORMS)}")
    if not most_expected >= 0:
        raise SettingError(f"most_expected {most_expected} is below 0")
    motif, score = as_motif(motif), spell_score(score)
    ticks = ticks_a_quarter([*score.notes, *motif.notes])
    line = line_of(motif.notes, range(len(motif.notes)), -1, ticks)
    lines = lines_of(score, ticks)
    if not lines:
        return []
    odds = Odds(lines)
    found = list(readings(line, lines, odds))
    if across:
        found += shared_readings(line, lines, odds)
    bars = list(score.bars())
    ends = [bar.end for bar in bars]
    kept = [r for r in found if _strong(r) or r.expected <= most_expected]
    returns = []
    for reading in kept:
        bar = bars[bisect_right(ends, _onset(reading, score))]
        returns.append(_placed(reading, motif, score, bar))
    wanted = [one for one in standing(returns, motif.home) if one.form in forms]
    return sorted(wanted, key=lambda one: (one.onset, one.notes, one.form))


def _strong(reading: Reading) -> bool:
    """Return whether a reading is whole, forward, at its own speed, with its intervals and all its lengths."""
    plain = reading.part == "whole" and reading.motion == "prime" and reading.speed == 1
    return plain and reading.pitch in ("real", "tonal") and reading.rhythm == 1


def standing(returns: Iterable[Return], home: Iterable[tuple[int, int]] = ()) -> list[Return]:
    """Return those that stand, the strongest first, by the order that the conventions give."""
    owners: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for note in home:
        owners[note].append(-1)
    stand = []
    for one in sorted(returns, key=_strength):
        shared = Counter(owner for note in one.notes for owner in owners[note])
        confidences = {owner: stand[owner].confidence if owner >= 0 else 1.0 for owner in shared}
        if any(_covers(count, one, confidences[owner]) for owner, count in shared.items()):
            continue
        for note in one.notes:
            owners[note].append(len(stand))
        stand.append(one)
    return stand


def _strength(one: Return) -> tuple:
    """Return what returns are sorted by, the strongest first."""
    return -one.confidence, FORMS.index(one.form), one.onset, one.notes


def _covers(shared: int, one: Return, confidence: float) -> bool:
    """Return whether a reading falls to one of some confidence with which it shares notes."""
    return 2 * shared > len(one.notes) or (2 * shared == len(one.notes) and one.confidence < confidence)


def _onset(reading: Reading, score: Score) -> Fraction:
    voice, number = reading.notes[0]
    return score.voices[voice].notes[number].onset


def _placed(reading: Reading, motif: Motif, score: Score, bar: Bar) -> Return:
    """Return a reading, which begins in some bar of the score, with its place and its form."""
    notes = [score.voices[voice].notes[number] for voice, number in reading.notes]
    model = motif.notes[reading.places[0]]
    interval = notes[0].pitch - model.pitch
    passed = [score.voices[voice].name for voice, _ in groupby(reading.notes, key=lambda note: note[0])]
    return Return(
        voice=" to ".join(passed),
        bar=bar.number,
        beat=(notes[0].onset - bar.first_beat) / bar.metre.beat_length + 1,
        onset=notes[0].onset,
        end=notes[-1].end,
        form=form_of(reading, interval),
        interval=interval,
        steps=diatonic_step(notes[0].spelling) - diatonic_step(model.spelling),
        **{name: getattr(reading, name) for name in Reading.__slots__},
    )


def form_of(reading: Reading, interval: int) -> str:
    """Return the form of a reading that begins `interval` semitones above the motif's note."""
    if reading.part != "whole":
        return reading.part
    if reading.speed != 1:
        return "augmented" if reading.speed > 1 else "diminished"
    if reading.pitch in ("free", "contour"):
        return "rhythm" if reading.pitch == "free" else "contour"
    if reading.motion != "prime":
        return reading.motion
    lost = round((1 - reading.rhythm) * (len(reading.notes) - 1))
    if lost > 1 or (lost and not reading.first_differs):
        return "intervals"
    if reading.pitch != "real":
        return "tonal"
    if interval:
        return "transposed"
    return "intervals" if lost else "exact"


def evaluate(
    found: Sequence[Return], truth: Sequence[tuple[str, Fraction]], *,
    least: float = 0.0, within: Fraction = Fraction(1, 2),
) -> dict[str, float | int | list]:
    """Return precision and recall of the returns found, against a list of those that are there.

    A return counts as found when one begins in its voice at most `within` quarters away; each counts once.

    Parameters
    ----------
    truth : sequence of (str, Fraction)
        Name of the voice and onset in quarters.
    least : float
        Returns less confident than this do not count as found.

    Returns
    -------
    dict
        'precision', 'recall' and 'f' (0..1, NaN where nothing is found or nothing there), 'hits', 'found', 'there', and
        what was 'missed' and what was found 'besides', as (voice, onset).
    """
    confident = [one for one in found if one.confidence >= least]
    confident.sort(key=lambda one: -one.confidence)
    claims = [(one.voice, one.onset) for one in confident]
    missed, besides = sorted(truth, key=lambda entry: (entry[1], entry[0])), []
    for voice, onset in claims:
        near = [entry for entry in missed if entry[0] == voice and abs(entry[1] - onset) <= within]
        if near:
            missed.remove(min(near, key=lambda entry: abs(entry[1] - onset)))
        else:
            besides.append((voice, onset))
    hits = len(truth) - len(missed)
    precision = hits / len(claims) if claims else float("nan")
    recall = hits / len(truth) if truth else float("nan")
    f = 2 * hits / (len(claims) + len(truth)) if claims or truth else float("nan")
    return {
        "precision": precision, "recall": recall, "f": f, "hits": hits, "found": len(claims), "there": len(truth),
        "missed": missed, "besides": besides,
    }
