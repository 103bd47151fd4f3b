"""The documents that come with Arena: how many there are, how long they are, and that each says where it is from."""

from __future__ import annotations

from importlib.resources import files

from arena.experiments.prediction.documents import shipped_documents
from arena.toml import read_toml

WIDE = 300_000  # bytes, all together


def test_there_are_twenty_of_some_hundred_words_to_a_thousand() -> None:
    found = shipped_documents().documents
    assert len(found) == 20 and len({each.text for each in found}) == 20
    assert all(250 < each.words < 1200 for each in found)
    assert sum(each.bytes for each in found) < WIDE


def test_each_says_whose_it_is_and_that_its_author_is_long_dead() -> None:
    said = read_toml(files("arena.experiments.prediction") / "texts" / "sources.toml", "list of texts")
    assert set(said["texts"]) == {each.name for each in shipped_documents().documents}
    for source in said["texts"].values():
        assert source["author"] and source["work"] and source["died"] < 1926
        assert source["package"] in said["packages"]


def test_no_line_of_a_publisher_is_among_them() -> None:
    """Headers, notes about figures, and marks of a conversion."""
    for document in shipped_documents().documents:
        for mark in ("Gutenberg", "[Illustration", "[Greek", "http", "\r", "\ufffd", "\t"):
            assert mark not in document.text, document.name
