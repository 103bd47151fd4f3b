"""Predicting beside acting: what a model's bits per byte are on documents, and on texts that models wrote, inside their
anchor spans and outside."""

from __future__ import annotations

from typing import Any, Final

from arena.reports.prediction.reading import Reader, Readers
from arena.reports.prediction.writing import Writer, Writers
from arena.reports.report import Report
from arena.reports.settings import run_document
from arena.reports.table import Column, Row, Table
from arena.stats.clusters import Estimate

_COLUMNS: Final = (
    Column("documents", "documents", digits=3),
    Column("documents", "95%", "interval", 3, expendable=2),
    Column("own_inside", "own texts, inside", digits=3, narrow="own texts,\ninside"),
    Column("own_outside", "own texts, outside", digits=3, narrow="own texts,\noutside"),
    Column("others_inside", "others' texts, inside", digits=3, narrow="others' texts,\ninside", expendable=1),
    Column("others_outside", "others' texts, outside", digits=3, narrow="others' texts,\noutside", expendable=1),
    Column("share", "anchors in own texts", "share", narrow="anchors in\nown texts"),
)
_NOTE: Final = (
    "Bits a byte of each model that has both predicted documents and answered prompts, with the same weights. Inside "
    "and outside: of anchor spans. Others' texts: means over the models that wrote them. Documents: with the 95% "
    "interval over documents; the intervals of the others are in the table of bits a byte inside anchors and outside."
)


def together_report(readers: Readers, writers: Writers) -> Report:
    """The report over runs of both kinds."""
    rows = [
        _row(reader, writer, writers) for reader in readers.readers for writer in writers.writers if _is(reader, writer)
    ]
    table = Table("prediction", "Predicting documents beside writing", _COLUMNS, tuple(rows), (_NOTE,))
    records = [{"name": row.name, **row.values} for row in rows]
    return Report(
        name="prediction",
        file="prediction",
        tables=(table,),
        figures=(),
        records=records,
        document={"runs": [run_document(run) for run in (*readers.runs, *writers.runs)], "models": records},
        nothing="" if rows else "no model has both predicted documents and answered prompts, with the same weights",
    )


def _is(reader: Reader, writer: Writer) -> bool:
    """Whether both are one model, with the same weights, and there is something of both."""
    subject = reader.reading.cell.spec.subject
    name = subject.partition(":")[2]
    same = reader.reading.run.spec.models.get(name) == writer.run.spec.models.get(name)
    return subject == writer.subject and same and bool(reader.read) and bool(writer.shown)


def _row(reader: Reader, writer: Writer, writers: Writers) -> Row:
    documents = reader.estimate("bits_per_byte")
    low, high = documents.interval or (None, None)
    inside, outside, _ = writer.costs(writer.subject)
    found = [each.costs(writer.subject) for each in writers.writers if each is not writer and each.run is writer.run]
    values: dict[str, Any] = {
        "documents": documents.value,
        "documents_low": low,
        "documents_high": high,
        "own_inside": inside.value,
        "own_outside": outside.value,
        "others_inside": _mean([one for one, _, _ in found]),
        "others_outside": _mean([other for _, other, _ in found]),
        "share": writer.share("share").value,
    }
    return Row(reader.name, values)


def _mean(estimates: list[Estimate]) -> float | None:
    known = [each.value for each in estimates if each.value is not None]
    return sum(known) / len(known) if known else None
