"""The numbers of figure 5 and section 4 beside ours: contests between poems that people judged."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from scipy import stats

from arena.experiments.poems.contest import Author
from arena.experiments.poems.kinds import Kind, is_kind
from arena.reports.poems.judges import AxisReport
from arena.reports.poems.measures import PanelReport
from arena.reports.poems.runs import read_runs
from arena.reports.poems.tables import PREFERENCE
from arena.reports.published import PublishedRow, published
from arena.reports.reproduce.compared import Beside, Number, Ours
from arena.reports.reproduce.players import ALL, BASE, LLAMA, Match, Player, Who, player_of
from arena.reports.settings import Settings
from arena.stats.bounded import LEVEL, Z
from arena.stats.clusters import Estimate
from arena.store.codec import run_key
from arena.store.rows import RunRow
from arena.store.store import Store

_PAIRS: Final = 70  # judged twice, an axis


class Judged:
    """Contests that people judged, and the players who wrote the poems."""

    def __init__(self, store: Store, runs: Sequence[RunRow]) -> None:
        """Those among `runs`, and those drawn from poems that were all written in `runs`. Raises StoreError."""
        written = [run for run in store.runs() if is_kind(run, Kind.POEMS)]
        names = {run.name for run in runs}
        here = {run_key(run.spec) for run in written if run.name in names}
        drawn = [
            run
            for run in store.runs()
            if is_kind(run, Kind.CONTESTS) and (run.name in names or here.issuperset(run.spec.settings["poems"]))
        ]
        panels = read_runs(store, *drawn).panels
        self.panels = [panel for panel in panels if panel.panel.judges and not panel.panel.is_model]
        self._styles = {
            (run_key(run.spec), cell.key): "" if cell.asked is None else cell.asked.style
            for run in written
            for cell in run.spec.cells
        }

    @property
    def players(self) -> list[Player]:
        """Everyone whose poems took part, each once."""
        return list(dict.fromkeys(map(self.player, (author for panel in self.panels for author in authors(panel)))))

    def player(self, author: Author) -> Player:
        """Who an author is."""
        return player_of(author.subject, self._styles.get((author.run, author.cell), ""))


def authors(panel: PanelReport) -> list[Author]:
    """The authors of a panel's contests, each once, with a cell of theirs."""
    return list({author.name: author for each in panel.contests for author in each.contest.authors}.values())


def numbers(judged: Judged, everybody: Collection[Player]) -> Iterator[Number]:
    """Every number of figure 5 and section 4 for which people judged contests here."""
    for panel in judged.panels:
        for author in authors(panel):
            player, settings = judged.player(author), _settings(panel, author)
            for row in published("figure5"):
                who = Who(LLAMA, row.labels["size"], row.labels["model"])
                if match := _match(player, who, everybody):
                    yield from _wins(Beside(row, who, player, match, settings, author.cell), panel, author)
            who = Who(LLAMA, "70B", BASE)
            if match := _match(player, who, everybody):
                row = _section4("base's median rank")
                beside = Beside(row, who, player, match, settings, author.cell)
                yield beside.number(PREFERENCE, _median_rank(panel, author), "median rank on preference")
        yield from _together(panel, judged, everybody)


def _match(player: Player, who: Who, everybody: Collection[Player]) -> Match | None:
    """How a player stands to one of the 70B models. The paper has no poems of smaller ones, so every model of the same
    kind stands beside these if nobody is the paper's."""
    found = player.match(who, everybody)
    alike = player.match(Who(who.family, None, who.recipe), everybody)
    return found or (Match.KIND if alike is Match.KIND else None)


def _settings(panel: PanelReport, author: Author | None = None) -> Settings:
    said = {"run": panel.panel.contests.run.name, "judged_by": panel.panel.name}
    return said if author is None else said | {"subject": author.subject}


def _wins(beside: Beside, panel: PanelReport, author: Author) -> Iterator[Number]:
    """Contests won, of as many as in the paper."""
    of = beside.row.n
    assert of is not None
    for axis, theirs in beside.row.values.items():
        n = len(panel.on(axis))
        if not n:
            continue
        assert isinstance(theirs, float)
        won = panel.wins(author.name, axis)
        low, high = stats.binomtest(won, n).proportion_ci(LEVEL, method="wilson")
        share = (won + theirs) / (n + of)  # if both are of one model
        error = math.sqrt(of * share * (1 - share))
        note = "" if n == of else f"scaled from {n} contests to {of}"
        ours = Ours(Estimate(of * won / n, (of * low, of * high)), n, error, note=note)
        yield beside.number(axis, ours, f"contests won, {axis}")


def _together(panel: PanelReport, judged: Judged, everybody: Collection[Player]) -> Iterator[Number]:
    """Numbers of all authors together."""
    players = [judged.player(author) for author in authors(panel)]
    papers = {Who(LLAMA, row.labels["size"], row.labels["model"]) for row in published("figure5")}
    same = {player.who for player in players} == papers
    if not same and any(player.is_the_papers for player in everybody):
        return
    who = Who(LLAMA, "70B", ALL)
    player = Player(", ".join(panel.authors), "", who if same else None)
    match, cell = Match.SAME if same else Match.KIND, panel.panel.contests.run.name
    rho = Beside(_section4("rho"), who, player, match, _settings(panel), cell)
    kappa = Beside(_section4("kappa"), who, player, match, _settings(panel), cell)
    for axis in rho.row.values:
        estimate, topics = panel.rho(axis, PREFERENCE), len(panel.on(axis))
        if estimate.value is not None:
            error = _error(estimate, topics, rho.row)
            yield rho.number(axis, Ours(estimate, topics, error), f"rho of {axis} with preference")
    for axis in kappa.row.values:
        agreement = AxisReport(panel.panel, axis).agreement
        if agreement is not None and agreement.kappa is not None:
            estimate = Estimate(agreement.kappa, agreement.limits)
            error = _error(estimate, agreement.n, kappa.row)
            yield kappa.number(axis, Ours(estimate, agreement.n, error), f"kappa on {axis}")


def _median_rank(panel: PanelReport, author: Author) -> Ours:
    """The median rank of an author's poems, with the interval of a median by order statistics."""
    ranks = [rank for each in panel.on(PREFERENCE) for rank in each.ranks_of(author.name)]
    if len(ranks) < 2:
        return Ours(Estimate(panel.median_rank(author.name, PREFERENCE)), len(ranks), None)
    found = stats.quantile_test(ranks, p=0.5).confidence_interval(LEVEL)
    low, high = max(min(ranks), found.low), min(max(ranks), found.high)
    value = panel.median_rank(author.name, PREFERENCE)
    assert value is not None
    estimate = Estimate(value, (min(value, float(low)), max(value, float(high))))
    return Ours(estimate, len(ranks), _error(estimate, len(ranks), _section4("base's median rank")))


def _error(ours: Estimate, n: int, row: PublishedRow) -> float | None:
    """The standard error that the published number has if its values are spread as ours are."""
    if ours.interval is None:
        return None
    low, high = ours.interval
    return (high - low) / (2 * Z) * math.sqrt(n / (row.n or _PAIRS))


def _section4(measure: str) -> PublishedRow:
    return next(row for row in published("section4") if row.labels["measure"] == measure)
