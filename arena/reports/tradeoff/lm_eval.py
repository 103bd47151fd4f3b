"""Scores from the result files of lm-evaluation-harness, on the scale of the Open LLM Leaderboard v2.

The harness writes raw accuracies to results_DATE.json. The leaderboard normalises each task so that guessing is 0 and
all right is 100, averages within a benchmark, then over its six: huggingface.co/docs/leaderboards, "Scores
Normalization". Those with several answers to choose from have one guess right in as many.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from arena.errors import InputError

_BBH: Final = {  # choices of each subtask
    "boolean_expressions": 2, "causal_judgement": 2, "date_understanding": 6, "disambiguation_qa": 3,
    "formal_fallacies": 2, "geometric_shapes": 11, "hyperbaton": 2, "logical_deduction_five_objects": 5,
    "logical_deduction_seven_objects": 7, "logical_deduction_three_objects": 3, "movie_recommendation": 6,
    "navigate": 2, "object_counting": 19, "penguins_in_a_table": 5, "reasoning_about_colored_objects": 18,
    "ruin_names": 6, "salient_translation_error_detection": 6, "snarks": 2, "sports_understanding": 2,
    "temporal_sequences": 4, "tracking_shuffled_objects_five_objects": 5, "tracking_shuffled_objects_seven_objects": 7,
    "tracking_shuffled_objects_three_objects": 3, "web_of_lies": 2,
}  # fmt: skip
_MUSR: Final = {"murder_mysteries": 2, "object_placements": 5, "team_allocation": 3}
_GPQA: Final = ("diamond", "extended", "main")
_MATH: Final = (
    "algebra", "counting_and_prob", "geometry", "intermediate_algebra", "num_theory", "prealgebra", "precalculus",
)  # fmt: skip
_IFEVAL: Final = ("inst_level_strict_acc", "prompt_level_strict_acc")


def is_results(document: Any) -> bool:
    """Whether a JSON document is one of the harness's result files."""
    return isinstance(document, dict) and isinstance(document.get("results"), dict)


def model_name(document: Mapping[str, Any]) -> str:
    """The model's name in the harness, such as google/gemma-3-270m; "" if the file doesn't say it."""
    name = document.get("model_name")
    if isinstance(name, str) and name:
        return name
    config = document.get("config")
    arguments = config.get("model_args") if isinstance(config, dict) else None
    if isinstance(arguments, dict):
        return str(arguments.get("pretrained") or arguments.get("model") or "")
    found = re.search(r"(?:^|,)(?:pretrained|model)=([^,]+)", arguments) if isinstance(arguments, str) else None
    return found[1] if found else ""


def columns(document: Mapping[str, Any]) -> dict[str, float]:
    """The leaderboard's six columns, from 0 to 100. Raises InputError, which says which tasks are missing."""
    results = document["results"]
    missing: list[str] = []

    def of(task: str, metric: str, choices: int = 0) -> float:
        found = results.get(task)
        found = found if isinstance(found, dict) else {}
        value = found.get(f"{metric},none", found.get(metric))
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
            missing.append(f"{task} ({metric})")
            return 0.0
        guess = 1 / choices if choices else 0.0
        return 100 * max(0.0, value - guess) / (1 - guess)

    def mean(values: list[float]) -> float:
        return sum(values) / len(values)

    def whole(group: str, parts: list[str], metric: str, choices: int = 0) -> float:
        """A group's own number, or the mean of its parts by their size: not every version writes the first."""
        if isinstance(results.get(group), dict) and any(key.startswith(metric) for key in results[group]):
            return of(group, metric, choices)
        sizes = [_size(document, part) for part in parts]
        return sum(size * of(part, metric, choices) for size, part in zip(sizes, parts, strict=True)) / sum(sizes)

    maths = [f"leaderboard_math_{part}_hard" for part in _MATH]
    gpqa = [f"leaderboard_gpqa_{part}" for part in _GPQA]
    found = {
        "ifeval": mean([of("leaderboard_ifeval", metric) for metric in _IFEVAL]),
        "bbh": mean([of(f"leaderboard_bbh_{part}", "acc_norm", choices) for part, choices in _BBH.items()]),
        "math": whole("leaderboard_math_hard", maths, "exact_match"),
        "gpqa": whole("leaderboard_gpqa", gpqa, "acc_norm", 4),
        "musr": mean([of(f"leaderboard_musr_{part}", "acc_norm", choices) for part, choices in _MUSR.items()]),
        "mmlu_pro": of("leaderboard_mmlu_pro", "acc", 10),
    }
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise InputError(
            f"it lacks {', '.join(missing[:3])}{more}: the leaderboard's average needs all that `lm_eval --tasks "
            "leaderboard` measures"
        )
    return found


def average(document: Mapping[str, Any]) -> float:
    """The leaderboard's average, from 0 to 100. Raises InputError, which says which tasks are missing."""
    found = columns(document)
    return sum(found.values()) / len(found)


def _size(document: Mapping[str, Any], task: str) -> float:
    sizes = document.get("n-samples")
    size = sizes.get(task) if isinstance(sizes, dict) else None
    found = size.get("effective") if isinstance(size, dict) else None
    return float(found) if isinstance(found, int) and found > 0 else 1.0
