"""The tables and the figure of documents that models predict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arena.reports.figure import below, blank, colour, plain, points
from arena.reports.prediction.claims import reading_claims
from arena.reports.prediction.naming import notes_of
from arena.reports.prediction.reading import MEASURES, Reader, Readers
from arena.reports.report import Figure, Report
from arena.reports.table import Column, Row, Table, plain_table
from arena.text import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

_COLUMNS: Final = (
    Column("documents", "documents", "count"),
    Column("bits_per_byte", "bits a byte", digits=4),
    Column("bits_per_byte", "95%", "interval", 4),
    Column("token_perplexity", "perplexity a token", digits=3, narrow="perplexity\na token"),
    Column("token_perplexity", "95%", "interval", 2, expendable=2),
    Column("word_perplexity", "perplexity a word", digits=2, narrow="perplexity\na word", expendable=1),
    Column("word_perplexity", "95%", "interval", 1, expendable=3),
    Column("bos", "BOS", "text", expendable=1),
)
_PAIRS: Final = (
    Column("difference", "bits a byte more", digits=4),
    Column("difference", "95%", "interval", 4),
    Column("fewer", "documents with fewer", "text"),
)
_TITLE: Final = "Bits a byte of each document"


def documents_report(found: Readers) -> Report:
    """The report of documents."""
    shown = [reader for reader in found.readers if reader.read]
    document = found.to_json()
    names = ", ".join(run.name for run in found.runs)
    pairs = found.pairs()
    return Report(
        name="perplexity",
        file="perplexity",
        tables=(_table(found), *((_pairs(pairs),) if pairs else ()), *reading_claims(found)),
        figures=(_figure(shown),) if shown else (),
        records=document["documents"],
        document=document,
        nothing="" if shown else f"no document has been read yet in {names}",
    )


def _table(found: Readers) -> Table:
    rows = [Row(reader.name, _values(reader), {"bos": _bos(reader)}, state=reader.state) for reader in found.readers]
    notes = [
        "Bits a byte: surprisal under the model's own distribution, divided by the bytes of UTF-8; it can be compared "
        "between tokenizers. Perplexity: 2 to the power of bits a token, and a word. All documents together, with 95% "
        "intervals over documents.",
        *(_windows(found)),
    ]
    empty = max((reader.empty for reader in found.readers), default=0)
    if empty:
        notes.append(
            f"Documents with nothing to score (empty, or one token long with nothing before it) are left out: {empty}."
        )
    rows_settings = [reader.settings for reader in found.readers]
    return Table(
        "perplexity", "Documents predicted", _COLUMNS, tuple(rows), (*notes, *notes_of(found.runs, rows_settings))
    )


def _values(reader: Reader) -> dict[str, Any]:
    values: dict[str, Any] = {"documents": len(reader.read), "bos": reader.reading.bos}
    for measure in MEASURES:
        estimate = reader.estimate(measure)
        values[measure] = estimate.value
        values[f"{measure}_low"], values[f"{measure}_high"] = estimate.interval or (None, None)
    return values


def _bos(reader: Reader) -> str:
    return {True: "yes", False: "no", None: ""}[reader.reading.bos]


def _windows(found: Readers) -> list[str]:
    """How documents were read, a sentence for each way."""
    said: dict[str, None] = {}
    for run in found.runs:
        settings = run.spec.settings
        request = settings.get("request")
        how = (
            "as they are, without a chat template"
            if request is None
            else (f"as answers to the request {printable(str(request))!r}, in each model's format")
        )
        said[
            f"Windows of {settings.get('window')} tokens, each {settings.get('stride')} further than the one before. "
            f"Documents are read {how}; BOS stands before each window where the tokenizer adds it."
        ] = None
    return list(said)


def _pairs(pairs: list[tuple[Reader, Reader]]) -> Table:
    rows = []
    for one, other in pairs:
        estimate, fewer, both = one.minus(other)
        values: dict[str, Any] = {"difference": estimate.value, "fewer": fewer, "both": both}
        values["difference_low"], values["difference_high"] = estimate.interval or (None, None)
        rows.append(Row(f"{one.name} minus {other.name}", values, {"fewer": f"{fewer} of {both}"}))
    notes = ("Two models on the same documents: what the first needs more, with the 95% interval of the difference.",)
    return Table("perplexity-pairs", "Two models on the same documents", _PAIRS, tuple(rows), notes)


def _figure(readers: list[Reader]) -> Figure:
    rows = [
        Row(printable(record["document"]), {key: record[key] for key in ("name", "bits_per_byte", "bytes")})
        for reader in readers
        for record in reader.records()
    ]
    return Figure("perplexity", _TITLE, lambda: _drawn(readers), plain_table("perplexity", _TITLE, rows))


def _drawn(readers: list[Reader]) -> Drawing:
    figure = blank(6.4, 3.6)
    axes = figure.subplots()
    first = readers[0].read
    order = sorted(first, key=lambda name: first[name].bits / first[name].bytes)
    order += [name for reader in readers for name in reader.read if name not in first]
    place = {name: at for at, name in enumerate(dict.fromkeys(order))}
    for style, reader in enumerate(readers):
        found = sorted((place[name], each.bits / each.bytes) for name, each in reader.read.items())
        axes.plot(*zip(*found, strict=True), "o", color=colour(style), markersize=4, label=plain(reader.name))
    axes.set_xlabel("documents, by what the first model needs")
    axes.set_ylabel("bits a byte")
    axes.set_ylim(bottom=0)
    axes.set_xticks([])
    axes.legend(frameon=False, fontsize=points(8), loc="lower left", bbox_to_anchor=(0, 1))
    below(figure, "Lower is better: the model is less surprised.")
    return figure
