"""The points of figure 1: each model's leaderboard score, and how unpredictable it was measured to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from arena.errors import InputError
from arena.reports.cautions import cautions, families_of
from arena.reports.numbers.measures import NumbersCellReport
from arena.reports.numbers.runs import NumbersRuns
from arena.reports.numbers.runs import read_runs as read_numbers
from arena.reports.options import ReportSettings
from arena.reports.published import published
from arena.reports.settings import Settings, model_of, shown_name
from arena.reports.tournament.measures import CellReport
from arena.reports.tournament.runs import TournamentRuns
from arena.reports.tournament.runs import read_runs as read_games
from arena.reports.tradeoff.scores import FAMILY, LEADERBOARD, Score, read_scores
from arena.store.rows import RunRow
from arena.store.store import Store

PANELS: Final[Mapping[str, str]] = {  # what is measured, and in which words; more is less predictable
    "integers": "single integers: minus chi-square",
    "sequences": "sequences: minus MSE of repetitions",
    "rps": "rock-paper-scissors: net, in points",
    "hide-and-seek": "hide & seek: net, in points",
}
_GAMES: Final = ("tournament", "match")
_PAPERS_OPPONENT: Final = "greedy"


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of one model: its value, its 95% interval if there is one, of how many answers, sequences or rounds it
    is, the settings of the cell that it comes from (None for a published one), and how far an unfinished cell is."""

    value: float
    interval: tuple[float, float] | None
    n: int | None
    settings: Settings | None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A model. `group` is what points of one colour share: the paper's models that differ only in size are one group.
    `source` is "paper" for published values."""

    name: str
    subject: str
    kind: Literal["base", "aligned"]
    size: str
    group: str
    score: Score
    measured: Mapping[str, Measured]
    source: Literal["run", "paper"] = "run"


@dataclass(frozen=True, slots=True)
class Points:
    """All points; `unscored` are names of models that have no score, `notes` sentences below table and figure."""

    points: tuple[Point, ...]
    unscored: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def nothing(self) -> str:
        """Why there is no figure; "" if there is one."""
        if self.points:
            return ""
        who = f"none is known of {', '.join(self.unscored)}" if self.unscored else "no language model was measured"
        return f"Figure 1 needs leaderboard scores, and {who}: give them with --scores FILE."


def points_of(store: Store, runs: Sequence[RunRow], settings: ReportSettings) -> Points:
    """The points of runs of games and of numbers. Raises InputError for scores that can't be read."""
    scores = read_scores(settings.scores)
    measured: dict[str, dict[str, Measured]] = {}
    several = []
    for key, cells in _by_panel(store, runs, settings).items():
        of_subject: dict[str, list[Measured]] = {}
        for subject, found in cells:
            of_subject.setdefault(subject, []).append(found)
        for subject, all_found in of_subject.items():
            measured.setdefault(subject, {})[key] = max(
                all_found, key=lambda one: one.n or 0
            )  # the first of equal ones
            several += [f"{subject} ({key})"] if len(all_found) > 1 else []
    points, unscored = [], []
    for subject, of_panels in measured.items():
        score = scores.of(subject)
        cell = next(one.settings for one in of_panels.values() if one.settings is not None)
        if score is None:
            unscored.append(shown_name(cell))
        else:
            points.append(_point(subject, cell, score, of_panels))
    papers = _papers() if settings.published and points else ()
    notes = tuple(_notes(points, papers, unscored, several))
    return Points((*points, *papers), tuple(unscored), notes)


def _point(subject: str, cell: Settings, score: Score, measured: Mapping[str, Measured]) -> Point:
    model = model_of(subject)
    recipe = model.recipe if model else ""
    is_base = recipe == "base" if recipe else cell.get("style") == "base"
    size = model.size if model else ""
    name = shown_name(cell)
    group = recipe if model and model.family == FAMILY else name
    return Point(name, subject, "base" if is_base else "aligned", size, group, score, measured)


def _by_panel(store: Store, runs: Sequence[RunRow], settings: ReportSettings) -> dict[str, list[tuple[str, Measured]]]:
    """What was measured of whom, by panel, of models in the paper's setting: temperature 1, nothing truncated."""
    games = [run for run in runs if run.spec.experiment in _GAMES]
    tasks = [run for run in runs if run.spec.experiment == "numbers"]
    found: dict[str, list[tuple[str, Measured]]] = {key: [] for key in PANELS}
    if games:
        for played in _models(_of_games(store, games, settings)):
            found[played.cell.spec.what].append((played.cell.spec.subject, _net(played)))
    if tasks:
        for cell in _of_tasks(store, tasks, settings):
            key = "sequences" if cell.is_sequences else "integers"
            if (one := _minus(cell)) is not None:
                found[key].append((cell.subject, one))
    return found


def _of_games(store: Store, runs: Sequence[RunRow], settings: ReportSettings) -> Iterable[CellReport]:
    try:
        read: TournamentRuns = read_games(store, *runs, names=settings.labels)
    except InputError:  # of no game that is installed here, which the games' own report says
        return ()
    return read.cells


