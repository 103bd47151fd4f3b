"""Entropy matching (figure 7): is a base model random only because its distribution is broad?

An aligned model is sampled at the lowest temperature at which its first-token entropy, in bits over the whole
vocabulary, reaches the base model's at temperature 1. The paper's caption says lowest entropy, its text lowest
temperature; this follows the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from msgspec.structs import replace

from arena.agents.spec import parse_agent
from arena.backends.base import Capability, LanguageModel, Request, Sampling
from arena.backends.keys import without_logins
from arena.backends.loading import Models
from arena.errors import CapabilityError, UsageError
from arena.experiments.drawing import Question
from arena.experiments.numbers.cells import NumbersCell, plan_cells
from arena.experiments.numbers.spec import NumbersSpec

ENTROPY: Final = "entropy"  # the name of a cell's finding
TEMPERATURES: Final = (1.0, 1.5, 2.0, 2.5, 3.0)  # the paper's

Findings = Mapping[str, Mapping[str, Mapping[str, Any]]]  # by a cell's key and a finding's name


@dataclass(frozen=True, slots=True)
class Matched:
    """The chosen temperature, its entropy and the one to be reached, in bits. `reached` is False if even the highest
    temperature wasn't enough; that one is then used."""

    temperature: float
    entropy: float
    target: float

    @property
    def reached(self) -> bool:
        """Whether the entropy is as high as the base model's."""
        return self.entropy >= self.target

    def to_json(self, base: str) -> dict[str, Any]:
        """The form that is stored; `base` is the model whose entropy was to be reached."""
        return {"base": base, "entropy": self.entropy, "target": self.target, "reached": self.reached}


async def entropies(model: LanguageModel, question: Question, temperatures: Sequence[float]) -> list[float]:
    """The entropy of the first token's distribution at each temperature, in bits, from one evaluation.

    Raises CapabilityError if the backend can't give entropies, ModelError if the model fails.
    """
    if not {Capability.ENTROPY, Capability.FURTHER} <= model.capabilities:
        raise CapabilityError(
            f"{model.name}: its backend can't give entropies, which matching needs: use llama.cpp or transformers"
        )
    further = tuple(Sampling(temperature) for temperature in temperatures)
    completion = await model.complete(Request(question.prompt.tokens, (), question.stop, top=0, further=further))
    return [numbers.entropy for numbers in completion.further]


def match(target: float, found: Sequence[float]) -> Matched:
    """The lowest of TEMPERATURES whose entropy in `found` reaches `target`, or the highest."""
    reaching = (at for at, entropy in enumerate(found) if entropy >= target)
    at = next(reaching, len(TEMPERATURES) - 1)
    return Matched(TEMPERATURES[at], found[at], target)


async def plan_matched_cells(spec: NumbersSpec, models: Models) -> tuple[list[NumbersCell], Findings]:
    """The base model's cell at temperature 1, and each other subject's at its matched temperature; with the findings
    about these, by key and name. Where no model may be loaded, the temperatures stay at 1: they aren't known then.

    Raises UsageError for players that aren't models, InputError and ModelError as the models do.
    """
    base = without_logins(spec.match_entropy)
    aligned = [subject for subject in map(without_logins, spec.subjects) if subject != base]
    for subject in (base, *aligned):
        if not parse_agent(subject).is_model:
            raise UsageError(f"entropies are matched between models, and {subject} isn't one")
    plain = replace(spec, temperatures=(1.0,), top_p=(1.0,))
    cells = (await plan_cells(replace(plain, subjects=(base,)), models))[:1]
    if not models.may_load:
        return cells + await plan_cells(replace(plain, subjects=tuple(aligned)), models, matched=base), {}
    (target,) = await _entropies(cells[0], (1.0,), models)
    findings = {}
    for subject in aligned:
        asked = replace(plain, subjects=(subject,))
        matched = match(target, await _entropies((await plan_cells(asked, models))[0], TEMPERATURES, models))
        (cell, *_) = await plan_cells(replace(asked, temperatures=(matched.temperature,)), models, matched=base)
        cells.append(cell)
        findings[cell.spec.key] = {ENTROPY: matched.to_json(base)}
    return cells, findings


async def _entropies(cell: NumbersCell, temperatures: Sequence[float], models: Models) -> list[float]:
    assert cell.model is not None
    await models.close_others([cell.model])
    model = await models.get(cell.model)
    return await entropies(model, await cell.question(model), temperatures)
