"""The tables of `arena reproduce`, the sentences below them, and the document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, Final

from arena.reports.cautions import cautions, families_of
from arena.reports.options import ReportSettings
from arena.reports.report import Report
from arena.reports.reproduce.claims.evidence import short
from arena.reports.reproduce.claims.testing import Tested
from arena.reports.reproduce.compared import Number
from arena.reports.reproduce.not_run import NotRun
from arena.reports.reproduce.players import BASE, RECIPES, Player, Who
from arena.reports.reproduce.verdict import Tally, tally
from arena.reports.settings import run_document
from arena.reports.table import DASH, Column, Row, Table, flat
from arena.reports.words import between
from arena.store.rows import RunRow
from arena.text import printable

_TITLES: Final = {
    "table1": "Table 1: integers of sequences of ten",
    "table2": "Table 2: games against the greedy reader",
    "table3": "Table 3: chi-square of single integers in paraphrases",
    "table4": "Table 4: chi-square of single integers by temperature and top-p",
    "table5": "Table 5: single integers of Qwen 2.5",
    "table6": "Table 6: single letters",
    "table7": "Table 7: rewards",
    "figure5": "Figure 5: contests of poems",
    "section4": "Section 4: contests of poems",
}
_DIGITS: Final = {"table1": 1, "table2": 1, "table7": 2, "section4": 2}
_GAMES: Final = {"rps": "rock-paper-scissors", "hide-and-seek": "hide & seek"}

_NUMBERS: Final = (
    Column("published", "paper", "text"),
    Column("ours", "ours", "text"),
    Column("interval", "95%", "text", expendable=1),
    Column("n", "n", "count", expendable=3),
    Column("verdict", "verdict", "text"),
    Column("subject", "our model", "text", expendable=4),
    Column("why", "why", "text", expendable=5),
)
_CLAIMS: Final = (
    Column("outcome", "here", "text"),
    Column("where", "where", "text", expendable=2),
    Column("words", "by", "text", expendable=3),
)
_NOT_RUN: Final = (
    Column("numbers", "numbers", "count"),
    Column("command", "measured by", "text"),
)

NO_MODEL_NOTE: Final = (
    "None of the paper's models was run, so none of its numbers is tested here, and the claims are about the models "
    "that were. Each number stands beside one of a model of the same kind, base or aligned; several in a row are those "
    "of llama-instruct, tulu-dpo, tulu-sft and tulu-full, in this order."
)
RULE_NOTE: Final = (
    "within: |ours - paper| <= 1.96 sqrt(se_ours² + se_paper²) + rounding; otherwise differs. The paper's standard "
    "error follows from its n and from how our answers are spread, or how our rounds depend on each other."
)
WORDING_NOTE: Final = (
    "The paper prints only the request for single integers: everything else was asked in Arena's own words, and a "
    "difference may be due to them."
)
OPEN_NOTE: Final = (
    "Where the paper doesn't print n or the model's size, there is no verdict; the one after 'otherwise' holds if n is "
    "1500 and the size the one that was run."
)
CLAIMS_NOTE: Final = (
    "holds, doesn't hold: by 95% intervals; undecided: they allow both. A claim of several parts fails if one of them "
    "fails. Nothing is corrected for how many parts are tested."
)
OTHER_MODELS_NOTE: Final = "No outcome is about the paper's models, because none of them was run."


@dataclass(frozen=True)
class Findings:
    """Everything that was found: by which runs of which players, in numbers and in claims."""

    suite: str
    runs: tuple[RunRow, ...]
    players: Sequence[Player]
    numbers: Sequence[Number]
    not_run: Sequence[NotRun]
    claims: Sequence[Tested]

    @cached_property
    def tally(self) -> Tally:
        """How many verdicts of each kind there are."""
        return tally((number.verdict, number.by_chance) for number in self.numbers)

    @property
    def has_the_papers(self) -> bool:
        """Whether one of the paper's models was run."""
        return any(player.is_the_papers for player in self.players)

    @property
    def notes(self) -> tuple[str, ...]:
        """The sentences below the numbers."""
        said = [_counted(self.tally)]
        if not self.has_the_papers:
            said.append(NO_MODEL_NOTE)
        said += [RULE_NOTE, OPEN_NOTE] if self.tally.comparable else ()
        said.append(WORDING_NOTE)
        return (*said, *_cautions(self))

    def to_json(self) -> dict[str, Any]:
        """The whole as a document, without the notes."""
        found = self.tally
        return {
            "suite": self.suite,
            "numbers": [number.to_json() for number in self.numbers],
            "counts": {
                "within": found.within,
                "differs": found.differs,
                "not_comparable": found.not_comparable,
                "differs_by_chance": found.expected,
                "differs_by_chance_range": list(found.usual),
            },
            "claims": [claim.to_json() for claim in self.claims],
            "not_run": [one.to_json() for one in self.not_run],
            "runs": [run_document(run) for run in self.runs],
        }


