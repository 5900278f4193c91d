"""Next-token choices: at a note, behind the end, and layer by layer (logit lens)."""

from __future__ import annotations

from musenb.questions.lookup import note_of
from musenb.questions.reading import Reading, row_for
from musenb.tokens.piece import Choice, Choices, Piece


def choices_at(
    reading: Reading,
    note: str | int,
    *,
    rules: bool = False,
) -> tuple[Choices, ...]:
    """Return what might have been chosen at the moment at which a note begins, a voice each where there are voices."""
    piece = reading.piece
    moment = piece.moment(note_of(piece, note))
    return tuple(
        piece.choices(reading.log_probs[at], at, rules=rules)
        for at in moment
    )


def choices_behind(reading: Reading, *, rules: bool = False) -> tuple[Choices, ...]:
    """Return what may follow the end; a voice is given the likeliest choices of the voices above it.

    Raises
    ------
    SettingError
        Nothing was planned behind the end.
    """
    piece, decoder = reading.piece, reading.decoder
    found, behind = [], []
    cache = reading.cache.copy()
    for position in piece.moment():
        place, field = divmod(position, reading.step_size)
        row = row_for(decoder.config, piece, behind).crop(cache.length - bool(field), place + 1)
        if field and row.told is not None:
            logits = cache.next_field(row.targets[-1:, :field], row.told[-1:])[0]
        else:
            inputs = row.before[None], row.features[None], row.related[None]
            logits = decoder.extend(cache, *inputs)[0, -1]
        found.append(piece.choices(logits, position, rules=rules))
        likeliest = piece.choices(logits, position, rules=True).choices[0]
        behind.append(likeliest.token)
    return tuple(found)


def layer_choices(reading: Reading, note: str | int) -> tuple[Choices, ...]:
    """Return what each layer would have guessed for a note's first token, the embeddings alone first.

    References
    ----------
    nostalgebraist (2020), interpreting GPT: the logit lens.
    """
    piece = reading.piece
    position = note_of(piece, note).position
    return tuple(piece.choices(guess, position) for guess in reading.guesses(position))


def composed_choices(reading: Reading, composed: Piece | None, note: str | int) -> tuple[Choice | None, ...]:
    """Return what the composer wrote at the moment at which a note begins, with its probability; None: not known."""
    piece = reading.piece
    moment = piece.moment(note_of(piece, note))
    if composed is None or moment[-1] >= len(composed.tokens):
        return (None,) * len(moment)
    written = {place.voice_name for place in composed.notes}
    found = []
    for at in moment:
        there = composed.choices(reading.log_probs[at], at)
        found.append(there.taken if there.voice in written else None)
    return tuple(found)
