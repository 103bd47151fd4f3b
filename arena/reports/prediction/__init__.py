"""The reports of documents that models predict, and of texts that they write many times over (Li and others 2024).

reading.py     a model's numbers over documents, and two models' on the same ones
documents.py   the tables and the figure of documents
writing.py     what a model's generations of one prompt share, and of all prompts
texts.py       the tables of generations
spans.py       the anchor spans of one prompt, as a table and as a picture
flow.py        how generations flow from span to span
live.py        the same picture for a page, where spans can be pointed at
curve.py       the share of anchors along a text
claims.py      what the paper claims, and whether it holds for the models at hand
tasks.py       the same reading of poems, sequences and matches that a store holds
task_texts.py  their texts
together.py    both: bits a byte on documents, and inside and outside anchor spans
naming.py      names for models, and what all of a report's rows share
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from arena.reports.options import DEFAULTS, ReportSettings

if TYPE_CHECKING:
    from arena.reports.report import Report
    from arena.store.rows import RunRow
    from arena.store.store import Store


def report_perplexity(store: Store, runs: Sequence[RunRow], settings: ReportSettings = DEFAULTS) -> Report:
    """How well models predict documents. Raises StoreError for a damaged store."""
    from arena.reports.prediction.documents import documents_report
    from arena.reports.prediction.reading import read_runs

    return documents_report(read_runs(store, runs, settings.labels))


def report_anchors(store: Store, runs: Sequence[RunRow], settings: ReportSettings = DEFAULTS) -> Report:
    """How alike a model's texts are, and what they share. Raises StoreError for a damaged store."""
    from arena.reports.prediction.texts import texts_report
    from arena.reports.prediction.writing import read_runs

    return texts_report(read_runs(store, runs, settings.labels))


def report_tasks(store: Store, runs: Sequence[RunRow], most: int, settings: ReportSettings = DEFAULTS) -> Report:
    """What the first `most` poems, sequences and matches of each cell share. Raises InputError for a run without any,
    StoreError for a damaged store."""
    from arena.reports.prediction.tasks import tasks_report

    return tasks_report(store, runs, most, settings)


def report_both(store: Store, runs: Sequence[RunRow], settings: ReportSettings = DEFAULTS) -> Report:
    """Both of these beside each other, for models that did both. Raises StoreError for a damaged store."""
    from arena.reports.prediction.reading import read_runs as read_reading
    from arena.reports.prediction.together import together_report
    from arena.reports.prediction.writing import read_runs as read_writing

    read, wrote = (
        [run for run in runs if run.spec.experiment == experiment] for experiment in ("perplexity", "anchors")
    )
    return together_report(read_reading(store, read, settings.labels), read_writing(store, wrote, settings.labels))
