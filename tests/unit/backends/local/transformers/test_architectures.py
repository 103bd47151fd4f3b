"""Every architecture that transformers knows as a causal language model is computed as transformers does, or refused.

Small models with random weights in folders, through the engine, beside transformers' evaluation of each prompt alone.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
import transformers

from arena.backends.local.agreement import WITHIN, settle
from arena.backends.local.library import LoadError
from arena.backends.local.transformers.library import TransformersLibrary
from benchmarks.support.architectures import make, make_encoder_decoder, names
from benchmarks.support.engine import SETTINGS, engine_apart

pytestmark = pytest.mark.filterwarnings("ignore")  # architectures of many ages warn of much

REFUSED = {
    "bert-encoder": "isn't a causal language model",
    "cpmant": "isn't a causal language model",
    "prophetnet": "isn't a causal language model",
    "reformer": "isn't a causal language model",
    "xlm": "isn't a causal language model",
    "xlnet": "isn't a causal language model",
    "xmod": "Input language unknown",
}
# what differs in structure, and whether its prompts share a cache
KINDS = {
    "llama": True,
    "llama-grouped": True,
    "falcon": True,  # multi-query
    "mistral": True,  # a sliding window
    "gemma3_text": True,  # in some layers
    "gemma2-softcap": True,
    "gpt_oss": True,  # sinks
    "deepseek_v3": True,  # MLA and a mixture of experts
    "opt": True,  # learned positions
    "cohere": True,  # scaled logits
    "bloom": False,  # ALiBi
    "falcon-alibi": False,
    "qwen3_next": False,  # some layers recurrent
    "mamba": False,  # all of them
    "gpt_neo": False,  # a mask by places in the cache
    "roberta": False,  # positions that begin elsewhere
    "bart": False,  # an encoder-decoder's decoder, trained alone
    "bert-encoder": None,
}


def check(name: str, folder: Path) -> str | None:
    """Right, or refused with the expected words; gives why each prompt is evaluated whole, if it is."""
    transformers.utils.logging.set_verbosity_error()
    make(name, folder)
    if name in REFUSED:
        with pytest.raises(LoadError, match=REFUSED[name]):
            engine_apart(folder)
        return None
    off, why = engine_apart(folder)
    assert off < WITHIN, f"{name}: {off:.2g} nats ({why or 'a shared cache'})"
    return why


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_of_structure(name: str, tmp_path: Path) -> None:
    why = check(name, tmp_path / name)
    assert KINDS[name] is None or (why == "") == KINDS[name], why


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(names()) - KINDS.keys()))
def test_an_architecture(name: str, tmp_path: Path) -> None:
    check(name, tmp_path / name)


def test_an_encoder_with_a_decoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="an encoder with a decoder"):
        TransformersLibrary(str(make_encoder_decoder(tmp_path / "bart")), SETTINGS)


def test_weights_that_are_missing_are_said_and_not_drawn_at_random(tmp_path: Path) -> None:
    folder = make("llama", tmp_path / "headless")
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    model.model.save_pretrained(folder)
    with pytest.raises(LoadError, match=r"lacks the weights lm_head\.weight"):
        TransformersLibrary(str(folder), SETTINGS)


@pytest.mark.parametrize("name", ["roberta", "mpt", "opt"])
def test_a_prompt_may_be_as_long_as_is_said(name: str, tmp_path: Path) -> None:
    library = TransformersLibrary(str(make(name, tmp_path / name)), SETTINGS)
    longest = (7,) * library.trained_context
    assert np.isfinite(library.plain(longest, [len(longest) - 1])).all()
    with pytest.raises((IndexError, RuntimeError)):
        library.plain((*longest, 7), [len(longest)])


@pytest.mark.parametrize(("name", "shared"), [("llama", True), ("gemma2-softcap", True), ("mamba", False)])
def test_rounding_is_not_mistaken_for_a_fault(name: str, shared: bool, tmp_path: Path) -> None:
    """In 16 bits fused attention and attention step by step lie 0.05 to 0.3 nats apart on such models."""
    settings = msgspec.structs.replace(SETTINGS, dtype="bfloat16")
    library = TransformersLibrary(str(make(name, tmp_path / name, torch.bfloat16)), settings)
    assert library.rounded
    assert (settle(library)[1] == "") == shared
