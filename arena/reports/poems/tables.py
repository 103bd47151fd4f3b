"""The tables of section 4: poems as they were written, contests won (figure 5), and what judges agreed on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from arena.reports.poems.judges import AxisReport
from arena.reports.poems.measures import TEXT_MEASURES, ContestReport, PanelReport
from arena.reports.poems.runs import PoemsRuns
from arena.reports.published import published
from arena.reports.table import DASH, Column, Row, Table
from arena.reports.words import between
from arena.stats.agreement import Agreement
from arena.stats.bradley_terry import RESAMPLES
from arena.stats.clusters import Estimate
from arena.text import printable

PREFERENCE: Final = "preference"

NO_SUBSTITUTE: Final = (
    "Judged by a language model, which is no substitute for people: these numbers say what the model finds likely."
)
_PUBLISHED_NOTE: Final = (
    'Rows marked "paper" are West & Potts 2025: people judged four contests an axis between 70B models of Llama 3.1 '
    "and Tulu 3. They are comparable only with the same models."
)


def tables(runs: PoemsRuns, with_published: bool = False) -> tuple[Table, ...]:
    """All tables for which there is something."""
    made = [_written(runs)] if runs.authors else []
    for panel in runs.panels:
        if panel.panel.judges:
            last = panel is runs.panels[-1]
            made += [_figure5(runs, panel, with_published and last), _contests(panel), _judges(panel), _texts(panel)]
    return tuple(made)


_WRITTEN: Final = (
    Column("poems", "poems", "count"),
    Column("drawn", "answers", "count"),
    Column("rejected_share", "rejected", "share"),
    Column("bits", "bits a word", digits=2, expendable=1),
    Column("distinct2", "distinct-2", "probability", 3, expendable=2),
    Column("shared", "shared words", digits=2, expendable=2),
)


def _written(runs: PoemsRuns) -> Table:
    rows = []
    for author in runs.authors:
        values = {key: author.mean(key) for key in ("bits", "distinct2", "shared")}
        values |= {"poems": author.poems, "drawn": author.drawn}
        values["rejected_share"] = 1 - author.poems / author.drawn if author.drawn else None
        rows.append(Row(printable(author.name), values, state=author.state))
        rows += [Row(f"· {printable(found['topic'])}", found) for found in author.topics]
    notes = (
        f"{runs.title}. Rejected: answers that were no poem of four lines, in percent of those drawn. Means over "
        "poems: surprisal for the model itself in bits a word, given the request; distinct-2, the share of different "
        "pairs of neighbouring words; the longest stretch of words that another poem on the topic has too.",
        *runs.cautions,
    )
    return Table("poems", "Poems of four lines", _WRITTEN, tuple(rows), notes)


def _figure5(runs: PoemsRuns, panel: PanelReport, with_published: bool) -> Table:
    axes = panel.panel.axes
    columns = (
        *(Column(axis, axis, "count") for axis in axes),
        *((Column("median_rank", "median rank", expendable=1),) if PREFERENCE in axes else ()),
    )
    rows = [
        Row(
            printable(author),
            {axis: panel.wins(author, axis) for axis in axes} | {"median_rank": panel.median_rank(author, PREFERENCE)},
        )
        for author in panel.authors
    ]
    rows.append(Row("contests judged", {axis: len(panel.on(axis)) for axis in axes}, source="value"))
    if PREFERENCE in axes:
        for name, within in (("rho with preference", False), ("the same within a model", True)):
            found = {axis: panel.rho(axis, PREFERENCE, within) for axis in axes if axis != PREFERENCE}
            rows.append(_estimates(name, found))
    if with_published:
        for row in published("figure5"):
            texts = {axis: f"{won:.0f}" for axis, won in row.values.items()}
            rows.append(Row(row.name, {**row.values, "published": row.key}, texts, "paper"))
        rows.append(Row("paper: rho with preference", {}, {"originality": "-0.08", "pleasantness": "0.34"}, "paper"))
    notes = [
        f"{_title(panel)}. Contests won, by axis; median rank of an author's poems on preference. Spearman's rho "
        "between abilities: mean over topics, with the 95% interval over topics."
    ]
    notes += [NO_SUBSTITUTE] if panel.panel.is_model else []
    notes += runs.cautions
    notes += [_PUBLISHED_NOTE] if with_published else []
    return Table("figure5", f"Contests won, judged by {_who(panel)} (figure 5)", columns, tuple(rows), tuple(notes))


_CONTESTS: Final = (
    Column("winner", "winner", "text"),
    Column("probability_first", "P(first)", "probability", 2),
    Column("ability", "ability", digits=2, expendable=1),
    Column("ability", "95%", "interval", 2, expendable=2),
    Column("comparisons", "comparisons", "count", expendable=1),
    Column("ties", "ties", "count", expendable=3),
    Column("open", "without a prior", "text", expendable=2),
)


def _contests(panel: PanelReport) -> Table:
    rows = []
    for each in panel.contests:
        values = each.to_json()
        state = "" if each.judged >= each.wanted else f"{each.judged} of {each.wanted}"
        if each.ranking is not None:
            winner = each.ranking.winner
            low, high = each.ranking.limits[winner].tolist()
            values |= {"ability": float(each.ranking.abilities[winner]), "ability_low": low, "ability_high": high}
        flat = {key: value for key, value in values.items() if not isinstance(value, list)}
        texts = {"open": _open(each), "winner": DASH if values["winner"] is None else printable(values["winner"])}
        rows.append(Row(printable(each.contest.name), flat, texts, state=state))
    notes = [
        "Bradley and Terry's model with a weak prior, as if every poem had tied once with an average one. Ability: "
        "that of the winning poem, in logits above the mean, with the interval from the curvature of the likelihood. "
        f"P(first): the share of {RESAMPLES} resamples of the comparisons in which that poem comes first. Without a "
        "prior: what the comparisons alone would leave undefined, poems that never lost or never won, and groups never "
        "compared."
    ]
    if any(each.ties for each in panel.contests):
        notes.append("A tie counts as half a win for each poem.")
    return Table("contests", f"Contests, judged by {_who(panel)}", _CONTESTS, tuple(rows), tuple(notes))


def _open(each: ContestReport) -> str:
    found = each.gaps
    said = [
        f"{len(numbers)} {words}"
        for numbers, words in (
            (found.undefeated, "undefeated"),
            (found.winless, "winless"),
            (found.uncompared, "never compared"),
        )
        if numbers
    ]
    said += [f"{found.groups} groups"] if found.groups > 1 else []
    return ", ".join(said) or "nothing"


_JUDGES: Final = (
    Column("judges", "judges", "count", expendable=2),
    Column("raw", "agreed", "share"),
    Column("kappa", "kappa", digits=2),
    Column("kappa", "95%", "interval", 2, expendable=1),
    Column("n", "n", "count"),
    Column("alpha", "alpha", digits=2),
    Column("first", "first", "share"),
    Column("first", "95%", "interval", 1, expendable=2),
    Column("controls", "controls failed", "text"),
)


def _judges(panel: PanelReport) -> Table:
    rows = []
    for axis in panel.panel.axes:
        found = AxisReport(panel.panel, axis)
        agreed, how = found.agreement, "two judges" if found.between else "the same judge twice"
        failed, asked = found.controls
        values: dict[str, Any] = {"judges": len(panel.panel.judges), **_agreement(agreed), "alpha": found.alpha}
        values |= {"first": found.first.value, "mass": found.mass, "controls_failed": failed, "controls": asked}
        if found.first.interval is not None:
            values |= {f"first_{end}": 100 * at for end, at in zip(("low", "high"), found.first.interval, strict=True)}
        texts = {"controls": f"{failed} of {asked}"}
        rows.append(Row(f"{axis}, {how}" if agreed else axis, values, texts))
    first = (
        "that the model read first, whose labels it was asked about in both orders"
        if panel.panel.is_model
        else ("on the left")
    )
    notes = [
        "Agreed, kappa (Cohen's), n: pairs that were judged twice, compared by which poem won and never by its side. "
        f"Alpha: Krippendorff's, over all judgements. First: the share of wins of the poem {first}; 50 without a bias. "
        "Controls: a poem beside a bag of words, failed by whoever doesn't choose the poem."
    ]
    masses = [mass for axis in panel.panel.axes if (mass := AxisReport(panel.panel, axis).mass) is not None]
    if masses:
        notes.append(
            f"Mass of the model's two labels: {min(masses):.2f} or more on average. Both orders are averaged, so the "
            "same pair again gives the same judgement: its agreement says nothing."
        )
    return Table("judges", f"Agreement, judged by {_who(panel)}", _JUDGES, tuple(rows), tuple(notes))


def _texts(panel: PanelReport) -> Table:
    axes = panel.panel.axes
    columns = tuple(Column(axis, axis, digits=2) for axis in axes)
    rows = [_estimates(name, {axis: panel.text_rho(key, axis) for axis in axes}) for key, name in TEXT_MEASURES.items()]
    notes = (
        "Spearman's rho between what a poem's text says of its originality and its ability on an axis, mean over "
        "topics with the interval over topics. It stands beside people's judgement, and never for it.",
    )
    return Table("originality", f"Originality by the text, and as judged by {_who(panel)}", columns, tuple(rows), notes)


def _estimates(name: str, found: dict[str, Estimate]) -> Row:
    """A row of correlations: their values and intervals by key, and each in one text."""
    values: dict[str, Any] = {}
    texts = {}
    for key, estimate in found.items():
        values[key] = estimate.value
        texts[key] = DASH if estimate.value is None else f"{estimate.value:z.2f}"
        if estimate.interval is not None:
            values[f"{key}_low"], values[f"{key}_high"] = estimate.interval
            texts[key] += f" ({between(*estimate.interval, 2)})"
    return Row(name, values, texts)


def _agreement(found: Agreement | None) -> dict[str, Any]:
    if found is None:
        return {"n": 0, "raw": None, "kappa": None}
    low, high = found.limits or (None, None)
    return {"n": found.n, "raw": found.raw, "kappa": found.kappa, "kappa_low": low, "kappa_high": high}


def _who(panel: PanelReport) -> str:
    name = printable(panel.panel.name)
    return f"{name} (a model)" if panel.panel.is_model else name


def _title(panel: PanelReport) -> str:
    judges: Sequence[str] = panel.panel.judges
    many = "" if panel.panel.is_model else f" by {len(judges)} judge{'s' * (len(judges) != 1)}"
    return f"Contests of run {panel.panel.contests.run.name}, judged{many}"
