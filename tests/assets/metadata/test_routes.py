"""What is said of assets, over HTTP."""

from tests.assets.shelf import TEXT, Shelf


def test_the_text_of_a_document_is_shown_to_whoever_asks_for_it(shelf: Shelf) -> None:
    words = "Öffnungszeiten: täglich von neun bis fünf"
    asset_id = shelf.add(words.encode(), **(TEXT | {"extract_metadata": True}))
    path = f"/metadata/{asset_id}/"
    assert "text" not in shelf.get(path).json
    assert shelf.get(f"{path}?text=true", "viewer").json["text"].strip() == words
    assert "text" not in shelf.get(f"{path}?text=false").json


def test_what_is_not_clean_shows_no_text(shelf: Shelf) -> None:
    reserved = shelf.pipeline.upload(b"not scanned yet", "admin", **TEXT)
    path = f"/metadata/{reserved['asset']['id']}/?text=true"
    assert shelf.get(path).json["text"] == ""
