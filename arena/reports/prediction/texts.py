"""The tables of texts that models write many times over, and the report."""

from __future__ import annotations

from typing import Any, Final

from arena.reports.prediction.claims import writing_claims
from arena.reports.prediction.curve import curve_figure
from arena.reports.prediction.naming import notes_of
from arena.reports.prediction.spans import explained_once, shown_prompt, skeleton_figure, spans_table
from arena.reports.prediction.writing import Writer, Writers
from arena.reports.report import Report
from arena.reports.table import Column, Row, Table, flat
from arena.stats.clusters import Estimate
from arena.stats.skeleton import OTHERS

ALONG: Final = (  # the share of anchors in three parts of a text
    Column("first", "at the beginning", "share", expendable=2, narrow="at the\nbeginning"),
    Column("middle", "in the middle", "share", expendable=2, narrow="in the\nmiddle"),
    Column("last", "at the end", "share", expendable=2, narrow="at the\nend"),
)
_COLUMNS: Final = (
    Column("prompts", "prompts", "count", expendable=3),
    Column("share", "anchors", "share"),
    Column("share", "95%", "interval", 1, expendable=1),
    *ALONG,
    Column("spans", "spans", digits=1, expendable=3),
    Column("distinct2", "distinct-2", "probability", 3, expendable=1),
    Column("self_bleu", "self-BLEU", "probability", 3, expendable=1),
    Column("compression", "compression", digits=2, expendable=2),
    Column("sentences", "first sentences", digits=1, expendable=1, narrow="first\nsentences"),
    Column("ended", "ended", "share", expendable=4),
)
_COSTS: Final = (
    Column("inside", "inside", digits=3),
    Column("inside", "95%", "interval", 3, expendable=2),
    Column("outside", "outside", digits=3),
    Column("outside", "95%", "interval", 3, expendable=2),
    Column("more", "outside minus inside", digits=3, narrow="outside\nminus inside"),
    Column("more", "95%", "interval", 3, expendable=1),
)


def texts_report(found: Writers) -> Report:
    """The report of generations."""
    shown = [writer for writer in found.writers if writer.shown]
    document = found.to_json()
    skeletons = [(number, writer, shown_prompt(writer)) for number, writer in enumerate(shown)]
    known = [(number, writer, written) for number, writer, written in skeletons if written is not None]
    return Report(
        name="anchors",
        file="anchors",
        tables=(
            _table(found),
            *_costs(found),
            *writing_claims(found),
            *explained_once(spans_table(writer, written) for _, writer, written in known),
        ),
        figures=(
            *((curve_figure(shown),) if shown else ()),
            *(skeleton_figure(number, writer, written) for number, writer, written in known),
        ),
        records=[{"name": writer.name, **flat(each.to_json())} for writer in shown for each in writer.shown],
        document=document,
        nothing="" if shown else f"nothing has been generated yet in {', '.join(run.name for run in found.runs)}",
    )


def _table(found: Writers) -> Table:
    rows = []
    for writer in found.writers:
        rows.append(Row(writer.name, _values(writer, None), state=writer.state))
        groups = [group for group in writer.groups if group]
        rows += [Row(f"· {group}", _values(writer, group)) for group in groups if len(writer.groups) > 1]
    size = max((run.spec.size for run in found.runs), default=0)
    notes = (
        f"Anchors: words, in percent of all, that stand verbatim with their neighbours in at least {OTHERS} other "
        f"generations of the same prompt, in the same order ({size} generations a prompt). The beginning and the end "
        "are a tenth of a text each. Means over prompts, with 95% intervals over prompts.",
        "Spans: how many stretches at least six generations hold. Distinct-2: different pairs of neighbouring words. "
        "Self-BLEU: BLEU-4 of each generation against the others. Compression: how many times smaller zlib makes all "
        "of them. First sentences: how many different ones. Ended: those that ended by themselves, before the limit.",
        *notes_of(found.runs, [writer.settings for writer in found.writers]),
    )
    return Table("anchors", "What the generations of a prompt share", _COLUMNS, tuple(rows), notes)


def _values(writer: Writer, group: str | None) -> dict[str, Any]:
    share = writer.share("share", group)
    found: dict[str, Any] = {"share": share.value, "share_low": None, "share_high": None}
    if share.interval is not None:
        found["share_low"], found["share_high"] = (100 * end for end in share.interval)
    found["prompts"] = sum(group in (None, each.group) for each in writer.shown)
    return found | {column.key: writer.mean(column.key, group) for column in _COLUMNS if column.key not in found}


def _costs(found: Writers) -> tuple[Table, ...]:
    rows = []
    for writer in found.writers:
        for scorer in writer.scorers:
            whose = "its own texts" if scorer == writer.subject else f"texts of {writer.name}"
            rows.append(Row(f"{found.name_of(scorer, writer.run)} on {whose}", _estimates(writer.costs(scorer))))
    notes = (
        "Surprisal in bits a byte of the texts' words that are anchors, and of the others, under a model's own "
        "distribution given the prompt; the first generations of each prompt, with 95% intervals over prompts. "
        "`arena perplexity` measures the same on documents.",
    )
    return (
        (Table("anchors-costs", "Bits a byte inside anchors and outside", _COSTS, tuple(rows), notes),) if rows else ()
    )


def _estimates(found: tuple[Estimate, Estimate, Estimate]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, estimate in zip(("inside", "outside", "more"), found, strict=True):
        values[key] = estimate.value
        values[f"{key}_low"], values[f"{key}_high"] = estimate.interval or (None, None)
    return values
