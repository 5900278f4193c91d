from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musenb.score.charset import decoded, encoding_of

JAPANESE = """
ピアノ ベース ギター 弦楽 さくら 主旋律 伴奏 右手 左手 歌 春の海 第１楽章 三味線 Piano(ピアノ)
ﾋﾟｱﾉ ﾍﾞｰｽ ﾄﾞﾗﾑ ｵﾙｶﾞﾝ
""".split()
CHINESE = "钢琴 吉他 贝斯 鼓 主旋律 伴奏 月亮代表我的心 小提琴 左手 右手 茉莉花 二胡 吉他solo 第一乐章 歌 笛子".split()
LATIN = """
Été Flöte für Größe Höhe Geräusch Cañón Fuß Ça Violão Präludium Übung Süßer Noël Œuvre coração Violín à
l’après-midi ©Müller
""".split()


@pytest.mark.parametrize(
    ("word", "codec"),
    [(word, "cp932") for word in JAPANESE] + [(word, "gbk") for word in CHINESE] + [(word, "cp1252") for word in LATIN],
)
def test_the_names_of_instruments_and_pieces_are_told_apart(word: str, codec: str) -> None:
    raw = word.encode(codec)
    assert decoded(raw, encoding_of([raw])) == word
    assert decoded(word.encode(), "gbk") == word


def test_all_texts_of_a_file_are_evidence_together() -> None:
    unclear = "ｱﾙﾄ".encode("cp932") + b"\xb1"
    assert encoding_of([unclear]) != "cp932"
    assert encoding_of([unclear, "ソプラノ、アルト".encode("cp932")]) == "cp932"


def test_a_name_cut_within_a_character_costs_that_character_alone() -> None:
    cut = "ピアノ".encode("cp932")[:-1]
    assert decoded(cut, encoding_of(["ベース、ギター、弦楽".encode("cp932")] * 3 + [cut])) == "ピア\ufffd"


@given(st.lists(st.binary(max_size=30), max_size=4))
def test_any_bytes_are_some_text(texts: list[bytes]) -> None:
    encoding = encoding_of(texts)
    assert all(isinstance(decoded(text, encoding), str) for text in texts)
