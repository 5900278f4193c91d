"""Development by a plan, measured beside the same motif simply continued: 16 bars, five statements.

python tests/benchmarks/bench_development.py [MOTIFS] [FOLDER]    a line a take and the means; MusicXML into FOLDER
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from musenb.analysis.chorale.part_writing import count, score_grid
from musenb.analysis.chorale.resolution import resolutions
from musenb.analysis.motif.finder import Return, as_motif, find_returns
from musenb.sample.models import Model, open_model
from musenb.sample.recipe import laid_out_for
from musenb.score.development.laying import settled, statement_of
from musenb.score.development.plan import DevelopmentPlan, Statement
from musenb.score.from_text import score_from_text
from musenb.score.note import Score
from musenb.score.sonority import chords_of
from musenb.session import Take, develop, prepared
from musenb.tokens.chorale.grid import UNKNOWN
from musenb.tokens.chorale.idiom import RANGES
from musenb.train.judge import log_probs_of

MOTIFS = (
    "key=C C5 D5 E5 G5 | F5:2 E5:2", "key=G D5 G4 A4 B4 | C5:2 B4:2", "key=F F4 A4 C5 D5 | C5:3 A4",
    "key=D D5/8 E5/8 F#5/4 E5/4 D5/4 | A4:4", "key=Am A4 B4 C5 E5 | D5 C5 B4:2", "key=Dm D5 A4 F4 D4 | C#4:2 D4:2",
    "key=Gm G4 Bb4 A4 G4 | F#4:2 G4:2", "key=Em E4/8 F#4/8 G4 A4 B4 | C5 B4:3", "key=Bb Bb4 D5 C5 Bb4 | F5:2 D5:2",
    "key=A A4 C#5 B4 E5 | D5 C#5 B4:2", "key=Eb Eb5 D5 Eb5 Bb4 | C5:2 Bb4:2", "key=C G4 C5 B4/8 C5/8 D5 | E5:2 C5:2",
    "key=Bm B4 C#5 D5 F#5 | E5:2 D5:2", "key=G G4/8 A4/8 B4/8 C5/8 D5 B4 | A4 C5 B4:2",
    "key=F C5 A4 Bb4 G4 | A4:2 F4:2",
)
FOUND = 0.7


def plan() -> DevelopmentPlan:
    """Return the plan: five statements in four voices, 16 bars."""
    statements = (
        Statement("as it is", "soprano", 1), Statement("sequence", "alto", 4, steps=1),
        Statement("answer", "tenor", 7), Statement("inversion", "bass", 10), Statement("return", "soprano", 13),
    )
    return DevelopmentPlan(statements, 16, name="five statements")


def present(take: Take, motif: Score, model: Model) -> tuple[int, int, int]:
    """Return how many statements a take has note for note, how many are found again, and how many there are."""
    development = take.recipe.development
    assert development is not None
    wanted = laid_out_for(model, motif, development).score
    notes = {(v.name, n.onset, n.duration, n.pitch) for v in take.score.voices for n in v.notes}
    stands = dict.fromkeys(range(1, len(development.statements) + 1), True)
    places: dict[int, tuple[str, object]] = {}
    for voice in wanted.voices:
        for note in voice.notes:
            said = statement_of(note)
            assert said is not None
            places.setdefault(said[0], (voice.name, note.onset))
            stands[said[0]] &= (voice.name, note.onset, note.duration, note.pitch) in notes
    returns = [one for one in find_returns(take.score, as_motif(motif)) if one.confidence >= FOUND]
    found = sum(any(_is(one, place) for one in returns) for place in places.values())
    return sum(stands.values()), found, len(stands)


def _is(one: Return, place: tuple[str, object]) -> bool:
    return one.voice == place[0] and one.onset == place[1]


def figures(take: Take, model: Model) -> dict[str, float]:
    """Return what is measured of a take's part-writing and harmony."""
    heard = score_grid(take.score).astype(int)
    written, resolved = count(heard), resolutions(heard)
    last = chords_of(heard[-1:])
    key = take.score.key_at(take.score.end)
    assert key is not None
    changes = max(written.changes, 1)
    return {
        "parallels": 100 * written.parallels / changes,
        "crossing": 100 * written.crossings / changes,
        "wide": 100 * written.wide / changes,
        "tertian": written.tertian / max(written.beats, 1),
        "hanging": resolved.hanging / changes,
        "tonic": float(last.root[0] == key.tonic == last.bass[0]),
        "nats": nats(take, model),
    }


def nats(take: Take, model: Model) -> float:
    """Return the nats of the cells of a take that its plan left free, a cell."""
    piece = model.idiom.piece(take.score, plan=take.plan)
    free = (piece.plan.grid.cells == UNKNOWN).ravel()[: len(piece.tokens)]  # type: ignore[attr-defined]
    log_probs = log_probs_of(model.decoder, piece.row())[: len(piece.tokens)]
    return -float(log_probs[np.arange(len(piece.tokens)), piece.tokens][free].mean())


def main(motifs: int, folder: Path | None) -> None:
    """Print a line a take, then the means."""
    model = open_model()
    rows: dict[str, list[dict[str, float]]] = {"planned": [], "unplanned": []}
    begun = time.process_time()
    for number, text in enumerate(MOTIFS[:motifs]):
        motif = prepared(score_from_text(text), model=model).score
        asked = settled(motif, plan(), RANGES)
        takes = {
            "planned": develop(motif, plan=asked, seed=number),
            "unplanned": develop(motif, bars=14, seed=number),
        }
        stands, found, total = present(takes["planned"], motif, model)
        for name, take in takes.items():
            row = figures(take, model)
            if name == "planned":
                row |= {"present": stands / total, "found": found / total}
            rows[name].append(row)
            print(f"{number:2} {name:10}", told(row), flush=True)
            if folder is not None:
                take.save(folder / f"{number}-{name}.musicxml")
    for name, found_rows in rows.items():
        names = found_rows[0]
        print(f"mean {name:9}", told({key: float(np.mean([row[key] for row in found_rows])) for key in names}))
    print(f"{time.process_time() - begun:.0f} s of processor")


def told(row: dict[str, float]) -> str:
    """Return figures as a line."""
    return ", ".join(f"{name} {value:.3f}" for name, value in row.items())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
