"""The alignment beside that of MAFFT (Katoh & Standley 2013), which aligns texts of up to 248 symbols with --text."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray

from arena.stats.alignment import Columns, align
from arena.stats.skeleton import OTHERS, curve, others
from tests.support.planted import Words, planted

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("mafft") is None, reason="needs MAFFT (Debian: mafft)"),
]

FAMILIES: Final = 20
NOISE: Final = 150  # different words; with those of the skeleton they are fewer than MAFFT's symbols
# bytes that MAFFT takes for symbols: none that mean something in its files
SYMBOLS: Final = [byte for byte in range(1, 256) if byte not in b"\n\r >=<-"]

Masks = list[NDArray[np.bool_]]


def by_mafft(texts: Sequence[Words], folder: Path) -> list[Columns]:
    """The columns of each word. MAFFT may put different words into a column; here each of them has its own."""
    known: dict[str, int] = {}
    for text in texts:
        for word in text:
            known.setdefault(word, len(known))
    spelt = [bytes(SYMBOLS[known[word]] for word in text) for text in texts]
    given = b"".join(b">%d\n%s\n" % (number, text) for number, text in enumerate(spelt))
    (folder / "in.txt").write_bytes(given)
    options = ["--text", "--quiet", "--thread", "1", "--globalpair", "--maxiterate", "2"]
    command = ["mafft", *options, str(folder / "in.txt")]
    aligned = subprocess.run(command, capture_output=True, check=True).stdout
    found = []
    for block in aligned.split(b">")[1:]:
        _, _, letters = block.partition(b"\n")
        letters = letters.replace(b"\n", b"")
        places = np.array([256 * at + letter for at, letter in enumerate(letters) if letter != ord("-")])
        found.append(places)
    assert [len(text) for text in texts] == [len(places) for places in found]
    return found


def anchored(columns: Sequence[Columns]) -> Masks:
    return [held >= OTHERS for held in others(columns)]


def planted_ones(texts: Sequence[Words], skeleton: Sequence[Words]) -> Masks:
    """Which words belong to a span that enough texts hold."""
    found: Masks = [np.zeros(len(text), dtype=bool) for text in texts]
    for span in skeleton:
        places = [
            (number, at)
            for number, text in enumerate(texts)
            for at in range(len(text))
            if text[at : at + len(span)] == span
        ]
        for number, at in places if len(places) > OTHERS else ():
            found[number][at : at + len(span)] = True
    return found


def shares(found: Masks, true: Masks) -> tuple[float, float]:
    """Precision and recall."""
    here, there = np.concatenate(found), np.concatenate(true)
    return float(there[here].mean()) if here.any() else 1.0, float(here[there].mean()) if there.any() else 1.0


def test_both_recover_what_was_planted_and_draw_the_same_curve(tmp_path: Path) -> None:
    ours, mafft, apart = [], [], []
    for seed in range(FAMILIES):
        share = 0.3 + 0.6 * seed / (FAMILIES - 1)
        texts, skeleton = planted(share, texts=24, seed=seed, vocabulary=NOISE)
        true = planted_ones(texts, skeleton)
        one, other = anchored(align(texts)), anchored(by_mafft(texts, tmp_path))
        ours.append(shares(one, true))
        mafft.append(shares(other, true))
        apart.append(float(np.abs(curve(one) - curve(other)).mean()))
    (precision, recall), (worst_precision, worst_recall) = np.mean(ours, axis=0), np.min(ours, axis=0)
    print(
        f"precision {precision:.4f}, {worst_precision:.4f} at worst; recall {recall:.4f}, {worst_recall:.4f} at worst"
    )
    print(f"MAFFT: {np.mean(mafft, axis=0).round(4)}, {np.min(mafft, axis=0).round(4)} at worst")
    print(f"curves: {np.mean(apart):.4f} apart in the mean, {max(apart):.4f} at most")
    assert np.min(mafft) > 0.99, "MAFFT recovers everything, or it isn't asked as it should be"
    assert worst_precision > 0.99
    # in one of the families a span that the fewest possible texts hold is lost, because one text has it elsewhere
    assert recall > 0.98 and worst_recall > 0.75
    assert np.mean(apart) < 0.005 and max(apart) < 0.03
