"""ABC note and rest events: exact times, with what waits for them."""

from __future__ import annotations

from collections.abc import Sequence, Set
from fractions import Fraction

from musenb.score.abc.lane import FINEST, ONE, Draft, Lane, Member
from musenb.score.abc.piece import Piece
from musenb.score.abc.voice import UNTIED, VoiceState
from musenb.score.note import HIGHEST_PITCH, LOWEST_PITCH

LONGEST = 400_000  # quarters of a piece: 6 hours at 1000 a minute are 360,000


def sound(piece: Piece, voice: VoiceState, members: Sequence[Member], length: Fraction) -> None:
    """Sound the notes of a note or chord, and go on by its length."""
    lane = voice.lane
    _compare_broken(piece, lane, length)
    factor = lane.scale()
    sounding = [member for member in members if member.length]
    if not length or not sounding:
        piece.report.note("notes of no length", "left out", len(members))
        return
    onset = lane.time
    lengths = [member.length if factor is ONE else member.length * factor for member in sounding]
    timed = zip(sounding, lengths, strict=True)
    drafts = [_sounded(piece, voice, member, duration) for member, duration in timed]
    if lane.ties:
        drop_ties(piece, lane, keep={id(draft) for draft in drafts})
    lane.ties = [draft for draft, member in zip(drafts, sounding, strict=True) if member.tied]
    lane.advance(drafts, lengths, length * factor)
    voice.fermata = False
    voice.set_jumps(onset, lane.time)
    check_time(piece, lane)


def silence(piece: Piece, voice: VoiceState, length: Fraction) -> None:
    """Rest, and go on by the length."""
    lane = voice.lane
    _compare_broken(piece, lane, length)
    factor = lane.scale()
    onset = lane.time
    drop_ties(piece, lane)
    drop_fermata(piece, voice, "fermatas over rests")
    lane.advance([], [], length * factor)
    voice.set_jumps(onset, lane.time)
    check_time(piece, lane)


def rest_bars(piece: Piece, voice: VoiceState, count: int) -> None:
    """Rest for whole bars, each in the metre that holds there."""
    drop_ties(piece, voice.lane)
    drop_fermata(piece, voice, "fermatas over rests")
    voice.set_jumps(voice.time, voice.time)
    for _ in range(count):
        metre = piece.metre_at(voice).signature
        if metre is None:
            piece.report.note("rests of whole bars", "taken as four quarters, as there is no metre")
        voice.rest_bar(metre.bar_length if metre else Fraction(4))
    piece.check_marks(voice)
    check_time(piece, voice.lane)


def drop_ties(piece: Piece, lane: Lane, keep: Set[int] = frozenset()) -> None:
    """Say which open ties no note has ended."""
    open_ties = [draft for draft in lane.ties if id(draft) not in keep]
    if open_ties:
        piece.report.note("ties", UNTIED, len(open_ties))
    lane.ties = []


def drop_fermata(piece: Piece, voice: VoiceState, what: str) -> None:
    """Say that a fermata stands where there is no note."""
    if voice.fermata:
        piece.report.note(what, "left out")
        voice.fermata = False


def check_time(piece: Piece, lane: Lane) -> None:
    """Refuse times that no music asks for."""
    over, under = lane.time.numerator, lane.time.denominator
    if under > FINEST:
        raise piece.report.error("limit", "the note lengths are finer than can be told apart")
    if over > LONGEST * under:
        raise piece.report.error("limit", f"the tune is longer than {LONGEST} quarters")


def _compare_broken(piece: Piece, lane: Lane, length: Fraction) -> None:
    """Say when a broken rhythm joins unequal lengths, as the standard leaves open what that means."""
    if lane.broken is not ONE and not lane.tuplets and length != lane.broken_from:
        piece.report.note("broken rhythms", "between unequal lengths: each is changed by its own")


def _sounded(piece: Piece, voice: VoiceState, member: Member, length: Fraction) -> Draft:
    """Return the note that a member becomes, or that it lengthens."""
    lane = voice.lane
    alter = _alter(piece, voice, member)
    before = lane.tied_to(member, alter)
    piece.count_note()
    if before:
        before.duration += length
        before.fermata = before.fermata or voice.fermata
        return before
    semitones = voice.staff.semitones
    draft = Draft(lane.time, length, member.letter, member.octave, alter, voice.fermata, semitones)
    pitch = draft.written + semitones
    if not LOWEST_PITCH <= pitch <= HIGHEST_PITCH:
        raise piece.report.error("content", f"pitch {pitch} is outside {LOWEST_PITCH}..{HIGHEST_PITCH}")
    lane.notes.append(draft)
    return draft


def _alter(piece: Piece, voice: VoiceState, member: Member) -> int:
    """Return the alteration of a note: its sign, that of the note it is tied to, of its bar, or of the key."""
    lane = voice.lane
    if member.alter is None:
        for draft in lane.ties:
            if (draft.letter, draft.octave) == (member.letter, member.octave):
                return draft.alter
    alter, elsewhere = lane.alter_of(member, voice.key.alters, piece.propagate)
    if elsewhere:
        piece.report.note("accidentals", "taken from another octave of the bar")
    return alter
