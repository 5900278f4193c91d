"""Score assembly from an ABC piece: its voices with their metres, keys, tempos, bars and marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from musenb.score.abc.align import SAME, Clock, aligned
from musenb.score.abc.bars import fitted, metre_of_bars
from musenb.score.abc.keys import Key
from musenb.score.abc.lane import Draft, Lane
from musenb.score.abc.parts import part_marks
from musenb.score.abc.piece import FIRST_VOICE, Piece
from musenb.score.abc.tables import CHOIR
from musenb.score.abc.values import Metre
from musenb.score.abc.voice import UNTIED, Span, VoiceState
from musenb.score.fifths import transposed_fifths
from musenb.score.marks import ChordSymbol, Repeat
from musenb.score.note import MELODY, KeySignature, Note, Score, Tempo, TimeSignature, Voice
from musenb.score.plain import plain_text
from musenb.score.spelling import HIGHEST_PLACE, LOWEST_PLACE, name_at, place_of

Timed = Sequence[tuple[VoiceState, Clock]]


def assembled(piece: Piece, source: str) -> Score:
    """Return the score of a piece that is read to its end."""
    voices = _ordered(piece)
    for voice in voices:
        _end(piece, voice)
    clocks, spans = aligned(voices, piece.report)
    timed = list(zip(voices, clocks, strict=True))
    metres = _metres(piece, timed, spans)
    free = piece.metre is not None and piece.metre.signature is None
    anacrusis, measures = fitted(spans, metres, free=free)
    return Score(
        voices=tuple(_voices(timed)),
        metres=metres,
        keys=_keys(piece, timed),
        tempos=_tempos(piece, timed),
        anacrusis=anacrusis,
        title=next(iter(piece.titles), ""),
        composer=plain_text("; ".join(piece.composers)),
        source=source,
        measures=measures,
        repeats=(*_repeats(timed), *_parts(piece, timed)),
        chords=_chords(piece, timed),
        notices=piece.report.notices(),
    )


def _ordered(piece: Piece) -> list[VoiceState]:
    """Return the voices with notes or rests, those of a %%score first and in its order."""
    present = {ident: voice for ident, voice in piece.voices.items() if not voice.empty}
    first = [present[ident] for ident in piece.order if ident in present]
    others = [voice for voice in present.values() if voice.ident not in piece.order]
    if first and others:
        piece.report.note("voices", "outside %%score, put at the end", len(others), line=0)
    return first + others


def _end(piece: Piece, voice: VoiceState) -> None:
    """Close the last bar, and say what still waits for a note."""
    report = piece.report
    voice.close_bar(report, closed=False)
    voice.end_ending()
    voice.set_jumps(voice.time, voice.time)
    if voice.fermata:
        report.note("fermatas over bar lines", "left out")
    for lane in voice.lanes:
        if lane.ties:
            report.note("ties", UNTIED, len(lane.ties))
        if lane.tuplets:
            report.note("tuplets", "have fewer notes than they say", len(lane.tuplets))


# Changes that hold for all voices


def _metres(
    piece: Piece,
    timed: Timed,
    spans: Sequence[Span],
) -> tuple[TimeSignature, ...]:
    """Return the metres of all voices, the first at 0; where two differ, that of the voice that comes first holds."""
    changes: dict[Fraction, Metre] = {}
    for voice, clock in timed:
        own = {clock.onset(time): metre for time, metre in voice.metres}
        differing = [onset for onset, metre in own.items() if changes.get(onset, metre) != metre]
        if differing:
            piece.report.note("metres", "of one voice alone, left out", len(differing), line=0)
        changes = own | changes
    at_start = changes.pop(Fraction(0), piece.metre)
    if at_start is None:
        first = metre_of_bars(spans)
        piece.report.note("tunes without a metre", f"read in {first.beats}/{first.unit}, as its bars are", line=0)
    elif at_start.signature is None:
        first = TimeSignature()
        piece.report.note("tunes in free metre", "shown in 4/4, its bars as long as they are written", line=0)
    else:
        first = at_start.signature
    kept = [first]
    for onset in sorted(changes):
        metre = changes[onset].signature
        before = kept[-1]
        if metre and not metre.same_metre(before):
            kept.append(replace(metre, onset=onset))
    return tuple(kept)


def _keys(piece: Piece, timed: Timed) -> tuple[KeySignature, ...]:
    """Return the keys at sounding pitch, of the voice that comes first where two differ."""
    changes: dict[Fraction, tuple[Key, int]] = {}
    added = 0
    for voice, clock in timed:
        added += sum(key.added for _, key, _ in voice.keys)
        own = {clock.onset(time): (key, semitones) for time, key, semitones in voice.keys}
        changes = own | changes
    if added:
        piece.report.note("accidentals added to a key", "kept at the notes alone", added, line=0)
    kept: list[KeySignature] = []
    for onset in sorted(changes):
        key, semitones = changes[onset]
        fifths = transposed_fifths(key.fifths, semitones)
        if not -7 <= fifths <= 7:
            piece.report.note("keys of more than seven sharps or flats", "kept at the notes alone", line=0)
            continue
        before = kept[-1] if kept else None
        if before is None or (before.fifths, before.mode) != (fifths, key.mode):
            kept.append(KeySignature(onset, fifths, key.mode))
    return tuple(kept)


def _tempos(piece: Piece, timed: Timed) -> tuple[Tempo, ...]:
    """Return the tempos of all voices, the default before the first; of two at a time that of the first voice."""
    changes = {Fraction(0): piece.tempo} if piece.tempo else {}
    for voice, clock in reversed(timed):
        changes |= {clock.onset(time): qpm for time, qpm in voice.tempos}
    tempos = [Tempo(onset, float(changes[onset])) for onset in sorted(changes)]
    return (Tempo(), *tempos) if tempos and tempos[0].onset else tuple(tempos)


def _repeats(timed: Timed) -> tuple[Repeat, ...]:
    """Return the repeat marks of all voices, each once."""
    found: dict[Repeat, None] = {}
    for voice, clock in timed:
        for mark in voice.repeats:
            closing = mark.kind in ("backward", "ending stop")
            onset = clock.end(mark.onset) if closing else clock.onset(mark.onset)
            found[Repeat(onset, mark.kind, mark.numbers, mark.times)] = None
    return tuple(found)


def _parts(piece: Piece, timed: Timed) -> list[Repeat]:
    """Return the parts in the order of play; labels without an order, and an order without labels, are left out."""
    report = piece.report
    clocks = {voice.ident: clock for voice, clock in timed}
    labels: dict[Fraction, str] = {}
    for ident, time, label in piece.labels:
        labels.setdefault(clocks.get(ident, SAME).onset(time), label)
    if not piece.play_order:
        if labels:
            report.note("part labels", "left out: no P: in the header says their order", len(labels), line=0)
        return []
    missing = sorted(set(piece.play_order) - set(labels.values()))
    if missing:
        report.note("parts of the order P:", f"not in the tune, left out ({', '.join(missing)})", len(missing), line=0)
    found = part_marks(piece.play_order, labels)
    silent = sum(not part.numbers for part in found)
    if silent:
        report.note("parts", "outside the order P:, not played when it is written out", silent, line=0)
    return found if len(missing) < len(set(piece.play_order)) else []


def _chords(piece: Piece, timed: Timed) -> tuple[ChordSymbol, ...]:
    found = {}
    for voice, clock in timed:
        if voice.chords and voice.staff.transpose:
            piece.report.note("chord symbols", "kept as written, though their voice is transposed", len(voice.chords))
        found |= dict.fromkeys(ChordSymbol(clock.onset(time), text) for time, text in voice.chords)
    return tuple(found)


# Voices and notes


def _voices(timed: Timed) -> Iterator[Voice]:
    """Yield the voices, each overlay as one of its own, under names that differ."""
    taken: set[str] = set()
    for voice, clock in timed:
        alone = len(timed) == 1 and voice.ident == FIRST_VOICE
        base = _name(voice.staff.name or ("" if alone else voice.ident))
        for lane in _sounding(voice):
            name, count = base, 2
            while name in taken:
                name, count = f"{base} {count}", count + 1
            taken.add(name)
            yield Voice(name, tuple(_note(draft, clock) for draft in lane.notes))


def _sounding(voice: VoiceState) -> list[Lane]:
    """Return the voice's own lane, and its overlays with notes."""
    own, *overlays = voice.lanes
    return [own, *(lane for lane in overlays if lane.notes)]