def reported(found: Findings, settings: ReportSettings) -> Report:
    """The report of what was found."""
    return Report(
        name="reproduce",
        file="reproduce",
        tables=(*_numbers(found, settings), _not_run(found), _claims(found)),
        figures=(),
        records=[flat(number.to_json()) for number in found.numbers],
        document=found.to_json(),
    )


def _numbers(found: Findings, settings: ReportSettings) -> list[Table]:
    """One part per table of the paper."""
    parts = []
    for table, group in groupby(sorted(found.numbers, key=lambda number: number.table), lambda number: number.table):
        rows = tuple(_row(numbers, settings.labels) for numbers in _side_by_side(list(group)))
        parts.append(Table("verdicts", _TITLES[table], _NUMBERS, rows))
    if not parts:
        return [Table("verdicts", "Published numbers", _NUMBERS, (), found.notes)]
    *others, last = parts
    return [*others, Table(last.key, last.title, last.columns, last.rows, found.notes)]


def _side_by_side(numbers: Sequence[Number]) -> list[list[Number]]:
    """The numbers of each row. One of ours that stands for all of the paper's aligned models has a single row."""
    rows: dict[tuple[str, ...], list[Number]] = {}
    for number in numbers:
        alone = "" if number.stands_in and number.who.recipe != BASE else number.key
        own = number.cell, str(number.settings.get("run")), number.what, str(number.who.size)
        rows.setdefault((*own, alone), []).append(number)
    return list(rows.values())


def _row(numbers: Sequence[Number], labels: Mapping[str, str]) -> Row:
    first, digits = numbers[0], _DIGITS.get(numbers[0].table, 0)
    ordered = sorted(numbers, key=lambda number: RECIPES.index(number.who.recipe))
    texts = {
        "published": ", ".join(_text(number.published, digits) for number in ordered),
        "ours": _text(first.ours, digits),
        "interval": DASH if first.interval is None else between(*first.interval, digits),
        "verdict": str(first.verdict),
        "subject": labels.get(first.subject, printable(short(first.subject))),
        "why": first.why,
    }
    values = flat(first.to_json())
    if len(numbers) > 1:
        values |= {key: None for key in values if key.startswith("published")}
        values |= {"key": " ".join(number.key for number in ordered), "model": _whose(numbers)}
    return Row(_name(numbers), values, texts)


def _whose(numbers: Sequence[Number]) -> str:
    who = numbers[0].who
    return who.name if len(numbers) == 1 else Who(who.family, who.size, "aligned models").name


def _name(numbers: Sequence[Number]) -> str:
    game = _GAMES.get(numbers[0].key.split("/")[-2], "")
    return ", ".join(filter(None, (_whose(numbers), game, numbers[0].what)))


def _text(value: float | str | None, digits: int) -> str:
    return DASH if value is None else value if isinstance(value, str) else f"{value:z.{digits}f}"


def _not_run(found: Findings) -> Table:
    rows = [
        Row(f"{_TITLES[one.table]}, {one.whose}", {"numbers": one.count, "command": one.command})
        for one in found.not_run
    ]
    return Table("not-run", "Not run: published numbers of which nothing is here", _NOT_RUN, tuple(rows))


def _claims(found: Findings) -> Table:
    rows = [
        Row(
            tested.claim.text,
            {**tested.to_json(), "outcome": str(tested.finding.outcome), "where": tested.claim.where},
        )
        for tested in found.claims
    ]
    notes = (CLAIMS_NOTE,) if found.has_the_papers else (CLAIMS_NOTE, OTHER_MODELS_NOTE)
    return Table("claims", "Claims about what the paper shows without numbers", _CLAIMS, tuple(rows), notes)


def _counted(found: Tally) -> str:
    """The verdicts counted, beside what chance alone would give."""
    if not found.comparable:
        return f"{found.not_comparable} published numbers stand beside ours; none of them is comparable."
    low, high = found.usual
    return (
        f"{found.comparable} of {found.comparable + found.not_comparable} published numbers are comparable: "
        f"{found.within} within, {found.differs} differ. If all measured the same, chance alone would make "
        f"{found.expected:.1f} differ, usually {low} to {high}; the numbers of one cell depend on each other, so that "
        "the range is in truth wider."
    )


def _cautions(found: Findings) -> tuple[str, ...]:
    """The cautions for the players side by side."""
    settings = list(
        {repr(sorted(number.settings.items(), key=str)): number.settings for number in found.numbers}.values()
    )
    return cautions(settings, families_of({player.subject for player in found.players}))
