"""Table 7: the reward that a reward model gives to each value as the whole answer to a task's request."""

from __future__ import annotations

from arena.backends.loading import Models
from arena.backends.local.transformers.weights import former_identity, identity, located
from arena.backends.reward import rewards
from arena.concurrency import aside
from arena.errors import UsageError
from arena.experiments.numbers.task import find_task
from arena.prompts.wording import find_task_wording
from arena.randomness import stream
from arena.store.rows import TASK_KIND, CellSpec, RunRow, RunSpec
from arena.store.store import Store

REWARDS = "rewards"  # the name of what is found out about a cell, and the run's way of finding it
KIND = "reward"  # how a reward model is written as a subject: reward:PLACE


async def run_rewards(place: str, task: str, store: Store, models: Models) -> RunRow:
    """Score each of a task's values with the reward model at a place, unless that was done before; returns the run.

    Raises UsageError for a task whose answers have several values, InputError for a model that is none, ModelError if
    it isn't available or fails, StoreError if the store refuses.
    """
    asked = find_task(task)
    if asked.length != 1:
        raise UsageError(f"rewards are for answers of one value, and {asked.name} have {asked.length}")
    wording = find_task_wording(task, "instruct")
    subject = f"{KIND}:{place}"
    key = stream(subject, "", asked.name, wording.name, "-")
    prompt = {"style": wording.style, "wording": wording.name}
    source = await aside(located, place)
    spec = RunSpec(
        kind=TASK_KIND,
        cells=(CellSpec(key, subject, "", asked.name, prompt),),
        rounds=1,
        seed=0,
        sampling=REWARDS,
        invalid="-",
        models={place: await aside(identity, source, models.settings)},
        games=1,
        manifest=models.manifest(),
        former={place: await aside(former_identity, place)},
    )
    with store.begin(spec) as writer:
        if REWARDS not in writer.findings(key):
            request, _ = wording.render(asked.values, (), (), 1)
            found = await rewards(str(source), request, asked.values, models.settings)
            writer.set_finding(
                key,
                REWARDS,
                {"values": list(found.values), "template": found.template, "build": found.build},
            )
        writer.finish()
        return writer.run
