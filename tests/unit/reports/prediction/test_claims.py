"""Claims: when one holds, fails or is open, and about which models one is made."""

from __future__ import annotations

import pytest

from arena.reports.prediction.claims import verdict
from arena.reports.prediction.naming import is_aligned
from arena.stats.clusters import Estimate


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        (Estimate(0.1, (0.05, 0.2)), "holds"),
        (Estimate(-0.1, (-0.2, -0.05)), "fails"),
        (Estimate(0.1, (-0.05, 0.2)), "open"),
        (Estimate(0.1), "open"),
        (Estimate(None), "nothing to compare"),
    ],
)
def test_a_claim_holds_if_the_whole_interval_does(difference: Estimate, said: str) -> None:
    assert verdict(difference) == said


def test_the_catalog_says_which_models_are_aligned() -> None:
    assert is_aligned("llm:gemma-3-270m") is False and is_aligned("llm:smollm2-135m-instruct") is True
    assert is_aligned("llm:transformers:some/model") is None and is_aligned("uniform") is None
