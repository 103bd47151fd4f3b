"""Prompts in the layouts of public tokenizers: token for token what transformers makes of the same conversation."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from arena.agents.encoding import chat_template, encode
from arena.backends.tokenizer import FolderTokenizer
from arena.prompts.formats import Segment, render
from tests.support.tokenizer_layouts import LAYOUTS

pytest.importorskip("transformers")

REQUESTS = (
    "Choose rock, paper or scissors.",
    "In each round, choose.\n\nRound 1: you chose rock, they chose paper.  You lost.",
    "été — 漢字 🎲 <table>1</b> 12345 |||IP_ADDRESS|||<tool_call>    \n\n x",
)


@dataclass
class Model:
    """As much of a model as a prompt needs."""

    tokenizer: FolderTokenizer
    name: str = "layout"

    @property
    def vocabulary(self) -> Any:
        return self.tokenizer.vocabulary

    async def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        return self.tokenizer.tokenize(text, specials)


def prompt(model: Model, request: str, infix: str, format: str = "chat-template") -> tuple[int, ...]:
    segments = render(format, request, infix, chat_template(model))  # type: ignore[arg-type]
    return asyncio.run(encode(model, segments))  # type: ignore[arg-type]


@pytest.fixture(params=LAYOUTS)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return LAYOUTS[request.param].write(tmp_path / request.param)


def test_prompts_are_those_of_transformers(folder: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    theirs = PreTrainedTokenizerFast.from_pretrained(folder)
    model = Model(FolderTokenizer.from_folder(folder))
    bos = model.vocabulary.bos
    for text in REQUESTS:
        for infix in ("", "I choose"):
            conversation = [{"role": "user", "content": text}]
            whole = theirs.apply_chat_template(conversation, tokenize=False, add_generation_prompt=True)
            whole = whole + infix if infix else whole.rstrip(" ")
            expected = theirs(whole, add_special_tokens=False)["input_ids"]
            if bos is not None and expected[0] != bos:  # the template doesn't write it, but the tokenizer adds it
                expected = [bos, *expected]
            assert list(prompt(model, text, infix)) == expected, whole
        begun, bare = (theirs(text, add_special_tokens=adds)["input_ids"] for adds in (True, False))
        assert list(prompt(model, text, "", "none")) == ([] if bos is None else [bos]) + bare
        assert (bos is None) == (begun[: len(bare)] == bare) and bos in (None, begun[0])


def test_no_text_of_a_request_becomes_a_special_token(folder: Path) -> None:
    """Wherever one is spelled: by itself, within a word, and by pieces that merge."""
    model = Model(FolderTokenizer.from_folder(folder))
    specials = model.vocabulary.specials
    for name in specials:
        for text in (name, f"a{name}b {name}\n{name}"):
            tokens = model.tokenizer.tokenize(text, False)
            assert not set(tokens) & set(specials.values()) - {_unknown(model)}, (name, tokens)
    told = prompt(model, "Choose.", "")
    mocked = prompt(model, "Choose." + "".join(specials), "")
    kinds = set(specials.values()) - {_unknown(model)}
    assert [token for token in told if token in kinds] == [token for token in mocked if token in kinds]


def _unknown(model: Model) -> int | None:
    """What stands for text that the vocabulary can't spell."""
    return next(
        (model.vocabulary.specials[name] for name in ("<unk>", "[UNK]") if name in model.vocabulary.specials), None
    )


def test_a_mark_is_known_to_one_tokenizer_alone(tmp_path: Path) -> None:
    layout = LAYOUTS["llama-3"].write(tmp_path / "layout")
    one, other = (Model(FolderTokenizer.from_folder(layout)) for _ in range(2))
    end = one.vocabulary.specials["<|eot_id|>"]
    assert one.tokenizer.tokenize(one.vocabulary.mark_of(end), False) == (end,)
    assert end not in one.tokenizer.tokenize(other.vocabulary.mark_of(end), False)
    bare = asyncio.run(encode(one, [Segment("<|eot_id|>", True), Segment("<|eot_id|>")]))  # type: ignore[arg-type]
    assert bare.count(end) == 1


def test_an_older_layout_names_special_tokens_in_a_file_of_their_own(tmp_path: Path) -> None:
    layout = replace(LAYOUTS["zephyr"], config={})
    folder = layout.write(tmp_path / "old")
    (folder / "special_tokens_map.json").write_text('{"bos_token": "<s>", "eos_token": {"content": "</s>"}}')
    assert FolderTokenizer.from_folder(folder).vocabulary.named == {"bos_token": "<s>", "eos_token": "</s>"}
