"""The same reading of the paper's tasks: what poems on one topic, number sequences and the moves of matches share.

Where there are few different words, as in games, texts share stretches of three by chance. So beside each share stands
that of the same words in an order drawn at random.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from arena.experiments.prediction.generated import Generations
from arena.games import parse_game
from arena.reports.options import DEFAULTS, ReportSettings
from arena.reports.prediction.curve import curve_figure
from arena.reports.prediction.naming import notes_of
from arena.reports.prediction.spans import explained_once, shown_prompt, spans_table
from arena.reports.prediction.task_texts import read_texts, shuffled
from arena.reports.prediction.texts import ALONG
from arena.reports.prediction.writing import Writer, Written, over_prompts
from arena.reports.report import Report
from arena.reports.settings import labelled, labels, run_document, settings_of
from arena.reports.table import Column, Row, Table, flat
from arena.stats.skeleton import OTHERS
from arena.store.rows import RunRow
from arena.store.store import Store
from arena.text import printable

_COLUMNS: Final = (
    Column("texts", "texts", "count"),
    Column("words", "words a text", digits=1, expendable=2),
    Column("share", "anchors", "share"),
    Column("chance", "by chance", "share"),
    Column("more", "anchors beyond chance", digits=1, narrow="beyond\nchance"),
    Column("more", "95%", "interval", 1, expendable=1),
    *ALONG,
    Column("spans", "spans", digits=1, expendable=2),
    Column("distinct2", "distinct-2", "probability", 3, expendable=1),
    Column("different", "different texts", "share", expendable=1, narrow="different\ntexts"),
)


_OF_ANY: Final = ("words", "distinct2")  # measures of any number of texts


@dataclass(frozen=True)
class TaskWriter(Writer):
    """An agent and what it wrote in a task: its poems, topic by topic; or its sequences, or its moves in one game."""

    def chance(self, written: Written) -> float | None:
        """The share of anchors among the same words, shuffled."""
        return self._by_chance[self.prompts.index(written)]

    @cached_property
    def _by_chance(self) -> list[float | None]:
        return [Written(shuffled(each.found)).share for each in self.prompts]


def tasks_report(store: Store, runs: Sequence[RunRow], most: int, settings: ReportSettings = DEFAULTS) -> Report:
    """The report of the first `most` texts of each cell of these runs.

    Raises InputError for a run without texts of several words, StoreError for a damaged store.
    """
    writers = _writers(store, runs, most, settings)
    shown = [(writer, written) for writer in writers if (written := shown_prompt(writer)) is not None]
    skeletons = [(writer, written) for writer, written in shown if written.spans]
    tables = (_table(runs, writers, most), *explained_once(spans_table(*each) for each in skeletons))
    records = [
        {"name": writer.name, "chance": writer.chance(each), **flat(each.to_json())}
        for writer in writers
        for each in writer.prompts
    ]
    document = {
        "runs": [run_document(run) for run in runs],
        "texts": most,
        "writers": [
            writer.to_json() | {"chance": [writer.chance(each) for each in writer.prompts]} for writer in writers
        ],
    }
    return Report("tasks-anchors", "tasks-anchors", tables, (curve_figure(writers),), records, document)


def _writers(store: Store, runs: Sequence[RunRow], most: int, settings: ReportSettings) -> list[TaskWriter]:
    found: dict[tuple[str, ...], list[Generations]] = {}
    for each in (each for run in runs for each in read_texts(store, run, most)):
        cell, poems = each.cell.spec, each.run.spec.experiment == "poems"
        # topics are to a poet what prompts are to a writer; another game or task is another matter
        key = (each.run.name, cell.subject, repr(cell.asked)) if poems else (each.run.name, cell.key)
        found.setdefault(key, []).append(each)
    rows = [labelled(settings_of(one.run, one.cell.spec), settings.labels) for one, *_ in found.values()]
    names = _names(rows, [_what(one) for one, *_ in found.values()])
    return [
        TaskWriter(name, row, one.cell.spec.subject, one.run, tuple(map(Written, (one, *others))))
        for name, row, (one, *others) in zip(names, rows, found.values(), strict=True)
    ]


def _names(rows: Sequence[Mapping[str, Any]], whats: Sequence[str]) -> list[str]:
    """A name for each row: who, with what tells it apart from others that did the same, and what they did."""
    found: dict[int, str] = {}
    for what in dict.fromkeys(whats):
        alike = [number for number, each in enumerate(whats) if each == what]
        named = labels([rows[number] for number in alike], shown=("game",))
        found |= {number: f"{name} · {what}" for number, name in zip(alike, named, strict=True)}
    return [found[number] for number in range(len(rows))]


def _what(found: Generations) -> str:
    """What an agent wrote, in words."""
    cell, experiment = found.cell.spec, found.run.spec.experiment
    if experiment == "tournament":
        return f"moves in {parse_game(cell.what).title}"
    return "poems" if experiment == "poems" else printable(cell.what)


def _table(runs: Sequence[RunRow], writers: Sequence[TaskWriter], most: int) -> Table:
    rows = []
    for writer in writers:
        rows.append(Row(writer.name, _values(writer, writer.prompts)))
        if len(writer.prompts) > 1:
            rows += [Row(f"· {printable(each.prompt)}", _values(writer, [each])) for each in writer.prompts]
    notes = (
        f"At most {most} texts of each cell, the first ones, word by word: the words of a poem, the numbers of a "
        "sequence, the moves of a match. Anchors: words, in percent of all, that stand verbatim with their neighbours "
        f"in at least {OTHERS} other texts of the cell, in the same order. By chance: the same share among the same "
        "words in texts of the same lengths, in an order drawn at random. Of poems the first row has the means over "
        f"topics, with the 95% interval over topics. A cell of fewer than {OTHERS + 1} texts can't have anchors.",
        "The beginning and the end are a tenth of a text each. Spans: how many stretches at least six texts hold. "
        "Distinct-2: different pairs of neighbouring words. Different texts: those that no earlier one equals.",
        *notes_of(runs, [writer.settings for writer in writers]),
    )
    return Table("tasks-anchors", "What the texts of a task share", _COLUMNS, tuple(rows), notes)


def _values(writer: TaskWriter, shown: Sequence[Written]) -> dict[str, Any]:
    texts = [text for each in shown for text in each.found.texts]
    enough = [each for each in shown if len(each.found.texts) > OTHERS]
    pairs = [(each.share, writer.chance(each)) for each in enough]
    more = over_prompts(
        [100 * (share - chance) for share, chance in pairs if share is not None and chance is not None], (-100.0, 100.0)
    )
    values: dict[str, Any] = {"texts": len(texts), "chance": _mean([chance for _, chance in pairs]), "more": more.value}
    values["more_low"], values["more_high"] = more.interval or (None, None)
    values["different"] = _mean([len({*each.found.texts}) / len(each.found.texts) for each in shown])
    return values | {
        column.key: _mean([each.numbers[column.key] for each in (shown if column.key in _OF_ANY else enough)])
        for column in _COLUMNS
        if column.key not in values
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
