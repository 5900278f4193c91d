"""Provenance sentence: which notes of a score were given and which a model wrote."""

from __future__ import annotations

from collections.abc import Iterable

from musenb.score.note import Note, Score


def provenance(score: Score) -> str:
    """Return a sentence that tells the given notes from the written ones."""
    written = [note for note in score.notes if note.origin.generated]
    if not written:
        return f"Given: all {len(score.notes)} notes."
    runs = sorted({(note.origin.model, note.origin.seed) for note in written}, key=str)
    models = ", ".join(name if seed is None else f"{name} (seed {seed})" for name, seed in runs)
    given = "; ".join(
        f"{voice.name or 'voice ' + str(number)} {bars}"
        for number, voice in enumerate(score.voices, start=1)
        if (bars := _bars_of(score, (note for note in voice.notes if not note.origin.generated)))
    )
    count = f"{len(written)} note{'s' if len(written) > 1 else ''}"
    return f"Given: {given or 'nothing'}. Written by {models}: {count}, in blue."


def _bars_of(score: Score, notes: Iterable[Note]) -> str:
    """Return the bars in which notes begin, as in 'upbeat, bars 1-2, 5'; empty without notes."""
    onsets = [note.onset for note in notes]
    numbers = [
        bar.number
        for bar in score.bars()
        if any(bar.onset <= onset < bar.end for onset in onsets)
    ]
    upbeat = ["upbeat"] if 0 in numbers else []
    ranges: list[list[int]] = []
    for number in filter(None, numbers):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    bars = [str(first) if first == last else f"{first}\N{EN DASH}{last}" for first, last in ranges]
    if bars:
        bars[0] = f"bar{'s' if ranges != [[ranges[0][0]] * 2] else ''} {bars[0]}"
    return ", ".join(upbeat + bars)
