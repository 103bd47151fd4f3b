"""`arena rewards`: the reward that a reward model gives to each random integer as the whole answer (table 7)."""

from __future__ import annotations

from typing import Any

import click

from arena.cli.costs import dry_options
from arena.cli.options import command, model_options, run_options
from arena.cli.running import measure


@command()
@click.argument("model")
@click.option("--task", default="integers", metavar="TASK", help="integers or letters.")
@run_options
@click.option("--published", is_flag=True, help="Add the paper's own row below.")
@dry_options
@model_options
def rewards(model: str, task: str, published: bool, **chosen: Any) -> None:
    """Score each value as the answer to the task's request with the reward model MODEL.

    MODEL is a model for sequence classification, run through transformers: a folder of safetensors, or the hub's
    ORG/NAME.

    \b
    arena rewards allenai/Llama-3.1-Tulu-3-8B-RM --device cuda --published
    """
    from arena.experiments.numbers.rewards import KIND, RewardsSpec, plan_rewards

    spec = RewardsSpec(subjects=(f"{KIND}:{model.removeprefix('transformers:')}",), task=task)
    measure(lambda models: plan_rewards(spec, models), chosen, published)
