"""`arena doctor` on this machine and its models."""

from __future__ import annotations

import json
import socket

import pytest

from arena.errors import ExitCode
from tests.support.commands import GEMMA, SMOLLM2, arena, complaint


def closed_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{found.getsockname()[1]}"


def test_what_is_here() -> None:
    url = closed_port()
    shown = arena("doctor", "--server", url).stdout
    found = json.loads(arena("doctor", "--server", url, "--json").stdout)
    assert found["machine"]["cores"] >= 1 and found["machine"]["memory"] > 2**30
    parts = {part["name"]: part for part in found["parts"]}
    assert not parts["app"]["missing"] and "textual" in parts["app"]["versions"][0]
    assert {part["name"] for part in found["parts"] if part["fault"]} == set()
    for model in found["models"]:
        assert model["name"] in shown and model["state"] in shown
    (server,) = found["servers"]
    assert not server["answers"] and f"no server answers at {url}" in server["says"]
    assert url in shown and "\x1b" not in shown


@pytest.mark.model
def test_the_two_models_prompts_are_sound() -> None:
    found = json.loads(arena("doctor", GEMMA, SMOLLM2, "--json").stdout)["audits"]
    assert len(found) == 2 * 2 * 2
    for one in found:
        assert one["warnings"] == [] and one["mass"] > 0.1
        texts = "".join(token["text"] for token in one["tokens"])
        if GEMMA in one["model"]:
            assert one["bos"] == 1 and texts.startswith("<bos>") and texts.count("<bos>") == 1
        else:
            assert one["bos"] == 0 and texts.startswith("<|im_start|>system\n")
        assert sum(one["policy"].values()) == pytest.approx(1)
        assert one["top"][0]["logprob"] <= 0


@pytest.mark.model
def test_what_is_wrong_is_named() -> None:
    shown = arena("doctor", SMOLLM2, "--game", "rps", "--format", "none").stdout
    assert shown.count("warning   format: in format none the request isn't wrapped") == 2
    assert "I│ choose│ " in shown and " 4022" in shown  # token boundaries, and the id of " rock"


@pytest.mark.long
@pytest.mark.model
def test_the_same_prompt_has_the_same_tokens_on_another_backend() -> None:
    one, two = (
        json.loads(arena("doctor", name, "--game", "rps", "--json").stdout)["audits"]
        for name in (SMOLLM2, f"{SMOLLM2}@transformers:{gguf()}")
    )
    for here, there in zip(one, two, strict=True):
        assert here["tokens"] == there["tokens"] and here["counted"] == there["counted"]
        assert here["mass"] == pytest.approx(there["mass"], abs=0.05)


def gguf() -> str:
    from arena.backends.weights.catalog import find_model
    from arena.backends.weights.finding import locate

    return str(locate(find_model(SMOLLM2)))


def test_typos_are_said() -> None:
    assert "there is no model 'gema-3-270m': did you mean 'gemma-3-270m'" in complaint(
        "doctor", "gema-3-270m", code=ExitCode.INPUT
    )
    assert "there is no game 'chess'" in complaint("doctor", GEMMA, "--game", "chess", code=ExitCode.USAGE)
    assert "an address is written http://host:30000" in arena("doctor", "--server", "nowhere").stdout
