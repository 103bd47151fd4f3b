"""Runs of poems: which poems were written, and the contests that are drawn from them, with those who judged them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean
from typing import Any

from arena.experiments.poems.contests import Contests, judged_contests, read_contests
from arena.experiments.poems.generated import Written, authors_of, read_written
from arena.experiments.poems.kinds import Kind, is_kind
from arena.experiments.poems.originality import distinct, longest_shared, words
from arena.reports.cautions import cautions, families_of
from arena.reports.poems.measures import ContestReport, PanelReport
from arena.reports.poems.panels import read_panels
from arena.reports.settings import run_document, settings_of
from arena.store.rows import RunRow
from arena.store.store import Store


@dataclass(frozen=True)
class Author:
    """An author's poems on all topics."""

    name: str
    cells: tuple[Written, ...]
    by_topic: dict[str, list[tuple[str, ...]]]  # the words of all poems on a topic, of every author

    @property
    def poems(self) -> int:
        """How many poems were taken."""
        return sum(len(cell.poems) for cell in self.cells)

    @property
    def drawn(self) -> int:
        """How many answers were drawn."""
        return sum(cell.drawn for cell in self.cells)

    @property
    def state(self) -> str:
        """How far the author is, "" if every topic has its poems."""
        wanted = sum(cell.wanted for cell in self.cells)
        return "" if all(len(cell.poems) >= cell.wanted for cell in self.cells) else f"{self.poems} of {wanted}"

    def topic(self, cell: Written) -> dict[str, Any]:
        """The numbers of one topic; means over its poems."""
        texts = [words(lines) for lines in cell.poems.values()]
        twos = [share for text in texts if (share := distinct(text, 2)) is not None]
        bits = [cell.bits[draw] for draw in cell.poems if draw in cell.bits]
        shared = [longest_shared(text, self.by_topic[cell.topic]) for text in texts]
        return {
            "author": self.name,
            "topic": cell.topic,
            "poems": len(cell.poems),
            "wanted": cell.wanted,
            "drawn": cell.drawn,
            "rejected_share": cell.rejected_share,
            "bits": fmean(bits) if bits else None,
            "distinct2": fmean(twos) if twos else None,
            "shared": fmean(shared) if shared else None,
        }

    @cached_property
    def topics(self) -> list[dict[str, Any]]:
        """The numbers of each topic."""
        return [self.topic(cell) for cell in self.cells]

    def mean(self, key: str) -> float | None:
        """A mean over topics."""
        known = [found[key] for found in self.topics if found[key] is not None]
        return fmean(known) if known else None


@dataclass(frozen=True)
class PoemsRuns:
    """What the report is about. `cautions` are sentences about authors that can't be compared."""

    runs: tuple[RunRow, ...]
    authors: tuple[Author, ...]
    contests: tuple[Contests, ...]
    panels: tuple[PanelReport, ...]
    cautions: tuple[str, ...]

    @property
    def title(self) -> str:
        """Which runs these are."""
        return f"{'Runs' if len(self.runs) > 1 else 'Run'} {', '.join(run.name for run in self.runs)}"

    @property
    def nothing(self) -> str:
        """Why there is nothing to show yet, "" if there is something."""
        if self.authors or any(panel.panel.judges for panel in self.panels):
            return ""
        names = ", ".join(run.name for run in self.runs)
        return f"nothing has been judged yet in {names}: begin with `arena poems judge`"

    def to_json(self) -> dict[str, Any]:
        """Everything, as a document."""
        return {
            "runs": [run_document(run) for run in self.runs],
            "written": [found for author in self.authors for found in author.topics],
            "contests": [each.to_json() for panel in self.panels for each in panel.contests],
        }


def read_runs(store: Store, *runs: RunRow, labels: Mapping[str, str] | None = None) -> PoemsRuns:
    """Read runs of any of the three kinds. A run of contests is reported with all who judge it, a judge's run with that
    judge alone. `labels` are names for agents whose poems were written, by their specs."""
    written = [each for run in runs if is_kind(run, Kind.POEMS) for each in read_written(store, run)]
    contests: dict[str, Contests] = {}
    judges: dict[str, list[RunRow]] = {}
    for run in runs:
        if is_kind(run, Kind.JUDGEMENTS):
            found = judged_contests(store, run)
            contests.setdefault(found.key, found)
            judges.setdefault(found.key, []).append(run)
    for run in runs:
        if is_kind(run, Kind.CONTESTS):
            found = read_contests(store, run)
            contests[found.key] = found
            judges.pop(found.key, None)  # all of them
    panels = [
        PanelReport(panel, tuple(ContestReport(contest, panel) for contest in found.contests))
        for key, found in contests.items()
        for panel in read_panels(store, found, judges.get(key, ()))
    ]
    return PoemsRuns(
        runs, _authors(written, labels or {}), tuple(contests.values()), tuple(panels), _cautions(written, panels)
    )


def _authors(written: Sequence[Written], labels: Mapping[str, str]) -> tuple[Author, ...]:
    by_topic: dict[str, list[tuple[str, ...]]] = {}
    for each in written:
        by_topic.setdefault(each.topic, []).extend(words(lines) for lines in each.poems.values())
    return tuple(
        Author(_labelled(name, cells[0].cell.spec.subject, labels), tuple(cells), by_topic)
        for name, cells in authors_of(written)
    )


def _labelled(name: str, subject: str, labels: Mapping[str, str]) -> str:
    """An author's name, which begins with its model's, with a label in place of that."""
    return labels[subject] + name.removeprefix(subject.partition(":")[2]) if subject in labels else name


def _cautions(written: Sequence[Written], panels: Sequence[PanelReport]) -> tuple[str, ...]:
    rows = [settings_of(each.run, each.cell.spec) for each in written]
    rows += [
        {"subject": author.subject} for panel in panels for each in panel.contests for author in each.contest.authors
    ]
    return cautions(rows, families_of({row["subject"] for row in rows}))
