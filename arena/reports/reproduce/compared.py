"""One published number beside ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from arena.reports.published import PublishedRow
from arena.reports.reproduce.players import Match, Player, Who
from arena.reports.reproduce.verdict import Verdict, judge
from arena.reports.settings import Settings
from arena.stats.clusters import Estimate

ANOTHER_MODEL: Final = "another model"
SIZE_UNKNOWN: Final = "the paper doesn't print the model's size"
N_UNKNOWN: Final = "the paper doesn't print its n"
TOO_LITTLE: Final = "there is too little of it here for an interval"
_SUPPOSED: Final = {SIZE_UNKNOWN, N_UNKNOWN}  # a verdict can be given for the case that these agree


@dataclass(frozen=True, slots=True)
class Ours:
    """A measurement of ours: the value with its interval, from how many rounds or answers, the published number's
    standard error (None where nothing tells it), and how it was found: "drawn", "exact" or "scored". `obstacles` say
    why the two can't be compared, besides the model and n; `note` adds a fact."""

    estimate: Estimate
    n: int
    error: float | None
    by: str = "drawn"
    obstacles: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A published number and ours. `who` is the paper's model, `what` names the number within its table.

    `supposed` is the verdict if what the paper leaves open were as it is here, `why` why the two can't be compared.
    """

    key: str
    who: Who
    what: str
    published: float | str
    published_n: int | None
    rounding: float
    error: float | None
    subject: str
    cell: str
    settings: Settings
    ours: float | str | None
    interval: tuple[float, float] | None
    n: int
    by: str
    verdict: Verdict
    supposed: Verdict | None
    why: str
    source: str

    @property
    def table(self) -> str:
        """The table that it is in."""
        return self.key.partition("/")[0]

    @property
    def stands_in(self) -> bool:
        """Whether ours is of another model."""
        return ANOTHER_MODEL in self.why

    @property
    def by_chance(self) -> bool:
        """Whether chance has a part in it."""
        return self.by != "scored"

    def to_json(self) -> dict[str, Any]:
        """The number as a document, with nothing rounded."""
        return {
            "key": self.key,
            "source": self.source,
            "model": self.who.name,
            "what": self.what,
            "published": self.published,
            "published_n": self.published_n,
            "published_rounding": self.rounding,
            "published_error": self.error,
            "subject": self.subject,
            "cell": self.cell,
            "ours": self.ours,
            "ours_ci": None if self.interval is None else list(self.interval),
            "n": self.n,
            "by": self.by,
            "verdict": str(self.verdict),
            "supposed": None if self.supposed is None else str(self.supposed),
            "why": self.why,
            "settings": dict(self.settings),
        }


@dataclass(frozen=True, slots=True)
class Beside:
    """A published row with one of our cells: the paper's model `who`, our player, how the two stand to each other, and
    how our cell came about, with its key. `is_scored`: nothing was drawn, so that there is no n."""

    row: PublishedRow
    who: Who
    player: Player
    match: Match
    settings: Settings
    cell: str
    is_scored: bool = False

    def number(self, column: str, ours: Ours, what: str) -> Number:
        """The number in a column, which is called `what`, beside ours."""
        published = self.row.values[column]
        assert isinstance(published, float)
        said = (*self._obstacles, *ours.obstacles)
        judged = None if ours.error is None else judge(ours.estimate, published, ours.error, self.row.roundings[column])
        if not said and judged is None:
            said = (TOO_LITTLE,)
        return self._made(column, ours, ours.estimate.value, what, said, judged)

    def word(self, column: str, ours: str | None, n: int, what: str, alike: bool) -> Number:
        """The word in a column beside ours; `alike` says whether they may be the same, as far as chance allows."""
        judged = Verdict.WITHIN if alike else Verdict.DIFFERS
        return self._made(column, Ours(Estimate(None), n, None), ours, what, self._obstacles, judged)

    @property
    def _obstacles(self) -> tuple[str, ...]:
        if self.match is Match.KIND:
            return (ANOTHER_MODEL,)
        unknown = (SIZE_UNKNOWN,) if self.match is Match.SIZE_UNKNOWN else ()
        return (*unknown, N_UNKNOWN) if self.row.n is None and not self.is_scored else unknown

    def _made(
        self,
        column: str,
        found: Ours,
        ours: float | str | None,
        what: str,
        said: tuple[str, ...],
        judged: Verdict | None,
    ) -> Number:
        supposed = judged if said and set(said) <= _SUPPOSED else None
        why = "; ".join(filter(None, (*said, found.note, "" if supposed is None else f"otherwise {supposed}")))
        return Number(
            key=f"{self.row.key}/{column}",
            who=self.who,
            what=what,
            published=self.row.values[column],
            published_n=self.row.n,
            rounding=self.row.roundings.get(column, 0.0),
            error=found.error,
            subject=self.player.subject,
            cell=self.cell,
            settings=self.settings,
            ours=ours,
            interval=found.estimate.interval,
            n=found.n,
            by=found.by,
            verdict=Verdict.NOT_COMPARABLE if said or judged is None else judged,
            supposed=supposed,
            why=why,
            source=self.row.source,
        )
