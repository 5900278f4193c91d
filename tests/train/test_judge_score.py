from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from musenb.commands.main import main
from musenb.errors import ModelError, SettingError
from musenb.model.numpy.decode import Decoder
from musenb.model.weights import load_weights
from musenb.score.note import Note, Score, Voice
from musenb.tokens.notes.code import table_of
from musenb.tokens.notes.fields import SIZES
from musenb.tokens.notes.frame import bars_of
from musenb.train.count_notes import CountModel, Counts
from musenb.train.judge_score import judge, nats_of, pieces_in, row_of, steps_and_told
from musenb.train.notes_data import SPLITS, Piece, piece_of, write_pieces


def scale(start: int, *, split: str, style: int = 0, name: str = "work 1") -> Piece:
    notes = tuple(Note(Fraction(n), Fraction(1), start + n % 8) for n in range(32))
    score = Score((Voice("a", notes),))
    return piece_of(
        name, table_of(score), bars_of(score, score.end), split=SPLITS.index(split), style=style, voices=1
    )


def pieces() -> list[Piece]:
    train = [scale(start, split="train", name=f"work {start}") for start in (60, 62, 64)]
    return [*train, *(scale(61, split="test", name=f"work {n // 2} {n % 2}") for n in range(6))]


def test_counts_are_mixed_as_witten_and_bell_do() -> None:
    counts = Counts(np.array([7, 7, 7, 9]), np.array([1, 1, 2, 0]), 3)
    found = counts.mixed(np.array([7, 7, 8]), np.array([1, 0, 0]), np.array([0.5, 0.25, 0.25]))
    assert found.tolist() == pytest.approx([(2 + 2 * 0.5) / 5, 2 * 0.25 / 5, 0.25])


def test_the_probabilities_of_a_field_sum_to_one() -> None:
    model = CountModel([steps_and_told(piece) for piece in pieces()[:3]])
    steps, told = steps_and_told(pieces()[3])
    last = len(SIZES) - 1
    changed = np.tile(steps, (SIZES[last], 1, 1))
    changed[:, 5, last] = np.arange(SIZES[last])
    nats = [model.nats(one, told)[5, last] for one in changed]
    assert np.exp(-np.array(nats)).sum() == pytest.approx(1)


def test_what_was_seen_often_costs_little() -> None:
    own = pieces()
    model = CountModel([steps_and_told(piece) for piece in own[:3]])
    known, strange = (model.nats(*steps_and_told(piece))[1:].sum() for piece in (own[0], own[3]))
    assert known < strange
    assert model.nats(*steps_and_told(own[0]))[1:, 0].mean() < 0.2


def test_windows_of_the_context_score_each_step_once(notes_checkpoint: Path) -> None:
    decoder = Decoder(*load_weights(notes_checkpoint))
    row = row_of(pieces()[3])
    whole = nats_of(decoder, row)
    assert whole.shape == (33, 4)
    assert (whole > 0).all()
    assert whole[0].sum() == pytest.approx(np.log(SIZES).sum(), rel=0.5)


def test_each_style_is_judged_over_its_works(notes_checkpoint: Path) -> None:
    decoder = Decoder(*load_weights(notes_checkpoint))
    [quartets] = judge(decoder, pieces(), most=99)
    assert (quartets.style, quartets.works, quartets.notes) == ("string quartet", 3, 6 * 32)
    assert sum(quartets.model.values()) == pytest.approx(quartets.total[0])
    assert quartets.saved[0] == pytest.approx(quartets.counted[0] - quartets.total[0])
    assert quartets.total[1] <= quartets.total[0] <= quartets.total[2]
    assert judge(decoder, pieces(), most=2)[0].notes == 64


def test_another_model_is_compared_pair_by_pair(notes_checkpoint: Path) -> None:
    config, tensors = load_weights(notes_checkpoint)
    mine = Decoder(config, tensors)
    [alike] = judge(mine, pieces(), most=99, against=mine)
    assert alike.other == alike.total
    assert alike.ahead == (0, 0, 0)
    # Without a readout all classes are equally likely.
    even = Decoder(config, {**tensors, "readout.weight": np.zeros_like(tensors["readout.weight"])})
    [found] = judge(mine, pieces(), most=99, against=even)
    assert found.total == alike.total
    assert found.saved == alike.saved
    assert found.other is not None
    assert found.ahead is not None
    # A step without a note has no pitch and no length: the last of each piece.
    expected = (32 * np.log(SIZES).sum() + np.log(SIZES[:2]).sum()) / 32
    assert found.other[0] == pytest.approx(expected, rel=1e-5)
    assert found.ahead[0] == pytest.approx(expected - found.total[0], rel=1e-5)
    assert found.ahead[1] <= found.ahead[0] <= found.ahead[2]


def test_a_model_of_another_language_is_no_match(tiny_decoder: Decoder, notes_checkpoint: Path) -> None:
    with pytest.raises(ModelError, match="of the idiom 'chorale' reads no notes"):
        judge(Decoder(*load_weights(notes_checkpoint)), pieces(), most=1, against=tiny_decoder)


def test_the_command_compares_two_models(
    notes_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pieces(pieces(), tmp_path / "pieces.npz")
    asked = ["evaluate", "score", "--model", str(notes_checkpoint), "--data", str(tmp_path)]
    assert main([*asked, "--against", str(notes_checkpoint)]) == 0
    assert "better than the other by 0.000 [0.000, 0.000]" in capsys.readouterr().out


def test_the_command_prints_both_models(
    tmp_path: Path, notes_checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pieces(pieces(), tmp_path / "pieces.npz")
    assert main(["evaluate", "score", "--model", str(notes_checkpoint), "--data", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "string quartet: 192 notes of 3 works" in said
    assert "better by -" in said


def test_what_cannot_be_judged_is_refused(tmp_path: Path, tiny_decoder: Decoder, notes_checkpoint: Path) -> None:
    with pytest.raises(ModelError, match="'chorale' reads no notes"):
        judge(tiny_decoder, pieces(), most=1)
    decoder = Decoder(*load_weights(notes_checkpoint))
    with pytest.raises(SettingError, match="pieces 0 is below 1"):
        judge(decoder, pieces(), most=0)
    with pytest.raises(SettingError, match="no piece is of the part 'valid'"):
        judge(decoder, pieces(), most=1, split="valid")
    with pytest.raises(SettingError, match="gathers them"):
        pieces_in(tmp_path)
