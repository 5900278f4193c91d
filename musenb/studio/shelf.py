"""Catalogue of famous motifs, each with the work and the place where one reads it.

All authors died more than a hundred years ago, or are unknown; the printed sources are older still. Where a motif does
not fit the model's range, C2 to A5, it is written an octave lower, and its place says so. Articulation is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from musenb.errors import SettingError
from musenb.score.from_text import score_from_text
from musenb.score.note import Score


@dataclass(frozen=True, slots=True)
class Motif:
    """One motif on the shelf.

    Parameters
    ----------
    key : str
        Short name, for code.
    title, composer : str
    year : str
        Of the composition or its first print.
    place : str
        Where one reads it.
    text : str
        In the notation of `musenb.motif`.
    voice : str
        The chorale voice that suits it.
    """

    key: str
    title: str
    composer: str
    year: str
    place: str
    text: str
    voice: str = "soprano"

    @property
    def score(self) -> Score:
        """The motif as a score with title and composer."""
        names = f'title="{self.title}" composer="{self.composer}"\n'
        return score_from_text(names + self.text, source=f"shelf:{self.key}")


SHELF = (
    Motif(
        "bach", "B-A-C-H", "Johann Sebastian Bach", "about 1749",
        "The Art of Fugue BWV 1080, last fugue, third subject: B flat, A, C, B natural, in German B, A, C, H",
        "4/4 Bb3:2 A3:2 | C4:2 B3:2 |", "tenor",
    ),
    Motif(
        "dies-irae", "Dies irae", "plainchant", "13th century or earlier",
        "Sequence of the Requiem Mass, its first words, in even notes; in the Liber Usualis",
        "4/4 F4 E4 F4 D4 | E4 C4 D4 D4 |", "tenor",
    ),
    Motif(
        "ein-feste-burg", "Ein feste Burg ist unser Gott", "Martin Luther", "about 1529",
        "Chorale melody, first line, in the even rhythm of Bach's settings, such as BWV 302",
        "key=D upbeat=1 D5 | D5 D5 A4:1/2 B4:1/2 C#5 | D5:1/2 C#5:1/2 B4 A4^",
    ),
    Motif(
        "o-haupt", "O Haupt voll Blut und Wunden", "Hans Leo Hassler", "1601",
        "Chorale melody, first line, in the even rhythm of Bach's settings, such as no. 54 of the St Matthew Passion",
        "key=Dm upbeat=1 A4 | D5 C5 Bb4 A4 | G4:2 A4^",
    ),
    Motif(
        "art-of-fugue", "The Art of Fugue, subject", "Johann Sebastian Bach", "about 1742",
        "BWV 1080, Contrapunctus 1, bars 1 to 5, second voice from the top",
        "key=Dm 2/2 D4:2 A4:2 | F4:2 D4:2 | C#4:2 D4 E4 | F4:2.5 G4:1/2 F4:1/2 E4:1/2 | D4:2", "alto",
    ),
    Motif(
        "fugue-c-minor", "Fugue in C minor, subject", "Johann Sebastian Bach", "1722",
        "The Well-Tempered Clavier, book 1, BWV 847, bars 1 to 3, middle voice",
        "key=Cm 4/4 r:1/2 C5:1/4 B4:1/4 C5:1/2 G4:1/2 Ab4:1/2 C5:1/4 B4:1/4 C5:1/2 D5:1/2 |\n"
        "G4:1/2 C5:1/4 B4:1/4 C5:1/2 D5:1/2 F4:1/4 G4:1/4 Ab4 G4:1/4 F4:1/4 | Eb4:1/2",
        "alto",
    ),
    Motif(
        "fugue-g-minor", "Little Fugue in G minor, beginning of the subject", "Johann Sebastian Bach",
        "early 18th century", "Organ fugue BWV 578, bars 1 and 2",
        "key=Gm 4/4 G4 D5 Bb4:1.5 A4:1/2 | G4:1/2 Bb4:1/2 A4:1/2 G4:1/2 F#4:1/2 A4:1/2 D4 |",
    ),
    Motif(
        "invention-1", "Invention in C major, beginning", "Johann Sebastian Bach", "1723",
        "Two-part inventions, BWV 772, bar 1 and the first note of bar 2, upper voice",
        "4/4 r:1/4 C4:1/4 D4:1/4 E4:1/4 F4:1/4 D4:1/4 E4:1/4 C4:1/4 G4:1/2 C5:1/2 B4:1/2 C5:1/2 | D5:1/4",
    ),
    Motif(
        "musical-offering", "The Royal Theme, beginning", "Johann Sebastian Bach", "1747",
        "The Musical Offering BWV 1079, Ricercar in three parts, first six notes of the theme that Frederick II gave",
        "key=Cm 2/2 C5:2 Eb5:2 | G5:2 Ab5:2 | B4:2 r:1 G5:1",
    ),
    Motif(
        "jesu-joy", "Jesu, Joy of Man's Desiring", "Johann Sebastian Bach, with Johann Schop's chorale", "1723",
        "Cantata BWV 147, last movement of each part (nos. 6 and 10), bars 1 to 4, first violin",
        "key=G 9/8 r:1/2 G4:1/2 A4:1/2 B4:1/2 D5:1/2 C5:1/2 C5:1/2 E5:1/2 D5:1/2 |\n"
        "D5:1/2 G5:1/2 F#5:1/2 G5:1/2 D5:1/2 B4:1/2 G4:1/2 A4:1/2 B4:1/2 |\n"
        "C5:1/2 D5:1/2 E5:1/2 D5:1/2 C5:1/2 B4:1/2 A4:1/2 B4:1/2 G4:1/2 |\n"
        "F#4:1/2 G4:1/2 A4:1/2 D4:1/2 F#4:1/2 A4:1/2 C5:1/2 B4:1/2 A4:1/2 |",
    ),
    Motif(
        "canon-ground", "Canon in D, the ground", "Johann Pachelbel", "late 17th century",
        "Canon and Gigue for three violins and bass, bars 1 and 2, bass",
        "key=D 4/4 D3 A2 B2 F#2 | G2 D2 G2 A2 |", "bass",
    ),
    Motif(
        "hallelujah", "Hallelujah", "George Frideric Handel", "1741",
        "Messiah HWV 56, chorus at the end of part two, the choir's first word, soprano",
        "key=D 4/4 D5:1.5 A4:1/2 B4:1/2 A4:1/2 r:1",
    ),
    Motif(
        "spring", "Spring", "Antonio Vivaldi", "1725",
        "The Four Seasons, op. 8 no. 1, RV 269, first movement, upbeat and bar 1, first violin; an octave lower here",
        "key=E 4/4 upbeat=1/2 E4:1/2 | G#4:1/2 G#4:1/2 G#4:1/2 F#4:1/4 E4:1/4 B4:1.5 B4:1/4 A4:1/4 | G#4:1/2",
    ),
    Motif(
        "surprise", "Surprise Symphony, second movement", "Joseph Haydn", "1791",
        "Symphony no. 94, Andante, bars 1 to 4, first violin",
        "2/4 C5:1/2 C5:1/2 E5:1/2 E5:1/2 | G5:1/2 G5:1/2 E5 | F5:1/2 F5:1/2 D5:1/2 D5:1/2 | B4:1/2 B4:1/2 G4 |",
    ),
    Motif(
        "nachtmusik", "Eine kleine Nachtmusik", "Wolfgang Amadeus Mozart", "1787",
        "Serenade K. 525, first movement, bars 1 to 4, all strings in octaves; an octave below the first violins here",
        "key=G 4/4 G4 r:1/2 D4:1/2 G4 r:1/2 D4:1/2 | G4:1/2 D4:1/2 G4:1/2 B4:1/2 D5 r |\n"
        "C5 r:1/2 A4:1/2 C5 r:1/2 A4:1/2 | C5:1/2 A4:1/2 F#4:1/2 A4:1/2 D4 r |",
    ),
    Motif(
        "symphony-40", "Symphony in G minor", "Wolfgang Amadeus Mozart", "1788",
        "Symphony no. 40, K. 550, first movement, the theme's first phrase, second violin, an octave below the first",
        "key=Gm 2/2 upbeat=1 Eb4:1/2 D4:1/2 | D4 Eb4:1/2 D4:1/2 D4 Eb4:1/2 D4:1/2 | D4 Bb4 r Bb4:1/2 A4:1/2 |\n"
        "G4 G4:1/2 F4:1/2 Eb4 Eb4:1/2 D4:1/2 | C4 C4 r:1",
    ),
    Motif(
        "ah-vous-dirai-je", "Ah ! vous dirai-je, maman", "French air", "1761",
        "First line; known from Mozart's variations K. 265, and in English as Twinkle, twinkle, little star",
        "2/4 C5 C5 | G5 G5 | A5 A5 | G5:2 |",
    ),
    Motif(
        "fate", "Fifth Symphony", "Ludwig van Beethoven", "1808",
        "Symphony no. 5, op. 67, first movement, bars 1 to 5, violins (strings and clarinets play it together)",
        "key=Cm 2/4 r:1/2 G4:1/2 G4:1/2 G4:1/2 | Eb4:2^ | r:1/2 F4:1/2 F4:1/2 F4:1/2 | D4:2~ | D4:2^ |",
    ),
    Motif(
        "joy", "Ode to Joy", "Ludwig van Beethoven", "1824",
        "Symphony no. 9, op. 125, last movement, the theme's first four bars, cellos and basses",
        "key=D 4/4 F#3 F#3 G3 A3 | A3 G3 F#3 E3 | D3 D3 E3 F#3 | F#3:1.5 E3:1/2 E3:2 |", "bass",
    ),
    Motif(
        "fur-elise", "Für Elise", "Ludwig van Beethoven", "1810",
        "Bagatelle WoO 59, from the upbeat to the first note of bar 4, right hand",
        "key=Am 3/8 upbeat=1/2 E5:1/4 D#5:1/4 | E5:1/4 D#5:1/4 E5:1/4 B4:1/4 D5:1/4 C5:1/4 |\n"
        "A4:1/2 r:1/4 C4:1/4 E4:1/4 A4:1/4 | B4:1/2 r:1/4 E4:1/4 G#4:1/4 B4:1/4 | C5:1/2",
    ),
    Motif(
        "tristan", "Tristan, the beginning", "Richard Wagner", "1859",
        "Tristan und Isolde, prelude, upbeat and bars 1 and 2, cellos",
        "key=Am 6/8 upbeat=1/2 A3:1/2 | F4:2.5 E4:1/2 | D#4:3 |", "tenor",
    ),
    Motif(
        "promenade", "Promenade", "Modest Musorgsky", "1874",
        "Pictures at an Exhibition, bars 1 and 2, right hand",
        "key=Bb 5/4 G4 F4 Bb4 C5:1/2 F5:1/2 D5 | 6/4 C5:1/2 F5:1/2 D5 Bb4 C5 G4 F4 |",
    ),
    Motif(
        "mountain-king", "In the Hall of the Mountain King", "Edvard Grieg", "1875",
        "Peer Gynt, op. 23, and suite no. 1, op. 46, the theme's first four bars, cellos and basses",
        "key=Bm 4/4 B2:1/2 C#3:1/2 D3:1/2 E3:1/2 F#3:1/2 D3:1/2 F#3 | E#3:1/2 C#3:1/2 E#3 E3:1/2 C3:1/2 E3 |\n"
        "B2:1/2 C#3:1/2 D3:1/2 E3:1/2 F#3:1/2 D3:1/2 F#3:1/2 B3:1/2 | A3:1/2 F#3:1/2 D3:1/2 F#3:1/2 A3:2 |", "bass",
    ),
    Motif(
        "swan-lake", "Swan Lake, the swans' theme", "Pyotr Ilyich Tchaikovsky", "1876",
        "Swan Lake, op. 20, act 2, no. 10, the oboe's first three bars and the note after them",
        "key=Bm 4/4 F#5:2 B4:1/2 C#5:1/2 D5:1/2 E5:1/2 | F#5:1.5 D5:1/2 F#5:1.5 D5:1/2 |\n"
        "F#5:1.5 B4:1/2 D5:1/2 B4:1/2 G4:1/2 D5:1/2 | B4:2",
    ),
    Motif(
        "la-donna", "La donna è mobile", "Giuseppe Verdi", "1851",
        "Rigoletto, act 3, the Duke's canzone, first four bars of the voice as written; it sounds an octave lower",
        "key=B 3/8 D#5:1/2 D#5:1/2 D#5:1/2 | F#5:3/4 E5:1/4 C#5:1/2 | C#5:1/2 C#5:1/2 C#5:1/2 |\n"
        "E5:3/4 D#5:1/4 B4:1/2 |",
    ),
    Motif(
        "new-world", "New World Symphony, Largo", "Antonín Dvořák", "1893",
        "Symphony no. 9, op. 95, second movement, first two bars of the cor anglais, as it sounds",
        "key=Db 4/4 F4:3/4 Ab4:1/4 Ab4 F4:3/4 Eb4:1/4 Db4 | Eb4:3/4 F4:1/4 Ab4:3/4 F4:1/4 Eb4:2 |",
    ),
    Motif(
        "new-britain", "Amazing Grace", "American hymn tune", "1835",
        "Tune 'New Britain', first line; with these words first in William Walker's The Southern Harmony",
        "key=G 3/4 upbeat=1 D4 | G4:2 B4:1/2 G4:1/2 | B4:2 A4 | G4:2 E4 | D4:2",
    ),
)  # fmt: skip


def from_shelf(key: str) -> Motif:
    """Return the motif with a short name.

    Raises
    ------
    SettingError
        There is none.
    """
    found = next((motif for motif in SHELF if motif.key == key), None)
    if found is None:
        raise SettingError(f"no motif {key!r} on the shelf; there are {', '.join(motif.key for motif in SHELF)}")
    return found
