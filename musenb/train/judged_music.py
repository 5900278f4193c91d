"""Motifs and tunes that a model is judged on beside chorales: as they are typed, with the key that they are in.

The tunes are no chorales: dances, anthems, carols and songs in triple and compound metres and in minor. All are in the
public domain. Fermatas (`^`) mark where their phrases end.
"""

from __future__ import annotations

#         name: the tune as it is typed
TUNES = {
    "Ode to Joy": "4/4 key=G B4 B4 C5 D5 D5 C5 B4 A4 G4 G4 A4 B4 B4:1.5 A4:1/2 A4:2^ B4 B4 C5 D5 D5 C5 B4 A4 G4 G4 "
    "A4 B4 A4:1.5 G4:1/2 G4:2^",
    "God Save the King": "3/4 key=G G4 G4 A4 F#4:1.5 G4:1/2 A4 B4 B4 C5 B4:1.5 A4:1/2 G4 A4 G4 F#4 G4:3^ D5 D5 D5 "
    "D5:1.5 C5:1/2 B4 C5 C5 C5 C5:1.5 B4:1/2 A4 B4 C5:1/2 B4:1/2 A4:1/2 G4:1/2 B4:1.5 C5:1/2 D5 E5:1/2 C5:1/2 B4 A4 "
    "G4:3^",
    "Silent Night": "6/8 key=C G4:3/4 A4:1/4 G4:1/2 E4:3/2 G4:3/4 A4:1/4 G4:1/2 E4:3/2 D5 D5:1/2 B4:3/2 C5 C5:1/2 "
    "G4:3/2^ A4 A4:1/2 C5:3/4 B4:1/4 A4:1/2 G4:3/4 A4:1/4 G4:1/2 E4:3/2 A4 A4:1/2 C5:3/4 B4:1/4 A4:1/2 G4:3/4 A4:1/4 "
    "G4:1/2 E4:3/2^ D5 D5:1/2 F5:3/4 D5:1/4 B4:1/2 C5:3/2 E5:3/2^ C5:3/4 G4:1/4 E4:1/2 G4:3/4 F4:1/4 D4:1/2 C4:3^",
    "Greensleeves": "6/8 key=Am upbeat=1/2 A4:1/2 C5 D5:1/2 E5:3/4 F#5:1/4 E5:1/2 D5 B4:1/2 G4:3/4 A4:1/4 B4:1/2 C5 "
    "A4:1/2 A4:3/4 G#4:1/4 A4:1/2 B4 G#4:1/2 E4^ A4:1/2 C5 D5:1/2 E5:3/4 F#5:1/4 E5:1/2 D5 B4:1/2 G4:3/4 A4:1/4 "
    "B4:1/2 C5:3/4 B4:1/4 A4:1/2 G#4:3/4 F#4:1/4 G#4:1/2 A4:5/2^",
    "Amazing Grace": "3/4 key=G upbeat=1 D4 G4:2 B4:1/2 G4:1/2 B4:2 A4 G4:2 E4 D4:2^ D4 G4:2 B4:1/2 G4:1/2 B4:2 A4 "
    "D5:5^ B4 D5:2 B4:1/2 G4:1/2 B4:2 A4 G4:2 E4 D4:2^ D4 G4:2 B4:1/2 G4:1/2 B4:2 A4 G4:5^",
    "Au clair de la lune": "4/4 key=G G4 G4 G4 A4 B4:2 A4:2 G4 B4 A4 A4 G4:4^ A4 A4 A4 A4 E4:2 E4:2 A4 G4 F#4 E4 D4:4^ "
    "G4 G4 G4 A4 B4:2 A4:2 G4 B4 A4 A4 G4:4^",
    "Auld Lang Syne": "4/4 key=F upbeat=1 C4 F4:1.5 F4:1/2 F4 A4 G4:1.5 F4:1/2 G4 A4 F4:1.5 F4:1/2 A4 C5 D5:3^ D5 "
    "C5:1.5 A4:1/2 A4 F4 G4:1.5 F4:1/2 G4 A4 F4:1.5 D4:1/2 D4 C4 F4:3^",
    "Gott erhalte": "4/4 key=G G4:1.5 A4:1/2 B4 A4 C5 B4 A4:1/2 F#4:1/2 G4 E5 D5 C5 B4 A4 B4:1/2 G4:1/2 D5:2^ A4 B4 "
    "A4:1/2 F#4:1/2 D4 C5 B4 A4:1/2 F#4:1/2 D4 D5 C5 B4:1.5 B4:1/2 C#5 C#5 D5:2^ G5:1.5 F#5:1/2 F#5:1/2 E5:1/2 D5 "
    "E5:1.5 D5:1/2 D5:1/2 C5:1/2 B4 A4:1.5 B4:1/4 C5:1/4 D5:1/2 E5:1/2 C5:1/2 A4:1/2 G4 B4:1/2 A4:1/2 G4:2^",
    "God Rest You Merry": "4/4 key=Em upbeat=1 E4 E4 B4 B4 A4 G4 F#4 E4 D4 E4 F#4 G4 A4 B4:3^ E4 E4 B4 B4 A4 G4 F#4 E4 "
    "D4 E4 F#4 G4 A4 B4:3^ B4 C5 A4 B4 C5 D5 E5 B4 A4 G4 E4 F#4 G4 A4:2^ G4 A4 B4:2 C5 B4 B4 A4 G4 F#4 E4:2 G4:1/2 "
    "F#4:1/2 E4 A4:2 G4 A4 B4 C5 D5 E5 B4 A4 G4 F#4 E4:3^",
    "We Three Kings": "3/4 key=Em B4:2 A4 G4:2 E4 F#4 G4 F#4 E4:3^ B4:2 A4 G4:2 E4 F#4 G4 F#4 E4:3^ G4:2 G4 A4:2 A4 "
    "B4:2 B4 D5 C5 B4 A4 B4 A4 G4:2 F#4 E4:6^",
    "Cradle Song": "3/4 key=F upbeat=1 A4:1/2 A4:1/2 C5:1.5 A4:1/2 A4 C5:2 A4:1/2 C5:1/2 F5 E5:1.5 D5:1/2 D5 C5 G4:1/2 "
    "A4:1/2 Bb4 G4 G4:1/2 A4:1/2 Bb4:2 G4:1/2 Bb4:1/2 E5:1/2 D5:1/2 C5 E5 F5:2^ F4:1/2 F4:1/2 F5:2 D5:1/2 Bb4:1/2 "
    "C5:2 A4:1/2 F4:1/2 Bb4 C5 D5 C5:2^ F4:1/2 F4:1/2 F5:2 D5:1/2 Bb4:1/2 C5:2 A4:1/2 F4:1/2 Bb4 A4 G4 F4:2^",
    "Korobeiniki": "4/4 key=Am E5 B4:1/2 C5:1/2 D5 C5:1/2 B4:1/2 A4 A4:1/2 C5:1/2 E5 D5:1/2 C5:1/2 B4:1.5 C5:1/2 D5 E5 "
    "C5 A4 A4:2^ D5:1.5 F5:1/2 A5 G5:1/2 F5:1/2 E5:1.5 C5:1/2 E5 D5:1/2 C5:1/2 B4:1.5 C5:1/2 D5 E5 C5 A4 A4:2^",
}

