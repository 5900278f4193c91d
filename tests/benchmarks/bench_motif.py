"""Print precision and recall of the returns found in fugues and chorales: `python tests/benchmarks/bench_motif.py`.

The list of what is there, and what it rests on, is `tests/analysis/motif_truth.json`. Pieces named corpus:... are read
from music21's corpus; the quartet movement takes half a minute. No Well-Tempered Clavier or Art of Fugue fugue is in
that corpus, so the notes of BWV 846 come with the tests, after the typesetting that the Mutopia Project holds in the
public domain. That fugue was looked at while the search was written (its first lengths, its half entry); the tunes were
not.
What is found besides is not all false: only whole lines are listed as there, and the fifth line of the passion chorale
ends as the first does, which is found as its tail in every setting. `--show` names it.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from fractions import Fraction
from functools import cache
from pathlib import Path

from musenb.analysis.motif.chance import chance
from musenb.analysis.motif.finder import Motif, Return, evaluate, find_returns, motif_of
from musenb.score.from_text import score_from_text
from musenb.score.load import load
from musenb.score.note import Score

FOLDER = Path(__file__).resolve().parents[1] / "analysis"
LEAST = (0.0, 0.4, 0.5, 0.7)


@cache
def piece(name: str) -> Score:
    """Return a piece of the corpus or of the tests' folder."""
    return load(name) if name.startswith("corpus:") else score_from_text((FOLDER / name).read_text("utf-8"),
    source=name)


def onset(score: Score, bar: int, beat: float) -> Fraction:
    """Return the quarter at which a beat of a bar begins."""
    here = next(b for b in score.bars() if b.number == bar)
    return here.end - here.metre.bar_length + (Fraction(beat) - 1) * here.metre.beat_length


def measured(work: dict) -> dict:
    """Return what is found of one motif in its pieces, against what is there."""
    source, home = piece(work["motif"]["piece"]), work["motif"]
    motif = motif_of(source, home["voice"], *home["bars"])
    motif = Motif(motif.notes[: home["notes"] or None], motif.home[: home["notes"] or None])
    found, truth, seconds, notes = [], [], 0.0, 0
    for number, one in enumerate(work["pieces"]):
        score = piece(one["piece"])
        score = score.first_bars(one["bars"]) if "bars" in one else score
        wanted = motif if one.get("home") else Motif(motif.notes)
        began = time.perf_counter()
        returns = find_returns(score, wanted)
        seconds += time.perf_counter() - began
        notes += len(score.notes)
        # Pieces stand one after another, 10,000 quarters apart, so that they are judged together.
        found += [moved(r, number) for r in returns]
        truth += [(voice, onset(score, bar, beat) + 10_000 * number) for voice, bar, beat in one["entries"]]
    judged = {least: evaluate(found, truth, least=least) for least in LEAST}
    return {"notes": notes, "seconds": seconds, "judged": judged, "motif": motif}


def moved(one: Return, number: int) -> Return:
    """Return a return moved in time to where its piece stands."""
    return dataclasses.replace(one, onset=one.onset + 10_000 * number)


def show(work: dict, judged: dict) -> None:
    """Print what was missed and what was found besides, by piece, voice and quarter."""
    for word in ("missed", "besides"):
        for voice, quarter in judged[word]:
            name = work["pieces"][int(quarter // 10_000)]["piece"]
            print(f"{'':20}{word}: {name}, {voice}, quarter {float(quarter % 10_000):g}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="the name of one motif of the list")
    parser.add_argument("--chance", type=int, default=20, metavar="N", help="motifs of other pieces (default: 20)")
    parser.add_argument("--show", action="store_true", help="also name what was missed and what was found besides")
    options = parser.parse_args()
    works = json.loads((FOLDER / "motif_truth.json").read_text("utf-8"))
    print("motif               notes  seconds  confidence  there  found  hits  precision  recall")
    sums = {least: dict.fromkeys(("there", "found", "hits"), 0) for least in LEAST}
    for work in works:
        if options.only not in (None, work["name"]):
            continue
        result = measured(work)
        for least, judged in result["judged"].items():
            sums[least] = {name: count + judged[name] for name, count in sums[least].items()}
            first = f"{work['name']:18}  {result['notes']:5}  {result['seconds']:7.2f}" if not least else " " * 34
            print(
                f"{first}     >= {least:3.1f}  {judged['there']:5}  {judged['found']:5}  {judged['hits']:4}"
                f"  {judged['precision']:9.3f}  {judged['recall']:6.3f}"
            )
        if options.show:
            show(work, result["judged"][0.0])
        if options.chance:
            one = work["pieces"][0]
            score = piece(one["piece"])
            score = score.first_bars(one["bars"]) if "bars" in one else score
            wanted = result["motif"] if one.get("home") else Motif(result["motif"].notes)
            beside = chance(score, wanted, draws=options.chance)
            print(
                f"{'':20}in {one['piece']} it returns {beside.total} times, {options.chance} motifs of other chorales "
                f"{beside.totals.mean():.2f} times on average, {beside.totals.max()} at most"
            )
    for least, total in sums.items():
        precision, recall = total["hits"] / total["found"], total["hits"] / total["there"]
        print(
            f"{'all':34}     >= {least:3.1f}  {total['there']:5}  {total['found']:5}  {total['hits']:4}"
            f"  {precision:9.3f}  {recall:6.3f}"
        )


if __name__ == "__main__":
    main()
