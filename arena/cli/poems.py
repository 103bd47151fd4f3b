"""`arena poems`: models write poems, contests are drawn from them, someone judges, and Arena ranks (section 4)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from arena.cli.costs import dry_options
from arena.cli.judging import export_contests, import_judgements
from arena.cli.options import (
    SEED,
    FiniteList,
    FiniteRange,
    command,
    group,
    json_option,
    model_options,
    run_options,
    store_option,
    together,
    wording_options,
)
from arena.cli.output import FORMATS, say, show, write_reports
from arena.cli.running import measure, spec_of
from arena.errors import UsageError

if TYPE_CHECKING:
    from arena.backends.loading import Models
    from arena.experiments.poems.model_judge import ModelJudge

_topics_option = click.option("--topic", "topics", multiple=True, metavar="TOPIC", help="A topic; may be repeated.")
_contests_option = click.option("--contests", metavar="RUN", help="The run of contests; the latest by default.")
_out_option = click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Write tables and figures there."
)


@group()
@click.pass_context
def poems(context: click.Context) -> None:
    """Let models write poems, draw contests between them, judge these in pairs, and rank the poems.

    \b
    arena poems generate --model gemma-3-270m --model smollm2-135m-instruct
    arena poems contest
    arena poems judge
    arena poems rank
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@command(short_help="Let models write poems of four lines.")
@click.option("--model", "models", multiple=True, metavar="NAME", help="A language model; may be repeated.")
@_topics_option
@click.option("--n", type=int, default=20, help="Poems of each model on each topic.")
@click.option("--seed", type=SEED, default=0, help="Seed of all random draws.")
@run_options
@dry_options
@_out_option
@wording_options
@click.option(
    "--temperature", "temperatures", type=FiniteList(above=0.0), default="1", metavar="T,...", help="One or several."
)
@click.option("--top-p", "top_p", type=FiniteRange(0.0, 1.0, min_open=True), default=1.0)
@model_options
def generate(models: tuple[str, ...], topics: tuple[str, ...], **chosen: Any) -> None:
    """Ask models for poems of exactly four lines, on the paper's ten topics or on your own, until each has enough.

    Run the same command again to continue where it stopped, with a larger --n to extend it.
    """
    from arena.experiments.poems.poems import plan_poems
    from arena.experiments.poems.spec import PoemsSpec

    if not models:
        raise UsageError("nobody writes: name a --model (`arena models` lists them)")
    said: dict[str, Any] = {"subjects": tuple(f"llm:{name}" for name in models)}
    said |= {"topics": topics} if topics else {}
    spec: PoemsSpec = spec_of(PoemsSpec, chosen | said)
    measure(lambda found: plan_poems(spec, found), chosen)


@command(short_help="Draw contests from the poems of one run or several.")
@store_option
@json_option
@click.option(
    "--run", "names", multiple=True, metavar="RUN", help="A run of poems; may be repeated; the latest by default."
)
@_topics_option
@click.option("--axis", "axes", multiple=True, metavar="AXIS", help="originality, pleasantness, preference: all three.")
@click.option("--per-author", type=click.IntRange(1, 1000), default=5, help="Poems of each author on each topic.")
@click.option("--appearances", type=click.IntRange(2, 1000), default=8, help="Pairs in which each poem appears.")
@click.option(
    "--again", type=click.IntRange(0), show_default="70 in 240, the paper's", help="Pairs of an axis judged twice."
)
@click.option("--seed", type=SEED, default=0, help="Seed of all random draws.")
def contest(
    store: Path, as_json: bool, names: tuple[str, ...], topics: tuple[str, ...], axes: tuple[str, ...], **chosen: Any
) -> None:
    """Draw which poems take part and which pairs are compared, one contest per topic and axis.

    Topics are the paper's four, or those of them that there are poems on; --topic names others. What is drawn is stored
    before anyone judges, and the same command finds it again.
    """
    from arena.experiments.poems.axes import AXES
    from arena.experiments.poems.contests import keep_contests
    from arena.experiments.poems.generated import read_written, written_runs
    from arena.experiments.poems.lots import LotsSpec, draw_contests
    from arena.experiments.poems.topics import JUDGED
    from arena.reports.report import as_json as as_document
    from arena.store.store import Store

    with Store.open(store) as opened:
        runs = written_runs(opened, names)
        written = [each for run in runs for each in read_written(opened, run)]
    with Store.open(store, create=True) as opened:
        there = {each.topic for each in written}
        spec = LotsSpec(
            topics=topics or tuple(topic for topic in JUDGED if topic in there),
            axes=axes or tuple(AXES),
            **chosen,
        )
        kept = keep_contests(opened, draw_contests(written, spec), spec, runs)
    first = kept.contests[0]
    if as_json:
        contests = [{"contest": each.name, "showings": len(each.showings)} for each in kept.contests]
        document = {"run": kept.run.name, "key": kept.key, "contests": contests}
        click.echo(as_document(document), nl=False)
        return
    say(
        f"run {kept.run.name}: {len(kept.contests)} contests of {len(first.poems)} poems and "
        f"{len(first.numbers('pair'))} pairs, by {', '.join(author.name for author in first.authors)}"
    )


