"""Typed motifs of teaching repertoire without a key, each with the key that it is in.

Folk tunes, hymns, subjects of fugues and themes as one meets them in lessons, at most two or four bars of each. They
were written down before the key finder was, and none was taken out because of it.
"""

from __future__ import annotations

# name, key, notes
MOTIFS = (
    ("C D E G", "C major", "C4 D4 E4 G4"),
    ("five notes up", "C major", "C4 D4 E4 F4 G4"),
    ("up and down in minor", "A minor", "A3 B3 C4 D4 E4 D4 C4 B3 A3"),
    ("Frère Jacques", "C major", "C4 D4 E4 C4 C4 D4 E4 C4"),
    ("Twinkle, twinkle", "C major", "C4 C4 G4 G4 A4 A4 G4:2"),
    ("Mary had a little lamb", "C major", "E4 D4 C4 D4 E4 E4 E4:2"),
    ("Ode to Joy", "D major", "F#4 F#4 G4 A4 A4 G4 F#4 E4 D4 D4 E4 F#4 F#4:1.5 E4:1/2 E4:2"),
    ("Au clair de la lune", "G major", "G4 G4 G4 A4 B4:2 A4:2 G4 B4 A4 A4 G4:4"),
    ("Amazing Grace", "G major", "3/4 upbeat=1 D4 | G4:2 B4:1/2 G4:1/2 | B4:2 A4 | G4:2 E4 | D4:2"),
    ("Greensleeves", "A minor", "3/4 upbeat=1 A4 | C5:2 D5 | E5:1.5 F#5:1/2 E5 | D5:2 B4 | G4:1.5 A4:1/2 B4 | "
     "C5:2 A4 | A4:1.5 G#4:1/2 A4 | B4:2 G#4 | E4:2"),
    ("Scarborough Fair", "D minor", "3/4 D4:2 D4 | A4:2 A4 | E4:1.5 F4:1/2 E4 | D4:3"),
    ("Hänschen klein", "C major", "G4 E4 E4:2 F4 D4 D4:2 C4 D4 E4 F4 G4 G4 G4:2"),
    ("Der Mond ist aufgegangen", "F major", "upbeat=1 F4 | G4 F4 Bb4 A4 | G4:2 F4"),
    ("Happy Birthday", "F major", "3/4 upbeat=1 C4:3/4 C4:1/4 | D4 C4 F4 | E4:2"),
    ("Silent Night", "C major",
     "3/4 G4:1.5 A4:1/2 G4 | E4:3 | G4:1.5 A4:1/2 G4 | E4:3 | D5:2 D5 | B4:3 | C5:2 C5 | G4:3"),
    ("Oh! Susanna", "F major",
     "upbeat=1 F4:1/2 G4:1/2 | A4 C5 C5:1.5 D5:1/2 | C5 A4 F4:1.5 G4:1/2 | A4 A4 G4 F4 | G4:3"),
    ("Yankee Doodle", "G major", "G4 G4 A4 B4 G4 B4 A4 D4"),
    ("London Bridge", "C major", "G4:1.5 A4:1/2 G4 F4 E4 F4 G4:2"),
    ("Row, row, row your boat", "C major", "6/8 C4:1.5 C4:1.5 | C4 D4:1/2 E4:1.5"),
    ("Auld Lang Syne", "F major",
     "upbeat=1 C4 | F4:1.5 F4:1/2 F4 A4 | G4:1.5 F4:1/2 G4 A4 | F4:1.5 F4:1/2 A4 C5 | D5:3"),
    ("Shalom chaverim", "E minor", "upbeat=1 B3 | E4 E4:1/2 F#4:1/2 G4 E4 | B4:2"),
    ("Hatikvah", "D minor", "D4:1/2 E4:1/2 F4:1/2 G4:1/2 A4 A4 Bb4:1/2 A4:1/2 Bb4:1/2 D5:1/2 A4:2"),
    ("When Johnny comes marching home", "G minor",
     "6/8 upbeat=1/2 D4:1/2 | G4 G4:1/2 G4 A4:1/2 | Bb4 A4:1/2 Bb4 G4:1/2 | F4:1.5"),
    ("fugue in C, BWV 846", "C major", "r:1/2 C4:1/2 D4:1/2 E4:1/2 F4:3/4 G4:1/8 F4:1/8 E4:1/2 A4:1/2 D4:1/2 G4:3/4"),
    ("fugue in C minor, BWV 847", "C minor",
     "r:1/2 C5:1/4 B4:1/4 C5:1/2 G4:1/2 Ab4:1/2 C5:1/4 B4:1/4 C5:1/2 D5:1/2 G4:1/2"),
    ("fugue in C sharp minor, BWV 849", "C# minor", "C#4:4 B#3:2 E4:2 D#4:2 C#4:2"),
    ("fugue in D minor, BWV 851", "D minor", "3/4 r:1/2 D4:1/2 E4:1/2 F4:1/2 G4:1/2 E4:1/2 | "
     "F4:1/4 D4:1/4 C#4:1/4 D4:1/4 Bb4 G4 | A4"),
    ("fugue in E minor, BWV 855", "E minor",
     "3/4 E4:1/4 G4:1/4 B4:1/4 E5:1/4 D#5:1/4 E5:1/4 D5:1/4 E5:1/4 C#5:1/4 E5:1/4 "
     "C5:1/4 E5:1/4 | B4:1/4"),
    ("fugue in G minor, BWV 578", "G minor", "G4 D5 Bb4:1.5 A4:1/2 G4:1/2 Bb4:1/2 A4:1/2 G4:1/2 F#4:1/2 A4:1/2 D4"),
    ("fugue in D minor, BWV 565", "D minor", "A4:1/4 G4:1/4 A4:1/4 F4:1/4 A4:1/4 E4:1/4 A4:1/4 D4:1/4 A4:1/4 C#4:1/4 "
     "A4:1/4 D4:1/4 A4:1/4 E4:1/4 A4:1/4 F4:1/4"),
    ("the royal theme", "C minor", "C4:2 Eb4:2 G4:2 Ab4:2 B3:3"),
    ("The Art of Fugue", "D minor", "D4:2 A4:2 F4:2 D4:2 C#4:2 D4 E4 F4:2.5 G4:1/2 F4:1/2 E4:1/2 D4"),
    ("sonata in C, K. 545", "C major", "C5:2 E5 G5 B4:1.5 C5:1/4 D5:1/4 C5"),
    ("Eine kleine Nachtmusik", "G major", "G4 r:1/2 D4:1/2 G4 r:1/2 D4:1/2 G4:1/2 D4:1/2 G4:1/2 B4:1/2 D5"),
    ("symphony in G minor, K. 550", "G minor",
     "upbeat=1 Eb4:1/2 D4:1/2 | D4 Eb4:1/2 D4:1/2 D4 Eb4:1/2 D4:1/2 | D4 Bb4 r "
     "Bb4:1/2 A4:1/2 | G4 G4:1/2 F4:1/2 Eb4 Eb4:1/2 D4:1/2 | C4 C4"),
    ("For Elise", "A minor", "3/4 upbeat=1/2 E5:1/4 D#5:1/4 | E5:1/4 D#5:1/4 E5:1/4 B4:1/4 D5:1/4 C5:1/4 A4"),
    ("Largo, From the New World", "Db major", "F4:1.5 Ab4:1/2 Ab4:2 F4:1.5 Eb4:1/2 Db4:2"),
    ("Wiegenlied", "F major",
     "3/4 upbeat=1 A4:1/2 A4:1/2 | C5:2 A4:1/2 A4:1/2 | C5:2 A4:1/2 C5:1/2 | F5 E5:1.5 D5:1/2 | D5 C5"),
    ("the Emperor's hymn", "G major", "G4:1.5 A4:1/2 B4 A4 C5 B4 A4:1/2 F#4:1/2 G4"),
    ("Morning Mood", "E major",
     "6/8 B4:1/2 G#4:1/2 F#4:1/2 E4:1/2 F#4:1/2 G#4:1/2 | B4:1/2 G#4:1/2 F#4:1/2 E4:1/2 F#4:1/4 "
     "G#4:1/4 F#4:1/4 G#4:1/4"),
    ("Spring", "E major", "upbeat=1/2 E4:1/2 | G#4:1/2 G#4:1/2 G#4:1/2 F#4:1/4 E4:1/4 B4:1.5 B4:1/4 A4:1/4"),
    ("canon in D", "D major", "F#5:2 E5:2 D5:2 C#5:2 B4:2 A4:2 B4:2 C#5:2"),
    ("Joy to the World", "D major", "2/4 D5 C#5:3/4 B4:1/4 | A4:1.5 G4:1/2 | F#4 E4 | D4:2"),
    ("Old Hundredth", "G major", "upbeat=1 G4 | G4 F#4 E4 D4 | G4 A4 B4"),
    ("O Haupt voll Blut und Wunden", "A minor", "upbeat=1 E4 | A4 G4 F4 E4 | D4:2 E4 B4 | C5 C5 B4 B4 | A4:3"),
    ("Ein feste Burg", "C major", "upbeat=1 C5 | C5 C5 G4:1/2 A4:1/2 B4 | C5 B4:1/2 A4:1/2 G4"),
    ("Wachet auf", "Eb major", "Eb4 G4 Bb4:2 Bb4 Bb4 C5:2 Bb4:2"),
    ("minuet in G", "G major", "3/4 D5 G4:1/2 A4:1/2 B4:1/2 C5:1/2 | D5 G4 G4"),
)
