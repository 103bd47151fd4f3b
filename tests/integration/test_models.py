"""The two small models: which tokens count, what is asked, and that what comes back makes sense."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from arena.agents.agent import Position, View, seen_by
from arena.agents.encoding import encode
from arena.agents.language_model import LanguageModelAgent
from arena.agents.moves import move_tokens, surface_forms
from arena.backends.base import LanguageModel
from arena.backends.loading import Models
from arena.experiments.tournament.cells import plan_cells
from arena.experiments.tournament.spec import TournamentSpec
from arena.games import parse_game
from arena.prompts.formats import Segment
from arena.records import Policy, Seat
from tests.support.commands import GEMMA, SMOLLM2, arena

pytestmark = pytest.mark.model

MODELS = (GEMMA, SMOLLM2)
GAMES = ("rps", "hide-and-seek")

# -- the tokens that count -----------------------------------------------------------------------------------

COUNTED = {
    (GEMMA, "rps"): {
        "rock": {" rock", " Rock", "rock", "Rock", " ROCK", "ROCK"},
        "paper": {" paper", "paper", " Paper", "Paper", " PAPER", "PAPER"},
        "scissors": {" scissors", "scissors", " Scissors", "Scissors", " SC", "SC"},
    },
    (GEMMA, "hide-and-seek"): {
        "bathroom": {" bathroom", "bathroom", " Bathroom", "Bathroom", "B"},
        "closet": {" closet", "clos", " Closet", "Clos", " CL", "CL"},
        "garden": {" garden", "garden", " Garden", "Garden", " GARD", "G"},
        "kitchen": {" kitchen", "kitchen", " Kitchen", "Kitchen", " K", "K"},
        "library": {" library", "library", " Library", "Library", " LIBRARY", "LIBRARY"},
        "office": {" office", "office", " Office", "Office", " OFFICE"},
        "shed": {" shed", "shed", " Shed", " SH", "SH", "S"},
    },
    (SMOLLM2, "rps"): {
        "rock": {" rock", "rock", " Rock", "Rock", " R", "RO"},
        "paper": {" paper", "paper", " Paper", "Paper", " P", "P"},
        "scissors": {" scissors", "sc", " Sc", "Sc", " SC", "SC"},
    },
    (SMOLLM2, "hide-and-seek"): {
        "bathroom": {" bathroom", " B", "B"},
        "closet": {" closet", "clos", " Clos", "Cl", " CL", "CL"},
        "garden": {" garden", "gard", " Garden", "Gard", " G", "G"},
        "kitchen": {" kitchen", " Kitchen", " K", "K"},
        "library": {" library", "library", " Library", "Library", " LIB", "LIB"},
        "office": {" office", "office", " Office", "Office"},
        "shed": {" shed", "shed", " SH", "SH", " S", "S"},
    },
}

# Words that a move begins with. A model that says one of them means that word.
WORDS = {"roc", "pa", "pap", "scissor", "bat", "bath", "close", "gar", "kit", "of", "off", "she"}


@asynccontextmanager
async def loaded(name: str) -> AsyncIterator[LanguageModel]:
    """A model, in a worker of its own."""
    models = Models()
    try:
        yield await models.get(name)
    finally:
        await models.close()


async def counted(model: LanguageModel, name: str) -> dict[str, set[str]]:
    """The texts of the tokens that count for each move of a game."""

    async def tokenize(text: str) -> tuple[int, ...]:
        return await model.tokenize(text, False)

    game = parse_game(name)
    found = await move_tokens(game.moves, model.vocabulary, tokenize)
    return {
        move: {model.vocabulary.text((token,)) for token in tokens}
        for move, tokens in zip(game.moves, found.counted, strict=True)
    }


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    """What the tests want to know of each model, asked while it is loaded once."""

    async def ask(name: str) -> dict[str, Any]:
        async with loaded(name) as model:
            return {
                "counted": {game: await counted(model, game) for game in GAMES},
                "vocabulary": model.vocabulary,
                "ordinary": await encode(model, [Segment(SPELLED)]),
                "special": await encode(model, [Segment(SPELLED, special=True)]),
                "seam": await encode(model, [Segment("I choose the sci"), Segment("ssors")]),
                "whole": await encode(model, [Segment("I choose the scissors")]),
            }

    return {name: asyncio.run(ask(name)) for name in MODELS}


SPELLED = "I say <|im_end|>, <|im_start|>, <bos>, <end_of_turn> and <eos>."


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("name", MODELS)
def test_counted_tokens(facts: dict[str, Any], name: str, game: str) -> None:
    assert facts[name]["counted"][game] == COUNTED[name, game]


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("name", MODELS)
def test_no_counted_beginning_is_a_word_of_its_own(facts: dict[str, Any], name: str, game: str) -> None:
    for move, texts in facts[name]["counted"][game].items():
        plain = {text.strip() for text in texts}
        assert move in plain  # the move itself is one token in a sentence
        beginnings = {text.lower() for text in plain - set(surface_forms(move))}
        assert all(move.startswith(text) for text in beginnings)
        assert not beginnings & WORDS


@pytest.mark.parametrize("name", MODELS)
def test_special_tokens_are_recognised_in_a_formats_own_text_only(facts: dict[str, Any], name: str) -> None:
    vocabulary = facts[name]["vocabulary"]
    specials = set(vocabulary.specials.values())
    bos = () if vocabulary.bos is None else (vocabulary.bos,)
    ordinary, special = facts[name]["ordinary"], facts[name]["special"]
    assert ordinary[: len(bos)] == bos
    assert not specials & set(ordinary[len(bos) :])
    assert vocabulary.text(ordinary[len(bos) :]).strip() == SPELLED
    assert specials & set(special[len(bos) :])
    assert facts[name]["seam"] == facts[name]["whole"]


# -- runs ----------------------------------------------------------------------------------------------------


class Played(NamedTuple):
    """A run of both models and games: its document, its rounds and its prompts."""

    document: dict[str, Any]
    rounds: list[dict[str, Any]]
    prompts: list[dict[str, Any]]

    def cell(self, name: str, game: str) -> dict[str, Any]:
        """One cell of the document."""
        (found,) = [c for c in self.document["cells"] if (c["subject"], c["game"]) == (f"llm:{name}", game)]
        return dict(found)


def play(folder: Path, *names: str, games: tuple[str, ...] = GAMES) -> Played:
    """Twenty games of ten rounds of each."""
    grid = [a for name in names for a in ("--subject", f"llm:{name}")] + [a for game in games for a in ("--game", game)]
    store = ("--store", folder / "arena.db")
    # a thread alone is no slower where another program keeps the other core busy
    printed = arena("tournament", *grid, "--games", "20", "--threads", "1", *store, "--json").stdout
    arena("export", *store, "--to", "jsonl", "--out", folder)
    prompts = [
        prompt
        for cell in range(1, len(names) * len(games) + 1)
        for prompt in json.loads(arena("prompts", *store, "--cell", str(cell), "--limit", "0", "--json").stdout)[
            "prompts"
        ]
    ]
    rounds = [json.loads(line) for line in (folder / "rounds.jsonl").read_text(encoding="utf-8").splitlines()]
    return Played(json.loads(printed), rounds, prompts)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    yield play(tmp_path_factory.mktemp("models"), *MODELS)


@pytest.mark.parametrize(("game", "mass", "invalid"), [("rps", 0.85, 10.0), ("hide-and-seek", 0.75, 25.0)])
@pytest.mark.parametrize("name", MODELS)
def test_the_wording_fits(played: Played, name: str, game: str, mass: float, invalid: float) -> None:
    cell = played.cell(name, game)
    assert (cell["matches"], cell["rounds"]) == (20, 200)
    assert cell["mass"] > mass
    assert cell["invalid_rate"] < invalid
    assert cell["forfeit_rate"] == 0.0
    # nobody beats uniform play against this reader, in expectation
    assert cell["expected_net"] < {"rps": 0.0, "hide-and-seek": 500 / 7}[game]


def test_every_round_has_its_policy_and_prompt(played: Played) -> None:
    hashes = {prompt["sha256"] for prompt in played.prompts}
    assert len(played.rounds) == 4 * 200
    for row in played.rounds:
        assert sum(row["policy"]) == pytest.approx(1.0)
        assert row["determinism"] == max(row["policy"])
        assert 0.0 < row["mass"] <= row["loose_mass"] + 1e-9 <= 1.0 + 1e-9
        assert row["move"].lower() in row["text"].lower()
        assert row["answers_drawn"] == row["invalid_answers"] + 1
        assert row["prompt_sha256"] in hashes


def test_prompts_are_stored_as_the_model_saw_them(played: Played, facts: dict[str, Any]) -> None:
    for name in MODELS:
        vocabulary = facts[name]["vocabulary"]
        prompts = [prompt for prompt in played.prompts if prompt["key"].startswith(f"llm:{name}")]
        assert len(prompts) == sum(played.cell(name, game)["distinct_prompts"] for game in GAMES)
        for prompt in prompts:
            tokens = tuple(prompt["tokens"])
            assert not prompt["text"][-1].isspace()
            assert tokens[:1] == ((vocabulary.bos,) if name == GEMMA else (vocabulary.specials["<|im_start|>"],))
            assert tokens.count(tokens[0]) == (1 if name == GEMMA else 3)  # chatml: system, user and assistant
            assert vocabulary.text(tokens[name == GEMMA :]) == prompt["text"]
            assert len(prompt["top"]) == 20
    assert facts[GEMMA]["vocabulary"].bos is not None
    assert facts[SMOLLM2]["vocabulary"].bos is None


@pytest.mark.long
def test_the_same_run_again(played: Played, tmp_path: Path) -> None:
    """The same draws from nearly the same policies. How a batch happens to be filled moves what a small 4-bit
    model says by some hundredths, so that a match may part ways, and then it is another match."""
    again = play(tmp_path, GEMMA, games=("rps",))
    first = {place(row): row for row in played.rounds if row["cell"] == again.rounds[0]["cell"]}
    assert sorted(first) == sorted(place(row) for row in again.rounds)
    openings = [row for row in again.rounds if row["round"] == 1]
    assert sum(moves(row) == moves(first[place(row)]) for row in openings) >= 15
    policies = {row["prompt_sha256"]: row["policy"] for row in first.values()}
    common = [row for row in again.rounds if row["prompt_sha256"] in policies]
    assert len(common) >= 100
    for row in common:
        assert row["policy"] == pytest.approx(policies[row["prompt_sha256"]], abs=0.2)
    before, after = played.cell(GEMMA, "rps"), again.cell(GEMMA, "rps")
    low, high = before["net_ci"]
    assert low < after["net"] < high
    assert after["determinism"]["mean"] == pytest.approx(before["determinism"]["mean"], abs=0.05)
    assert after["mass"] == pytest.approx(before["mass"], abs=0.03)


def place(row: dict[str, Any]) -> tuple[int, int]:
    """Match and round."""
    return row["match"], row["round"]


def moves(row: dict[str, Any]) -> tuple[str, str]:
    """What the two seats played."""
    return row["move"], row["reply"]


def test_a_wording_that_spells_special_tokens(tmp_path: Path, facts: dict[str, Any]) -> None:
    wording, store = tmp_path / "wording.toml", tmp_path / "arena.db"
    wording.write_text(
        'name = "odd"\nclosing = ["."]\ninfix = "I choose"\n'
        'prompt = "<|im_end|>\\n<|im_start|>system\\nChoose {{ moves | join(\\" or \\") }}.<|im_end|>"\n'
    )
    command = ("--subject", f"llm:{SMOLLM2}", "--games", "1", "--rounds", "1", "--wording", wording)
    arena("tournament", *command, "--store", store)
    (prompt,) = json.loads(arena("prompts", "--store", store, "--json").stdout)["prompts"]
    specials = facts[SMOLLM2]["vocabulary"].specials
    assert prompt["text"].count("<|im_end|>") == 4
    assert prompt["tokens"].count(specials["<|im_end|>"]) == 2
    assert prompt["tokens"].count(specials["<|im_start|>"]) == 3


# -- asked for its policy elsewhere --------------------------------------------------------------------------

WITHIN = 0.2  # two evaluations of a prompt, one in a batch with others (docs/definitions.md)


def test_its_policy_after_a_history_is_the_one_that_it_then_has() -> None:
    rps = parse_game("rps")
    pairs = [(), ((0, 1),), ((0, 1), (2, 2)), ((0, 1), (2, 2), (1, 0)), ((0, 2), (None, 1), (1, 1))]

    async def ask() -> list[tuple[Policy, Policy | None]]:
        models, spec = Models(), TournamentSpec(subjects=(f"llm:{GEMMA}",), opponents=("uniform",))
        try:
            (cell,) = await plan_cells(spec, models)
            agent = (await cell.pairing(0, models)).subject
            assert isinstance(agent, LanguageModelAgent)
            histories = [tuple(seen_by(Seat.SUBJECT, *pair, rps.outcome(*pair)) for pair in one) for one in pairs]
            told = await asyncio.gather(*(agent.policy(Position(0, len(one) + 1, one)) for one in histories))
            views = [View(0, len(one) + 1, one, seed=f"asked {number}") for number, one in enumerate(histories)]
            return [(policy, (await agent.decide(view)).policy) for policy, view in zip(told, views, strict=True)]
        finally:
            await models.close()

    found = asyncio.run(ask())
    for told, had in found:
        assert had is not None and told.mass == pytest.approx(had.mass, abs=WITHIN)
        assert told.probabilities == pytest.approx(had.probabilities, abs=WITHIN)
    assert len({tuple(round(one, 1) for one in told.probabilities) for told, _ in found}) > 1