@command(short_help="Judge contests yourself in the app, or let a language model judge.")
@_contests_option
@click.option("--name", metavar="NAME", help="Who you are; the app asks by default.")
@click.option("--by", "judge", metavar="MODEL", help="Let this model judge.")
@together(run_options, _out_option, wording_options, model_options)
def judge(contests: str | None, name: str | None, judge: str | None, **chosen: Any) -> None:
    """Judge contests in the app, pair by pair, under your name; or let a language model judge with --by: its
    probabilities of the two labels, in both orders.

    A model is no substitute for people. Run the same command again to continue where you or it stopped.
    """
    if judge is None:
        _judge_in_app(chosen["store"], name, contests)
        return
    if name is not None:
        raise UsageError("--name is for people, and --by for models: leave one of them out")
    from arena.experiments.poems.contests import find_contests
    from arena.experiments.poems.model_judge import ModelJudgeSpec, plan_model_judge
    from arena.store.store import Store

    with Store.open(chosen["store"]) as opened:
        found = find_contests(opened, contests)
    wording = chosen["wording"]
    spec = ModelJudgeSpec(
        judge=f"llm:{judge}",
        style=chosen["style"],
        format=chosen["format"],
        wording=None if wording is None else str(wording),
    )

    async def plan(models: Models) -> ModelJudge:
        return await plan_model_judge(spec, found, models)

    measure(plan, chosen)


def _judge_in_app(store: Path, name: str | None, contests: str | None) -> None:
    """Open the app for a person who judges; what is wrong is said before it takes over the screen."""
    from arena.cli.play import open_app
    from arena.experiments.poems.contests import find_contests
    from arena.experiments.poems.judgement import person
    from arena.session.judging import JudgeChoice
    from arena.store.store import Store

    if name is not None:
        person(name)
    with Store.open(store) as opened:
        find_contests(opened, contests)
    open_app(store, judge=JudgeChoice(name, contests))


@command(short_help="Rank the poems of contests.")
@store_option
@_contests_option
@click.option("--format", "format_", type=click.Choice(FORMATS), default="rich")
@_out_option
@click.option("--published", is_flag=True, help="Put the paper's own rows below ours.")
def rank(store: Path, contests: str | None, format_: str, out: Path | None, published: bool) -> None:
    """Rank poems by the judgements so far: winners, agreement of the judges, correlations between the axes (figure 5).

    People are ranked together, each model that judged by itself. A judge's own run is ranked by `--contests RUN`.
    """
    from arena.experiments.poems.contests import find_contests
    from arena.reports.options import ReportSettings
    from arena.reports.registry import reports_of
    from arena.store.store import Store

    with Store.open(store) as opened:
        found = find_contests(opened, contests)
        run = found.run if contests is None else opened.run(contests)  # perhaps a judge's own
        settings = ReportSettings(published)
        reports = reports_of(opened, [run], settings)
        write_reports(reports, [run], out, settings)
        show(reports, format_)


for _command in (generate, contest, judge, export_contests, import_judgements, rank):
    poems.add_command(_command)
