"""Words are found in any script, whatever their case, accents and form."""

import pytest

from chalicelib.search import words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Summer_Sale-2026.JPG", ["summer", "sale", "2026", "jpg"]),
        ("Café CAFE\u0301 \uff23\uff21\uff26\uff25", ["cafe", "cafe", "cafe"]),
        ("Straße Ørsted Łódź", ["strasse", "orsted", "lodz"]),
        ("שָׁלוֹם مَرْحَبًا", ["שלום", "مرحبا"]),
        ("🎉 party 👩‍👩‍👧", ["🎉", "party", "👩", "👩", "👧"]),
        ("北京市", ["北", "京", "市", "北京", "京市"]),
        ("iPhone北", ["iphone", "北"]),
        ("한국어", ["한국어"]),
        ("... --- !", []),
        ("", []),
        ("x" * 100, ["x" * 64]),
    ],
)
def test_the_words_of_a_text(text: str, found: list[str]) -> None:
    assert list(words.words(text)) == found


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("Sum MER sum", ["mer", "sum"]),
        ("北京市", ["北京", "京市"]),
        ("hotel 北", ["hotel", "北"]),
        ("🎉", ["🎉"]),
        (" , ", []),
    ],
)
def test_what_a_query_asks_for(query: str, asked: list[str]) -> None:
    assert words.asked_words(query) == asked


def test_a_text_is_found_by_itself() -> None:
    for text in ("Größe XL", "北京 hotel", "สวัสดี", "dé\u0301jà vu"):
        assert set(words.asked_words(text)) <= set(words.words(text))
