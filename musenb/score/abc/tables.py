"""ABC 2.1 lookup tables: letters, accidentals, modes, clefs, decorations, fields and directives.

References
----------
C. Walshaw (2011), "The abc music standard 2.1": sections 3 (fields), 4 (music code), 7 (voices), 11 (directives).
"""

from __future__ import annotations

from fractions import Fraction

SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ACCIDENTALS = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}
# Places on the line of fifths; a letter's place less that of C is the number of sharps of its major key.
FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
SHARP_ORDER = "FCGDAEB"

# A mode's signature in fifths from that of the major key on the same tonic, by the first three letters of its name.
MODES = {
    "maj": 0,
    "ion": 0,
    "min": -3,
    "aeo": -3,
    "m": -3,
    "mix": -1,
    "dor": -2,
    "phr": -4,
    "lyd": 1,
    "loc": -5,
}
MODE_NAMES = {"": "major", "maj": "major", "ion": "major", "min": "minor", "aeo": "minor", "m": "minor"}
PIPES = ("HP", "Hp")  # Highland pipes: F and C sharp, whether the signature is printed or not

METRE_SIGNS = {"C": (4, 4), "C|": (2, 2), "c": (4, 4), "c|": (2, 2)}
FREE_METRES = ("none", "free", "")
# Time in which p notes stand, as in (3abc: 3 in the time of 2; the others take 3 in compound time and else 2.
TUPLET_TIMES = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}
TUPLETS_BY_METRE = (5, 7, 9)

OCTAVE_CLEFS = {"+8": 12, "-8": -12, "+15": 24, "-15": -24, "^8": 12, "_8": -12}

SHORTHANDS = {
    ".": "staccato",
    "~": "roll",
    "H": "fermata",
    "J": "slide",
    "L": "accent",
    "M": "lowermordent",
    "O": "coda",
    "P": "uppermordent",
    "S": "segno",
    "T": "trill",
    "u": "upbow",
    "v": "downbow",
}
FERMATAS = frozenset({"fermata", "invertedfermata"})
# Decoration -> kind of the repeat mark, and whether it stands where its note begins.
JUMPS = {
    "segno": ("segno", True),
    "coda": ("coda", True),
    "fine": ("fine", False),
    "dacoda": ("to coda", False),
    "tocoda": ("to coda", False),
    "D.C.": ("da capo", False),
    "dacapo": ("da capo", False),
    "D.C.alfine": ("da capo", False),
    "D.C.alcoda": ("da capo", False),
    "D.S.": ("dal segno", False),
    "D.S.alfine": ("dal segno", False),
    "D.S.alcoda": ("dal segno", False),
}
SILENT = frozenset({"nil", "none", "nobeam", "beambr1", "beambr2", "/", "//", "///", "ped", "ped-up"})
DECORATION_KINDS = {
    **dict.fromkeys(
        "trill trill( trill) lowermordent uppermordent mordent pralltriller roll turn turnx invertedturn "
        "invertedturnx arpeggio slide ~ ~( ~) -( -)".split(),
        "ornaments",
    ),
    **dict.fromkeys(
        "staccato accent > emphasis tenuto wedge plus + snap marcato ^ breath shortphrase mediumphrase "
        "longphrase staccatissimo ' .".split(),
        "articulations",
    ),
    **dict.fromkeys(
        "pppp ppp pp p mp mf f ff fff ffff sfz sf fp crescendo( crescendo) <( <) diminuendo( diminuendo) >( >) "
        "cresc dim dimin".split(),
        "dynamics",
    ),
    **dict.fromkeys(
        "upbow downbow open thumb 0 1 2 3 4 5 tremolo1 tremolo2 tremolo3 tremolo4 lhp rhp".split(),
        "playing marks",
    ),
}

# Fields that say nothing about the notes: books, histories, makers of the transcription.
TEXT_FIELDS = frozenset("ABDFGHNORSZr")
# Fields whose effect on the music is not taken over, and what they are called.
FIELDS_LEFT_OUT = {"w": "lines of lyrics", "W": "lines of lyrics", "s": "symbol lines", "m": "macros"}
BODY_LETTERS_OF_MUSIC = frozenset("ABCDEFGabcdefgxyzZ")

# Directives that change what sounds or which voices are seen; the others are layout.
SOUNDING_DIRECTIVES = frozenset(
    {
        "midi",
        "abc-include",
        "transpose",
        "percmap",
        "map",
        "voicemap",
        "playtempo",
        "scale",
        "temperament",
        "voicecombine",
    }
)
SCORE_DIRECTIVES = frozenset({"score", "staves"})

QUARTER = Fraction(4)  # quarters of a whole note
# Names by which the voices of a choir go.
CHOIR = {
    **dict.fromkeys(("s", "sopran", "soprano", "sopraan"), "soprano"),
    **dict.fromkeys(("a", "alt", "alto", "altus"), "alto"),
    **dict.fromkeys(("t", "tenor", "tenore"), "tenor"),
    **dict.fromkeys(("b", "bas", "bass", "basso", "bassus"), "bass"),
}
