"""ABC music parser: tokens become notes, rests, bars and marks of the voice that is written."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction

from musenb.score.abc import events
from musenb.score.abc.barline import parse_bar_line, parse_numbers
from musenb.score.abc.fields import apply_field
from musenb.score.abc.lane import Member, Tuplet
from musenb.score.abc.lexer import Token, tokens_of
from musenb.score.abc.piece import Piece
from musenb.score.abc.report import shown
from musenb.score.abc.tables import (
    ACCIDENTALS,
    DECORATION_KINDS,
    FERMATAS,
    JUMPS,
    SILENT,
    TUPLET_TIMES,
    TUPLETS_BY_METRE,
)
from musenb.score.abc.text import unescaped
from musenb.score.abc.voice import VoiceState
from musenb.score.plain import plain_text

LONGEST_FIGURE = 5  # digits of a number in a note length
MOST_BROKEN, MOST_TUPLET, MOST_NESTED = 6, 64, 6

# Names of decorations by their lower case, as some files write !Fermata! and !Coda!.
LOWER_CASE = {name.lower(): name for name in (*FERMATAS, *JUMPS)}

_OLD_CHORD = re.compile(r"(?:[_^=]*[A-Ga-g][,']*\d*/?\d*){2,}")  # +CEG+, as before version 2
_LENGTH = re.compile(r"(\d*)(/*)(\d*)")
_QUALITY = r"(?:maj|min|dim|aug|sus|add|alt|omit|no|Maj|M|m|[-+°øΔo()#b♯♭\d.,^])*"
_CHORD = re.compile(rf"\(?(?:[A-G][#b♯♭=]?|N\.?C){_QUALITY}(?:/[A-Ga-g][#b♯♭]?[\d+]*)?\)?")


class MusicReader:
    """Reads lines of music into the voices of a piece."""

    def __init__(self, piece: Piece) -> None:
        self.piece, self.report = piece, piece.report
        self._readers: dict[str, Callable[[Token], None]] = {
            "note": self._note,
            "chord": self._chord,
            "rest": self._rest,
            "bars": self._bars,
            "bar": self._bar,
            "ending": self._ending,
            "overlay": self._overlay,
            "tie": self._tie,
            "broken": self._broken,
            "tuplet": self._tuplet,
            "grace": self._grace,
            "quoted": self._quoted,
            "decoration": self._decoration,
            "shorthand": self._decoration,
            "field": self._field,
            "spacer": self._nothing,
            "layout": self._nothing,
            "slur": self._nothing,
            "break": self._nothing,
            "unclosed": self._unclosed,
            "unknown": self._unknown,
        }

    @property
    def voice(self) -> VoiceState:
        """The voice that is written."""
        return self.piece.voice()

    def read(self, text: str) -> None:
        """Read one line of music."""
        for token in tokens_of(text):
            self._readers[token.kind](token)

    def _nothing(self, token: Token) -> None:
        """Pass over what concerns the page alone: spacers, line breaks, slurs."""

    def _unknown(self, token: Token) -> None:
        self.piece.count_unknown(token.text)
        if token.text == "[":
            self.report.note("unclosed chords", "read as notes after each other")
        else:
            self.report.note("signs not understood", "left out")

    def _unclosed(self, token: Token) -> None:
        self.report.note("texts without a closing quote", "left out")

    def _field(self, token: Token) -> None:
        apply_field(self.piece, token["field_letter"], token["field_text"].strip())
        self.piece.check_marks(self.voice)

    # Notes and rests

    def _note(self, token: Token) -> None:
        member = self._member(token)
        events.sound(self.piece, self.voice, [member], member.length)

    def _member(self, token: Token) -> Member:
        """Return a note token as a member of an event."""
        letter, marks, sign = token["letter"], token["marks"], token["sign"]
        octave = 4 + letter.islower() + marks.count("'") - marks.count(",")
        accidental = ACCIDENTALS.get(sign or "")
        if sign and accidental is None:
            accidental = self._rounded(sign)
        length = self._length(token["note_length"])
        return Member(letter.upper(), octave, accidental, length)

    def _rounded(self, sign: str) -> int:
        """Return the semitones of an accidental with a fraction, such as '^/' and '_3/2', downwards."""
        over, _, under = sign[1:].partition("/")
        alter = Fraction(int(over or 1), int(under or 2) or 2) * ACCIDENTALS[sign[0]]
        if alter.denominator > 1:
            self.report.note("quarter tones", "rounded down to a semitone")
        return min(max(math.floor(alter), -2), 2)

    def _length(self, text: str) -> Fraction:
        """Return the quarters that a length after a note stands for, in the unit of the voice."""
        voice = self.voice
        if text not in voice.lengths:
            voice.lengths[text] = voice.unit * self._factor(text)
        return voice.lengths[text]

    def _factor(self, text: str) -> Fraction:
        """Return the factor that stands after a note: '' is 1, '3/2', '/' is 1/2, '//' is 1/4."""
        found = _LENGTH.fullmatch(text)
        over, slashes, under = found.groups() if found else ("", "", "")
        if max(len(over), len(slashes), len(under)) > LONGEST_FIGURE:
            raise self.report.error(
                "limit", f"note length {shown(text)}: numbers have {LONGEST_FIGURE} figures at most"
            )
        divisor = int(under) if under else 2 ** len(slashes)
        if not divisor:
            raise self.report.error("content", f"note length {shown(text)} divides by 0")
        return Fraction(int(over or 1), divisor)

    def _chord(self, token: Token) -> None:
        if not self._sound_chord(token["members"], self._factor(token["chord_length"])):
            self._unknown(token)

    def _sound_chord(self, text: str, factor: Fraction) -> bool:
        """Sound the notes between the brackets of a chord; False when there are none."""
        members: list[Member] = []
        rest = Fraction(0)
        for inner in tokens_of(text):
            if inner.kind == "note":
                members.append(self._member(inner))
            elif inner.kind == "tie" and members:
                members[-1].tied = True
            elif inner.kind == "rest":
                rest = rest or self._length(inner["rest_length"])
            elif inner.kind in ("decoration", "shorthand", "quoted", "layout", "slur", "spacer"):
                self._readers[inner.kind](inner)
            else:
                self._unknown(inner)
        most = self.piece.limits.chord_notes
        if len(members) > most:
            raise self.report.error("limit", f"a chord of {len(members)} notes, at most {most}")
        for member in members:
            member.length *= factor
        if members:
            events.sound(self.piece, self.voice, members, members[0].length)
        elif rest:
            events.silence(self.piece, self.voice, rest * factor)
        return bool(members or rest)

    def _rest(self, token: Token) -> None:
        events.silence(self.piece, self.voice, self._length(token["rest_length"]))

    def _bars(self, token: Token) -> None:
        """Rest for whole bars, as Z4 does."""
        text, most = token["bars_count"], self.piece.limits.measures
        count = int(text or 1) if len(text) <= LONGEST_FIGURE else most + 1
        if count > most:
            raise self.report.error("limit", f"rest {shown(token.text)} of more than {most} bars")
        events.rest_bars(self.piece, self.voice, count)

    # Bar lines, and what changes the notes beside it

    def _bar(self, token: Token) -> None:
        voice = self.voice
        events.drop_fermata(self.piece, voice, "fermatas over bar lines")
        voice.close_bar(self.report)
        voice.set_jumps(voice.time, voice.time)
        voice.set_repeats(parse_bar_line(token["bar_line"]))
        if token["bar_ending"]:
            self._begin_ending(token["bar_ending"])
        self.piece.check_marks(voice)

    def _ending(self, token: Token) -> None:
        self._begin_ending(token["ending_numbers"])

    def _begin_ending(self, text: str) -> None:
        self.piece.check_marks(self.voice)
        self.voice.end_ending()
        self.voice.mark("ending start", parse_numbers(text))
        self.voice.ending = self.voice.time

    def _overlay(self, token: Token) -> None:
        most = self.piece.limits.chord_notes
        if self.voice.current >= most:
            raise self.report.error("limit", f"more than {most} overlays of a bar")
        self.voice.overlay(self.report)

    def _tie(self, token: Token) -> None:
        lane = self.voice.lane
        if not lane.last:
            self.report.note("ties", "left out: no note stands before them")
        lane.ties = list(lane.last)

    def _broken(self, token: Token) -> None:
        steps = len(token.text)
        longer_first = token.text.startswith(">")
        if steps > MOST_BROKEN or not self.voice.lane.break_rhythm(steps, longer_first=longer_first):
            self.report.note("broken rhythms", "left out: no note stands before them")

    def _tuplet(self, token: Token) -> None:
        p = int(token["p"])
        by_metre = 3 if self.piece.metre_at(self.voice).compound else 2
        usual = by_metre if p in TUPLETS_BY_METRE else TUPLET_TIMES.get(p, p)
        q = int(token["q"] or usual)
        r = int(token["r"] or p)
        named = bool(token["q"]) or p < 10
        if not (named and 1 < p <= MOST_TUPLET and 0 < q <= MOST_TUPLET and 0 < r <= MOST_TUPLET):
            self.report.note("tuplets", "not understood and left out")
            return
        tuplets = self.voice.lane.tuplets
        if len(tuplets) >= MOST_NESTED:
            raise self.report.error("limit", f"more than {MOST_NESTED} tuplets in each other")
        tuplets.append(Tuplet(Fraction(q, p), r))

    def _grace(self, token: Token) -> None:
        """Leave grace notes out; their accidentals hold to the end of the bar."""
        count = 0
        for inner in tokens_of(token["grace_notes"]):
            if inner.kind == "note":
                count += 1
                member = self._member(inner)
                self.voice.lane.alter_of(member, self.voice.key.alters, self.piece.propagate)
        if count:
            self.report.note("grace notes", "left out", count)

    # What stands above the notes

    def _quoted(self, token: Token) -> None:
        text = plain_text(unescaped(token["quoted_text"]))
        if not text:
            return
        if len(self.voice.chords) > self.piece.limits.notes:
            raise self.report.error("limit", f"more than {self.piece.limits.notes} chord symbols")
        if _CHORD.fullmatch(text):
            self.voice.chords.append((self.voice.time, text))
        else:
            self.report.note("annotations", "left out")

    def _decoration(self, token: Token) -> None:
        """Keep a fermata or a jump for the note that follows; say what else is left out."""
        short = token.kind == "shorthand"
        name = self.piece.symbols.get(token.text, "") if short else token["name"] or token["plus_name"]
        if name not in DECORATION_KINDS and name not in JUMPS:
            name = LOWER_CASE.get(name.lower(), name)
        if not name:
            self._unknown(token)
        elif name in FERMATAS:
            self.voice.fermata = True
        elif name in JUMPS:
            self.voice.jumps.append(JUMPS[name])
        elif name not in DECORATION_KINDS and _OLD_CHORD.fullmatch(token["plus_name"]):
            self._sound_chord(name, Fraction(1))
        elif name not in SILENT:
            self.report.note(DECORATION_KINDS.get(name, "decorations not known"), "left out")
