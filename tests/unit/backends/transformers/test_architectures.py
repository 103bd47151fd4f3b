"""Every architecture that transformers knows as a causal language model is computed as transformers does, or refused.

Small models with random weights in folders, through the engine, beside transformers' evaluation of each prompt alone.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import transformers

from arena.backends.local.agreement import WITHIN
from arena.backends.local.library import LoadError
from arena.backends.transformers.library import TransformersLibrary
from tests.support.architectures import make, make_encoder_decoder, names
from tests.support.engine import SETTINGS, engine_apart

pytestmark = pytest.mark.filterwarnings("ignore")  # architectures of many ages warn of much

REFUSED = {
    "bert-encoder": "no causal language model",
    "cpmant": "no causal language model",
    "prophetnet": "no causal language model",
    "reformer": "no causal language model",
    "xlm": "no causal language model",
    "xlnet": "no causal language model",
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


@pytest.mark.parametrize("name", ["llama", "mamba", "gemma2-softcap"])
def test_rounded_weights_are_not_mistaken_for_a_fault(name: str, tmp_path: Path) -> None:
    """In 16 bits fused attention and attention in steps lie 0.05 to 0.3 nats apart on such models."""
    from arena.backends.local.agreement import settle

    library = TransformersLibrary(str(make(name, tmp_path / name, torch.bfloat16)), SETTINGS)
    assert library.rounded is False  # on a CPU all is computed in 32 bits, unless told otherwise
    import msgspec

    settings = msgspec.structs.replace(SETTINGS, dtype="bfloat16")
    rounded = TransformersLibrary(str(tmp_path / name), settings)
    assert rounded.rounded and (settle(rounded, settings)[1] == "") == (name != "mamba")
