"""What `arena serve` would start, and what it refuses before starting anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from arena.backends.server import ServerSettings
from arena.backends.sglang.serving.launching import check
from arena.backends.sglang.serving.plan import RAW_VARIABLE, Wishes, plan
from arena.errors import InputError


def option(arguments: tuple[str, ...], name: str) -> str | None:
    return arguments[arguments.index(name) + 1] if name in arguments else None


def test_the_papers_8b_models_are_served_in_full_precision_on_one_gpu() -> None:
    found = plan("tulu-3-8b-dpo", Wishes(), "python")
    (server,) = found.commands
    assert server.arguments[:3] == ("python", "-m", "sglang.launch_server")
    assert option(server.arguments, "--model-path") == "allenai/Llama-3.1-Tulu-3-8B-DPO"
    assert option(server.arguments, "--quantization") is None and option(server.arguments, "--tp-size") is None
    assert option(server.arguments, "--host") == "127.0.0.1"
    assert option(server.arguments, "--cuda-graph-max-bs-decode") == str(
        ServerSettings().batch * ServerSettings().flights
    )
    assert server.environment == {RAW_VARIABLE: "1"}
    assert found.agent == "llm:tulu-3-8b-dpo@sglang:http://127.0.0.1:30000"
    assert not {"--trust-remote-code", "--api-key"} & {*server.arguments}


def test_the_papers_70b_models_are_served_in_fp8_on_four_gpus() -> None:
    (server,) = plan("llama-3.1-70b", Wishes(), "python").commands
    assert option(server.arguments, "--quantization") == "fp8" and option(server.arguments, "--tp-size") == "4"


@pytest.mark.parametrize(
    ("model", "gpus"), [("org/Some-32B-Chat", 4), ("org/model_7b", 1), ("org/Mixtral-8x7B", 1), ("org/nameless", 1)]
)
def test_the_size_is_read_from_a_name(model: str, gpus: int) -> None:
    assert plan(model, Wishes(), "python").gpus == gpus


def test_replicas_have_gpus_and_ports_of_their_own_behind_a_router() -> None:
    found = plan("llama-3.1-70b", Wishes(host="0.0.0.0", port=31000, replicas=2, key="k"), "python")
    one, two = found.servers
    assert found.router is not None and found.commands == (one, two, found.router)
    assert [option(server.arguments, "--port") for server in (one, two)] == ["31001", "31002"]
    assert [option(server.arguments, "--host") for server in (one, two)] == ["127.0.0.1"] * 2
    assert [option(server.arguments, "--base-gpu-id") for server in (one, two)] == [None, "4"]
    router = found.router.arguments
    assert router[router.index("--worker-urls") + 1 :] == (one.url, two.url)
    assert option(router, "--policy") == "cache_aware" and option(router, "--host") == "0.0.0.0"
    assert option(router, "--prometheus-host") == "127.0.0.1"
    assert found.url == "http://127.0.0.1:31000"
    assert all(option(command.arguments, "--api-key") == "k" for command in found.commands)


def test_an_ipv6_address() -> None:
    assert plan("org/one-1B", Wishes(host="::"), "python").url == "http://[::1]:30000"


def test_further_options_go_to_sglang_last() -> None:
    (server,) = plan("org/one-1B", Wishes(more=("--mem-fraction-static", "0.8")), "python").commands
    assert server.arguments[-2:] == ("--mem-fraction-static", "0.8")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("llama-3.1-8", "llama-3.1-8b"),
        ("smollm2-135m-instruct", "is a file for llama.cpp"),
        ("./nowhere", "there is no './nowhere'"),
        ("a/b/c", "there is no 'a/b/c'"),
        ("org/name;rm", "there is no 'org/name;rm'"),
    ],
)
def test_what_cannot_be_served_is_said(model: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        plan(model, Wishes(), "python")


def test_a_folder_needs_weights_that_are_no_code(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.bin").write_bytes(b"")
    with pytest.raises(InputError, match=r"isn't a folder with config\.json and safetensors files"):
        plan(str(tmp_path), Wishes(), "python")
    (tmp_path / "model.safetensors").write_bytes(b"")
    (server,) = plan(str(tmp_path), Wishes(), "python").commands
    assert option(server.arguments, "--model-path") == str(tmp_path)


@pytest.mark.parametrize("host", ["a..b", "a" * 64])
def test_a_host_that_cannot_be(host: str) -> None:
    wishes = Wishes(host=host, device="cpu")
    with pytest.raises(InputError, match="can't be opened"):
        check(plan("org/one-1B", wishes, "python"), wishes, "true")  # `true` says yes to whatever is asked of a Python