#         the key as it is written in a motif, and eight notes
MOTIFS = (
    ("C", "C4 E4 G4 F4 E4 D4:1/2 E4:1/2 C4:2"),
    ("C", "G4 E4 F4 D4 E4:1/2 D4:1/2 C4 G4"),
    ("G", "D4 G4 B4 A4 G4 F#4 G4:1/2 A4:1/2"),
    ("G", "B4 A4 G4 F#4 G4:1/2 A4:1/2 B4 G4"),
    ("D", "A4 F#4 G4 E4 F#4:1/2 E4:1/2 D4 A4"),
    ("D", "D4 E4 F#4 A4 D5:1.5 C#5:1/2 B4 A4"),
    ("F", "F4 A4 C5 Bb4 A4:1/2 G4:1/2 F4 C5"),
    ("F", "C5 A4 Bb4 G4 A4 F4 G4:1/2 A4:1/2"),
    ("Bb", "Bb4 D5 F5 Eb5 D5 C5 Bb4:1/2 C5:1/2"),
    ("Eb", "Eb4 G4 Bb4 Ab4 G4:1/2 F4:1/2 Eb4 Bb4"),
    ("Am", "A4 C5 E5 D5 C5:1/2 B4:1/2 A4 E4"),
    ("Am", "E5 C5 B4 G#4 A4 B4:1/2 C5:1/2 A4"),
    ("Em", "E4 G4 B4 A4 G4 F#4 E4:1/2 F#4:1/2"),
    ("Em", "B4 G4 F#4 D#4 E4 F#4:1/2 G4:1/2 E4"),
    ("Dm", "D4 F4 A4 G4 F4:1/2 E4:1/2 D4 A4"),
    ("Dm", "A4 F4 E4 C#4 D4:1/2 E4:1/2 F4 D4"),
    ("Gm", "G4 Bb4 D5 C5 Bb4 A4 G4:1/2 A4:1/2"),
    ("Gm", "D5 Bb4 A4 F#4 G4:1.5 A4:1/2 Bb4 G4"),
    ("Cm", "C4 Eb4 G4 F4 Eb4:1/2 D4:1/2 C4 G4"),
    ("Bm", "B4 D5 F#5 E5 D5 C#5 B4:1/2 C#5:1/2"),
    ("C", "G4 C5:1.5 D5:1/2 E5 D5 C5 B4 C5"),
    ("G", "G4:1/2 A4:1/2 B4 D5 C5 B4 A4 G4"),
    ("D", "D4 F#4:1/2 G4:1/2 A4 F#4 D4 A4 D5"),
    ("F", "F4:1.5 G4:1/2 A4 C5 Bb4 A4 G4 F4"),
    ("A", "A4 C#5 E5:1/2 D5:1/2 C#5 A4 B4 A4"),
    ("Bb", "F4 Bb4 C5:1/2 D5:1/2 C5 Bb4 F4 Bb4"),
    ("E", "E4 G#4 B4 A4:1/2 G#4:1/2 E4 F#4 E4"),
    ("Eb", "G4 Ab4:1/2 Bb4:1/2 Eb5 D5 Eb5 Bb4 G4"),
    ("C", "3/4 C5 D5 E5 C5:1.5 B4:1/2 C5 G4 C5"),
    ("G", "3/4 D5 G4:1/2 A4:1/2 B4:1/2 C5:1/2 D5 G4 G4"),
    ("Am", "A4:1.5 B4:1/2 C5 E5 D5 C5 B4 A4"),
    ("Em", "E4 F#4:1/2 G4:1/2 B4 A4 G4 F#4 E4"),
    ("Dm", "D5 C#5:1/2 D5:1/2 A4 F4 D4 E4 F4"),
    ("Gm", "G4 D5:1.5 C5:1/2 Bb4 A4 G4 F#4 G4"),
    ("Cm", "C5 B4:1/2 C5:1/2 G4 Ab4 G4 Eb4 C4"),
    ("Bm", "F#4 B4 C#5:1/2 D5:1/2 C#5 B4 A#4 B4"),
    ("F#m", "F#4 A4 C#5 B4:1/2 A4:1/2 F#4 G#4 F#4"),
    ("Fm", "C5 F4:1/2 G4:1/2 Ab4 G4 F4 E4 F4"),
    ("Am", "3/4 A4 B4 C5 B4 G#4 A4 E4 A4:2"),
    ("Dm", "6/8 D4 F4:1/2 A4 F4:1/2 E4 C#4:1/2 D4 A4:1/2"),
)
