"""`arena run SUITE`: the players, games and tasks that a TOML file names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from arena.cli.costs import Listed, dry_options, list_costs
from arena.cli.options import command, model_options, run_options
from arena.cli.output import ready, say, show, write_reports
from arena.cli.running import exit_if_failed, suite_to_its_end

if TYPE_CHECKING:
    from arena.backends.loading import Models
    from arena.experiments.suites.suite import Suite


@command()
@click.argument("suite", required=False)
@run_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="A folder for all tables and figures.")
@click.option(
    "--only",
    multiple=True,
    metavar="PATTERN",
    help="Fill only the cells with this in their subject, game or task; * stands for anything. May be repeated.",
)
@click.option(
    "--at",
    multiple=True,
    metavar="[MODEL=]WHERE",
    help="Run the models whose weights are on the hub, or the one named, there: transformers, sglang:URL, ... "
    "May be repeated.",
)
@dry_options
@model_options
def run(
    suite: str | None, store: Path, out: Path | None, only: tuple[str, ...], at: tuple[str, ...], **chosen: Any
) -> None:
    """Run a whole SUITE: the name of one that comes with Arena, or a TOML file of your own. Without one, list them.

    Every part is planned before the first one runs. Run the same command again to continue where it stopped; finished
    parts are not repeated. A part that fails is reported at the end, and the others still run.
    """
    from arena.experiments.suites.placing import placed
    from arena.experiments.suites.suite import find_suite
    from arena.reports.options import ReportSettings
    from arena.reports.registry import reports_across, reports_of, suite_document
    from arena.reports.report import as_json
    from arena.store.store import Store

    if suite is None:
        _list()
        return
    found = placed(find_suite(suite), at)
    if chosen["dry_run"]:
        _list_costs(found, only, {"store": store, **chosen})
        return

    with Store.open(store, create=True) as opened:
        done = suite_to_its_end(found, opened, chosen, only)
        reports = reports_of(opened, done.runs, ReportSettings(again=True))
        across = reports_across(opened, done.runs)
        shown = [*ready(reports, done.runs), *(report for report in across if not report.nothing)]
        notes = [report.nothing for report in (*reports, *across) if report.nothing]
        write_reports(shown, done.runs, out, notes=notes)
        if chosen["as_json"]:
            click.echo(as_json(suite_document(found.name, reports)), nl=False)
        else:
            show(shown, "rich")
    for what, why in found.leaves_out.items():
        say(f"not in this suite: {what} ({why})")
    exit_if_failed(found, done)


def _list() -> None:
    """Print what each shipped suite does, and what it leaves out."""
    from arena.experiments.suites.suite import shipped

    suites = shipped()
    wide = max(map(len, suites))
    for name, suite in suites.items():
        click.echo(f"{name:{wide}}  {suite.title}")
        if suite.leaves_out:
            click.echo(f"{'':{wide}}  without {'; '.join(suite.leaves_out)}")


def _list_costs(suite: Suite, only: tuple[str, ...], chosen: dict[str, Any]) -> None:
    from arena.experiments.suites.planning import plan_suite

    async def listed(models: Models) -> list[Listed]:
        planned = await plan_suite(suite, models, only)
        return [Listed(f"{part.number}. ", part.part.spec.subjects, part.plan) for part in planned]

    list_costs(listed, chosen)
