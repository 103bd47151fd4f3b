"""The numbers of tables 1 and 3 to 7 beside ours."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Final

from scipy import stats

from arena.reports.numbers.measures import NumbersCellReport
from arena.reports.numbers.runs import NumbersRuns
from arena.reports.published import PublishedRow, published
from arena.reports.reproduce.compared import Beside, Number
from arena.reports.reproduce.measured import chi_square_of, pooled_chi_square_of, reward_of
from arena.reports.reproduce.players import LLAMA, QWEN, REWARD_MODEL, Match, Player, Who, known, player_of

N: Final = 1500  # what n is taken to be where the paper doesn't print it
Wanted = Callable[[NumbersCellReport], bool]


def players(runs: NumbersRuns) -> list[Player]:
    """The models that were measured, each once."""
    cells = (cell for cell in runs.cells if cell.prompt and not cell.rewards)
    return [player_of(*one) for one in dict.fromkeys((cell.subject, _style(cell)) for cell in cells)]


def numbers(runs: NumbersRuns, everybody: Collection[Player]) -> Iterator[Number]:
    """Every number of these tables for which a cell is here."""
    for table in ("table1", "table3", "table4", "table5", "table6"):
        for row in published(table):
            yield from _of_row(runs, everybody, table, row)
    yield from _rewards(runs)


def _of_row(runs: NumbersRuns, everybody: Collection[Player], table: str, row: PublishedRow) -> Iterator[Number]:
    family, size = QWEN if table == "table5" else LLAMA, row.labels.get("size")
    if table == "table6":
        for beside, cell in _besides(runs, everybody, row, Who(family, size, row.labels["model"]), "letters", _plain):
            yield _chi_square(beside, cell, "chi2", "chi²")
            yield _mode(beside, cell)
    elif table == "table3":
        who = Who(family, size, row.labels["model"])
        for variant in row.values:
            for beside, cell in _besides(runs, everybody, row, who, "integers", _paraphrase(variant)):
                yield _chi_square(beside, cell, variant, f"paraphrase {variant}")
    else:
        wanted = _at(float(row.labels["temperature"]), float(row.labels["top_p"])) if table == "table4" else _plain
        for recipe in row.values:
            who, task = Who(family, size, recipe), "sequences" if table == "table1" else "integers"
            for beside, cell in _besides(runs, everybody, row, who, task, wanted):
                yield _pooled(beside, cell) if table == "table1" else _chi_square(beside, cell, recipe, _what(row))


def _besides(
    runs: NumbersRuns, everybody: Collection[Player], row: PublishedRow, who: Who, task: str, wanted: Wanted
) -> Iterator[tuple[Beside, NumbersCellReport]]:
    """Our cells of a task that belong beside a model's published row."""
    for cell in runs.of(task):
        if cell.prompt and not cell.rewards and wanted(cell) and (len(cell.values) or cell.exact is not None):
            player = known(cell.subject, _style(cell), everybody)
            match = player.match(who, everybody)
            if match is not None:
                yield Beside(row, who, player, match, cell.settings, cell.cell.spec.key), cell


def _style(cell: NumbersCellReport) -> str:
    return str(cell.prompt.get("style", ""))


def _plain(cell: NumbersCellReport) -> bool:
    return cell.is_plain


def _paraphrase(variant: str) -> Wanted:
    return lambda cell: cell.prompt.get("variant") == variant and cell.sampling == (1.0, 1.0)


def _at(temperature: float, top_p: float) -> Wanted:
    def wanted(cell: NumbersCellReport) -> bool:
        return cell.sampling == (temperature, top_p) and not {"variant", "matched"} & set(cell.prompt)

    return wanted


def _what(row: PublishedRow) -> str:
    temperature, top_p = row.labels.get("temperature"), row.labels.get("top_p")
    return "chi²" if temperature is None else f"temperature {float(temperature):g}, top-p {float(top_p or 1):g}"


def _chi_square(beside: Beside, cell: NumbersCellReport, column: str, what: str) -> Number:
    published_value = beside.row.values[column]
    assert isinstance(published_value, float)
    return beside.number(column, chi_square_of(cell, published_value, beside.row.n or N), what)


def _mode(beside: Beside, cell: NumbersCellReport) -> Number:
    """The most frequent letter; the published one may be it if it isn't drawn less often beyond chance."""
    counts, there = cell.counts, str(beside.row.values["mode"])
    here = cell.mode
    alike = here == there
    if not alike and there in cell.task.values and counts.sum():
        rarer, top = int(counts[cell.task.values.index(there)]), int(counts.max())
        alike = bool(stats.binomtest(rarer, rarer + top).pvalue >= 0.05)
    return beside.word("mode", here, int(counts.sum()), "most frequent letter", alike)


def _pooled(beside: Beside, cell: NumbersCellReport) -> Number:
    return beside.number(beside.who.recipe, pooled_chi_square_of(cell), "chi² of all integers")


def _rewards(runs: NumbersRuns) -> Iterator[Number]:
    who = Who(LLAMA, "8B", "reward model")
    for cell in runs.of("integers"):
        if not cell.rewards:
            continue
        player = Player(cell.subject, "instruct", None)
        match = Match.SAME if cell.subject.partition(":")[2] == REWARD_MODEL else Match.KIND
        for row in published("table7"):
            beside = Beside(row, who, player, match, cell.settings, cell.cell.spec.key, is_scored=True)
            for value, reward in zip(cell.task.values, cell.rewards["values"], strict=True):
                yield beside.number(value, reward_of(reward), f"reward of {value}")