def _name(written: str) -> str:
    """Return the name of a voice, or of the choir's voice that it means."""
    plain = plain_text(written)
    if not plain:
        return MELODY
    known = CHOIR.get(plain.lower().rstrip("."))
    return known or (f"voice {plain}" if plain.isdigit() else plain)


def _note(draft: Draft, clock: Clock) -> Note:
    onset, duration = draft.onset, draft.duration
    if clock is not SAME:
        onset = clock.onset(draft.onset)
        duration = clock.end(draft.onset + draft.duration) - onset
    pitch = draft.written + draft.semitones
    return Note(onset, duration, pitch, spelling=_spelling(draft), fermata=draft.fermata)


def _spelling(draft: Draft) -> str:
    """Return the name of a note at sounding pitch; a transposed one moves along the line of fifths with its key."""
    sign = "#" * draft.alter if draft.alter > 0 else "b" * -draft.alter
    octaves, semitones = divmod(draft.semitones, 12)
    name = f"{draft.letter}{sign}{draft.octave + octaves}"
    if abs(draft.alter) > 2 or not semitones:
        return name if abs(draft.alter) <= 2 else ""
    place = place_of(name) + transposed_fifths(0, semitones)
    inside = LOWEST_PLACE <= place <= HIGHEST_PLACE
    return name_at(draft.written + draft.semitones, place) if inside else ""