def _models(cells: Iterable[CellReport]) -> list[CellReport]:
    return [
        cell
        for cell in cells
        if cell.cell.spec.what in PANELS
        and cell.cell.spec.subject.startswith("llm:")
        and cell.cell.spec.opponent == _PAPERS_OPPONENT
        and (cell.settings.get("temperature"), cell.settings.get("top_p")) in ((1.0, 1.0), (1.0, None))
        and len(cell.rounds)
    ]


def _net(cell: CellReport) -> Measured:
    net = cell.net
    assert net.value is not None
    return Measured(net.value, net.interval, len(cell.rounds), cell.settings, cell.state)


def _of_tasks(store: Store, runs: Sequence[RunRow], settings: ReportSettings) -> list[NumbersCellReport]:
    try:
        read: NumbersRuns = read_numbers(store, *runs, names=settings.labels)
    except InputError:
        return []
    return [
        cell
        for cell in (*read.single("integers"), *read.single("sequences"))
        if cell.is_plain and cell.subject.startswith("llm:")
    ]


def _minus(cell: NumbersCellReport) -> Measured | None:
    """Minus the chi-square of single integers, or minus the error of the repetitions in sequences."""
    state = f"{len(cell.values)} of {cell.wanted}" if cell.is_incomplete else ""
    if cell.is_sequences:
        found = cell.repetitions
        assert found is not None
        return Measured(-found.mse, None, len(cell.values), cell.settings, state)
    if cell.task.length > 1 or cell.best_chi2 is None:
        return None
    if not len(cell.values):
        return Measured(-cell.best_chi2, None, cell.n, cell.settings)
    n, k = len(cell.values), len(cell.task.values)
    low, high = (k - 1 + (n - 1) * end for end in cell.uniformity.phi2_interval)
    # which holds the value and is never below 0, whatever was rounded
    interval = -max(high, cell.best_chi2), -max(0.0, min(low, cell.best_chi2))
    return Measured(-cell.best_chi2, interval if n > 1 else None, n, cell.settings, state)


def _papers() -> tuple[Point, ...]:
    """The paper's models: of figure 1's values, it prints the nets (table 2) of each size."""
    nets: dict[tuple[str, str], dict[str, Measured]] = {}
    for row in published("table2"):
        at = row.labels["size"], row.labels["model"]
        nets.setdefault(at, {})[row.labels["game"]] = Measured(float(row.values["net"]), None, row.n, None)
    points = []
    for row in published("leaderboard"):
        size, recipe = row.labels["size"], row.labels["model"]
        score = Score(float(row.values["average"]), LEADERBOARD)
        kind: Literal["base", "aligned"] = "base" if recipe == "base" else "aligned"
        points.append(Point(row.name, "", kind, size, recipe, score, nets[size, recipe], "paper"))
    return tuple(points)


def _notes(
    points: Sequence[Point], papers: Sequence[Point], unscored: Sequence[str], several: Sequence[str]
) -> Iterable[str]:
    sources = dict.fromkeys(point.score.source for point in (*points, *papers))
    cells = [one.settings for point in points for one in point.measured.values() if one.settings is not None]
    yield (
        f"Scores: {'; '.join(sources)}. Values at temperature 1 with nothing truncated, games against greedy, with 95% "
        "intervals where there are any; higher is less predictable."
    )
    sizes = {one.n for point in points for key, one in point.measured.items() if key in ("integers", "sequences")}
    if len(sizes) > 1:
        yield "Chi-square grows with the number of answers and MSE with its square, and these differ between models."
    open_ones = [
        f"{point.name} ({key}) {one.state}" for point in points for key, one in point.measured.items() if one.state
    ]
    if open_ones:
        yield f"Not all that was wanted: {', '.join(open_ones)}."
    if unscored:
        yield f"Left out, as no score is known: {', '.join(unscored)}."
    if several:
        yield f"Measured more than once, and shown by the run with most answers or rounds: {', '.join(several)}."
    yield from cautions(cells, families_of({point.subject for point in points}))
    if papers:
        yield (
            'Points marked "paper" are West & Potts 2025 (Llama 3.1, Tulu 3), table 2: it prints neither the '
            "chi-square of single integers by size nor the repetitions' MSE."
        )


def values_of(point: Point) -> dict[str, Any]:
    """A point as a row of data, nothing rounded."""
    found: dict[str, Any] = {
        "subject": point.subject or None,
        "source": point.source,
        "kind": point.kind,
        "size": point.size or None,
        "score": point.score.value,
        "score_source": point.score.source,
    }
    for key in PANELS:
        one = point.measured.get(key)
        found[key] = one.value if one else None
        found[f"{key}_low"], found[f"{key}_high"] = one.interval if one and one.interval else (None, None)
        found[f"{key}_n"] = one.n if one else None
        found[f"{key}_state"] = (one.state or None) if one else None
        found[f"{key}_run"] = one.settings["run"] if one and one.settings else None
    return found
