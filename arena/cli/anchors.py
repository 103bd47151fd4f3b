"""`arena anchors`: how much do a model's answers to one prompt share? (Li and others 2024)"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from arena.cli.costs import dry_options
from arena.cli.options import SEED, FiniteRange, command, model_options, run_options, wording_options
from arena.cli.running import measure, spec_of
from arena.errors import UsageError


@command()
@click.option("--model", "models", multiple=True, metavar="NAME", help="A language model; may be repeated.")
@click.option("--of", "of", multiple=True, metavar="RUN", help="Read the texts of this run instead; may be repeated.")
@click.option("--group", "groups", multiple=True, metavar="NAME", help="explain, compare, advise, story or list.")
@click.option("--first", type=click.IntRange(1, 80), default=80, help="The most prompts; groups take turns.")
@click.option("--prompt", "prompts", multiple=True, metavar="TEXT", help="A prompt of your own; may be repeated.")
@click.option(
    "--n", type=int, default=100, help="Generations of each model for each prompt; of a run, texts of a cell."
)
@click.option("--max-tokens", type=click.IntRange(1, 4096), default=200, help="The most tokens of a generation.")
@click.option("--scored", type=click.IntRange(0), default=20, help="Generations a prompt that each model scores.")
@click.option("--seed", type=SEED, default=0, help="Seed of all random draws.")
@click.option("--temperature", type=FiniteRange(0.0, min_open=True), default=1.0)
@click.option("--top-p", "top_p", type=FiniteRange(0.0, 1.0, min_open=True), default=0.9)
@run_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write tables and figures there.")
@wording_options
@dry_options
@model_options
def anchors(models: tuple[str, ...], of: tuple[str, ...], groups: tuple[str, ...], **chosen: Any) -> None:
    """Let models answer 80 short prompts many times over, and see what the answers to a prompt share: the words that
    stand verbatim and in the same order in many of them, and where in a text they are.

    Run the same command again to continue where it stopped, with a larger --n to extend it.

    With --of nothing is asked: the poems, sequences or matches that a run holds are read in the same way.

    \b
    arena anchors --model gemma-3-270m --model smollm2-135m-instruct --first 16
    arena anchors --of 2026-11-23-1
    """
    from arena.experiments.prediction.anchors import plan_anchors
    from arena.experiments.prediction.spec import AnchorsSpec

    if models and of:
        raise UsageError("--model asks models anew and --of reads what a run holds: give one of the two")
    if of:
        _read_again(of, chosen)
        return
    if not models:
        raise UsageError("nobody writes: name a --model (`arena models` lists them)")
    said: dict[str, Any] = {"subjects": tuple(f"llm:{name}" for name in models)}
    said |= {"groups": groups} if groups else {}
    spec: AnchorsSpec = spec_of(AnchorsSpec, chosen | said)
    if spec.n < 1:
        raise UsageError(f"--n is {spec.n}, but a prompt has at least one generation")
    measure(lambda found: plan_anchors(spec, found), chosen)


def _read_again(names: tuple[str, ...], chosen: Mapping[str, Any]) -> None:
    """Show what the texts that runs hold share."""
    from arena.cli.output import show, write_reports
    from arena.reports.prediction import report_tasks
    from arena.store.store import Store

    with Store.open(chosen["store"]) as opened:
        runs = list({run.name: run for run in map(opened.run, names)}.values())
        reports = [report_tasks(opened, runs, chosen["n"])]
        write_reports(reports, runs, chosen["out"])
        show(reports, "json" if chosen["as_json"] else "rich")
