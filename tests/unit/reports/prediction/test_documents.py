"""The report of documents: their numbers by hand, two models on the same ones, and both reports together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from arena.errors import InputError, StoreError
from arena.experiments.prediction.predicted import EXPERIMENT, PREFIX, Predicted
from arena.experiments.prediction.prompts import NAMED
from arena.reports.options import ReportSettings
from arena.reports.registry import reports_across, reports_of
from arena.reports.report import Report
from arena.store import CellSpec, RunSpec, Store
from arena.store.rows import Asked, RunRow, Unit
from tests.support.generations import write_generations
from tests.support.planted import planted

BASE, ALIGNED = "llm:gemma-3-270m", "llm:smollm2-135m-instruct"
MODELS = {"gemma-3-270m": "sha256:1", "smollm2-135m-instruct": "sha256:2"}


def document(bits: float, size: int, name: str = "") -> Predicted:
    return Predicted(bits=bits, tokens=size // 4, bytes=size, words=size // 5, windows=1, sha256=name)


def write_documents(store: Store, found: Mapping[str, Sequence[Predicted]], size: int = 0) -> RunRow:
    asked = Asked(style="base", format="none", wording="document")
    cells = tuple(CellSpec(f"{who}||documents: x|-|-", who, "", "documents: x", asked) for who in found)
    settings = {"documents": "sha256:0", "window": 1024, "stride": 512}
    size = size or max(map(len, found.values()))
    run = RunSpec(EXPERIMENT, Unit.ANSWER, cells, size, 0, MODELS, {}, settings=settings, in_order=True)
    with store.begin(run) as writer:
        for cell in cells:
            for number, each in enumerate(found[cell.subject]):
                writer.add_answer(cell.key, number, each.answer(f"{number}.txt"))
            writer.set_finding(cell.key, PREFIX, {"bos": cell.subject == BASE, "tokens": int(cell.subject == BASE)})
        return writer.run


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "a.db", create=True) as opened:
        yield opened


def report_of(store: Store) -> Report:
    (report,) = reports_of(store, store.runs(), ReportSettings())
    return report


def test_ratios_are_over_all_documents_and_empty_ones_are_left_out(store: Store) -> None:
    write_documents(store, {BASE: [document(800, 1000), document(900, 500), document(0, 0)]})
    report = report_of(store)
    (row,) = report.tables[0].rows
    assert row.values["documents"] == 2 and row.values["bits_per_byte"] == pytest.approx(1700 / 1500)
    assert row.values["token_perplexity"] == pytest.approx(2 ** (1700 / 375))
    assert row.values["word_perplexity"] == pytest.approx(2 ** (1700 / 300))
    assert row.values["bits_per_byte_low"] < 1700 / 1500 < row.values["bits_per_byte_high"]
    assert "with nothing before it) are left out: 1." in " ".join(report.notes)
    assert [record["bits_per_byte"] for record in report.records] == [0.8, 1.8, None]


def test_two_models_are_compared_document_by_document(store: Store) -> None:
    sizes = (400, 900, 300, 700, 1200, 800)
    hard = (0.7, 1.4, 0.9, 1.1, 2.0, 1.2)
    base = [document(size * bits, size, f"{size}") for size, bits in zip(sizes, hard, strict=True)]
    worse = [document(found.bits * 1.1, found.bytes, found.sha256) for found in base]
    write_documents(store, {BASE: base, ALIGNED: worse})
    report = report_of(store)
    (pair,) = next(table for table in report.tables if table.key == "perplexity-pairs").rows
    expected = -0.1 * sum(found.bits for found in base) / sum(sizes)
    assert pair.values["difference"] == pytest.approx(expected) and pair.values["fewer"] == 6
    assert pair.values["difference_low"] < expected < pair.values["difference_high"] < 0
    (claim,) = next(table for table in report.tables if table.key == "perplexity-claims").rows
    assert claim.values["verdict"] == "holds" and "needs more bits a byte" in claim.name
    assert any("different families" in note for note in report.notes)


def test_documents_of_other_texts_aren_t_compared(store: Store) -> None:
    write_documents(store, {BASE: [document(5, 9, "one")], ALIGNED: [document(5, 9, "other")]})
    assert [table.key for table in report_of(store).tables] == ["perplexity"]


def test_an_unfinished_run_says_so_and_an_empty_one_has_nothing(store: Store) -> None:
    write_documents(store, {BASE: [document(5, 9)]}, size=4)
    assert report_of(store).tables[0].rows[0].full_name.endswith("(1 of 4)")
    write_documents(store, {ALIGNED: []}, size=4)
    (alone,) = reports_of(store, store.runs()[1:])
    with pytest.raises(InputError, match="no document has been read yet"):
        alone.check()


def test_a_surprisal_that_is_none_is_damage(store: Store) -> None:
    write_documents(store, {BASE: [document(-5, 9)]})
    with pytest.raises(StoreError, match=r"is damaged .*a surprisal of -5"):
        report_of(store)


def test_documents_and_anchors_stand_beside_each_other(store: Store) -> None:
    write_documents(store, {BASE: [document(800, 1000), document(900, 500)], ALIGNED: [document(900, 1000)]})
    texts = [" ".join(text) for text in planted(1.0, texts=8)[0]]
    write_generations(store, {(BASE, NAMED): texts, (ALIGNED, NAMED): texts}, models=MODELS)
    (both,) = reports_across(store, store.runs())
    one, two = both.tables[0].rows
    assert one.values["documents"] == pytest.approx(1700 / 1500) and two.values["documents"] == pytest.approx(0.9)
    for row in (one, two):
        assert row.values["own_inside"] == row.values["others_inside"] == pytest.approx(0.2, rel=0.02)
        assert row.values["own_outside"] > 0.5 and row.values["share"] == pytest.approx(0.5, abs=0.02)
    assert not both.nothing


def test_other_weights_are_another_model(store: Store) -> None:
    write_documents(store, {BASE: [document(800, 1000)]})
    write_generations(store, {(BASE, NAMED): ["a b c d"] * 8}, models={"gemma-3-270m": "sha256:other"})
    (both,) = reports_across(store, store.runs())
    assert "no model has both" in both.nothing
