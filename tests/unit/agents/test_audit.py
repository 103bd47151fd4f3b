"""What the audit of a model's prompts warns of, on a model whose tokenizer and template can be chosen."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from arena.agents.audit import PromptAudit, audit
from arena.backends.base import Vocabulary
from arena.games import parse_game
from arena.prompts.wording import Wording
from tests.support.table_agent import PROMPT, agent
from tests.support.table_model import VOCABULARY, TableModel, Weights, always

ROCK = always(_rock=3, _paper=1)
TEMPLATE = "{{ bos_token }}{% for message in messages %}[{{ message.content }}]{% endfor %}"
INSTRUCT = Wording("test", "instruct", PROMPT + "Choose.", "I choose", (",",))


class Model(TableModel):
    def __init__(self, vocabulary: Vocabulary = VOCABULARY, weights: Weights = ROCK) -> None:
        super().__init__(weights)
        self.vocabulary = vocabulary


def look(model: TableModel, game: str = "rps", **asking: object) -> list[PromptAudit]:
    return asyncio.run(audit(agent(model, **asking), parse_game(game)))  # type: ignore[arg-type]


def warned(model: TableModel, **asking: object) -> set[str]:
    (first, *later) = [{warning.name for warning in one.warnings} for one in look(model, **asking)]
    assert all(names == first for names in later)
    return first


def test_a_sound_prompt_is_told_token_by_token() -> None:
    first, later = look(Model())
    assert not first.warnings and not later.warnings
    assert (first.rounds, later.rounds) == (0, 3)
    assert first.prompt.text == "1: Ann chose"
    assert later.prompt.text.count("/") == 6 and {"win", "tie", "loss"} <= set(
        later.prompt.text.replace("\n", "/").split("/")
    )
    assert VOCABULARY.text(first.prompt.tokens) == "<bos>1: Ann chose"
    assert first.bos == 1
    assert first.policy.probabilities == pytest.approx((0.75, 0.25, 0.0))
    counted = [{VOCABULARY.text([token]) for token in tokens} for tokens in first.counted]
    assert first.moves == ("rock", "paper", "scissors") and {" rock", "rock", "Rock"} <= counted[0]
    assert first.answer.text in (" rock", " paper")


def test_a_template_s_own_bos_where_the_tokenizer_adds_none() -> None:
    template = "<bos>" + TEMPLATE.removeprefix("{{ bos_token }}")
    bare = replace(VOCABULARY, bos=None, chat_template=template)
    assert warned(Model(bare), wording=INSTRUCT, format="chat-template") == {"bos"}
    assert not warned(Model(replace(VOCABULARY, chat_template=template)), wording=INSTRUCT, format="chat-template")


def test_a_bos_in_the_middle() -> None:
    template = TEMPLATE + "<bos>"
    found = look(Model(replace(VOCABULARY, chat_template=template)), wording=INSTRUCT, format="chat-template")[0]
    assert found.bos == 2
    (warning,) = found.warnings
    assert warning.name == "bos" and "<bos> once, at the beginning, but the prompt has <bos> <bos>" in warning.text


def test_chatml_s_beginning_of_a_turn_is_no_bos() -> None:
    specials = {"<|im_start|>": VOCABULARY.specials["<bos>"], "<end>": VOCABULARY.specials["<end>"]}
    chatml = replace(VOCABULARY, bos=None, specials=specials, chat_template="<|im_start|>" + TEMPLATE + "<|im_start|>")
    assert not warned(Model(chatml), wording=INSTRUCT, format="chat-template")


def test_a_template_that_the_format_leaves_out() -> None:
    model = Model(replace(VOCABULARY, chat_template=TEMPLATE))
    assert warned(model, wording=INSTRUCT, format="none") == {"format"}
    assert not warned(model, wording=INSTRUCT, format="tulu")  # the paper's own
    assert not warned(model, format="none")  # a base model's document
    assert not warned(Model(), wording=INSTRUCT, format="none")  # there is no template


def test_a_template_that_changes_the_request() -> None:
    template = TEMPLATE.replace("message.content", "message.content | replace('Choose', 'Take')")
    model = Model(replace(VOCABULARY, chat_template=template))
    assert warned(model, wording=INSTRUCT, format="chat-template") == {"format"}


def test_a_template_that_names_special_tokens_is_no_other_format() -> None:
    template = TEMPLATE.replace("]", "{{ eos_token }}]")
    model = Model(replace(VOCABULARY, chat_template=template, named={"bos_token": "<bos>", "eos_token": "<end>"}))
    first, _ = look(model, wording=INSTRUCT, format="chat-template")
    assert not first.warnings and first.bos == 1
    assert VOCABULARY.text(first.prompt.tokens).startswith("<bos>[") and "<end>]" in first.prompt.text
    assert first.prompt.tokens.count(VOCABULARY.specials["<end>"]) == 1


def test_special_tokens_that_the_model_does_not_have() -> None:
    assert warned(Model(), wording=INSTRUCT, format="llama-instruct") == {"specials"}


def test_little_mass_on_moves() -> None:
    assert warned(Model(weights=always(_rock=0.09, _Bob=0.91))) == {"mass"}
    assert not warned(Model(weights=always(_rock=0.11, _Bob=0.89)))
