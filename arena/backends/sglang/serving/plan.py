"""The commands that serve a model: one SGLang server, or several behind a router, as data."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from arena.backends.keys import KEY_VARIABLE
from arena.backends.server import ServerSettings
from arena.backends.weights.catalog import catalog, find_model
from arena.errors import InputError
from arena.files import from_home

RAW_VARIABLE = "SGLANG_RETURN_ORIGINAL_LOGPROB"  # whether log-probabilities are those before temperature

_LARGE = 30.0  # billions of parameters from which a model is spread over GPUs, like the paper's 70B models
_LARGE_GPUS, _LARGE_QUANTIZATION = 4, "fp8"  # West & Potts 2025, appendix A.2: fp8 on 4 A6000s; 8B unquantised on one
_MOST_AT_ONCE = ServerSettings().flights * ServerSettings().batch  # answers that the client has continued at once
_BILLIONS = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s*[bB](?![a-zA-Z])")
_KEY_SHOWN = f'"${KEY_VARIABLE}"'


@dataclass(frozen=True, slots=True)
class Wishes:
    """A person's choices. None: whatever suits the model's size. `port` is where the model is asked; replicas listen on
    the ports after it, on loopback. `more` are further options for SGLang itself."""

    host: str = "127.0.0.1"
    port: int = 30000
    replicas: int = 1
    gpus: int | None = None  # for each replica, by tensor parallelism
    quantization: str | None = None
    dtype: str = "auto"
    device: str = "cuda"
    raw: bool = True
    key: str = ""
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """One program: its name, its arguments, additions to its environment, and the address that says it is ready."""

    name: str
    arguments: tuple[str, ...]
    url: str
    ready: str
    environment: Mapping[str, str] = field(default_factory=dict)

    def shell(self, key: str) -> str:
        """The command as one would type it; the key is not shown."""
        words = [f"{name}={shlex.quote(value)}" for name, value in self.environment.items()]
        words += [_KEY_SHOWN if key and word == key else shlex.quote(word) for word in self.arguments]
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Plan:
    """The servers, the router in front of them if there are several, and the address to ask."""

    model: str
    servers: tuple[Command, ...]
    router: Command | None
    url: str
    gpus: int

    @property
    def commands(self) -> tuple[Command, ...]:
        """All programs, in the order in which they are started."""
        return (*self.servers, self.router) if self.router else self.servers

    @property
    def agent(self) -> str:
        """The served model as `arena tournament` names it."""
        return f"llm:{self.model}@sglang:{self.url}" if self.model in catalog() else f"llm:sglang:{self.url}"


def plan(model: str, wishes: Wishes, python: str) -> Plan:
    """The commands for a model: a name in the catalog, a folder, or a hub's repository. Raises InputError for another.

    The paper's settings: models below 30B unquantised on one GPU each, larger ones in fp8 on four.
    """
    place, size = _weights(model)
    large = size >= _LARGE
    gpus = wishes.gpus or (_LARGE_GPUS if large and wishes.device == "cuda" else 1)
    quantization = wishes.quantization or (_LARGE_QUANTIZATION if large and wishes.device == "cuda" else "none")
    alone = wishes.replicas == 1
    servers = tuple(
        _server(place, wishes, python, gpus, quantization, number, alone) for number in range(wishes.replicas)
    )
    router = None if alone else _router(wishes, python, servers)
    return Plan(model, servers, router, servers[0].url if alone else _url(wishes.host, wishes.port), gpus)


def _server(place: str, wishes: Wishes, python: str, gpus: int, quantization: str, number: int, alone: bool) -> Command:
    host, port = (wishes.host, wishes.port) if alone else ("127.0.0.1", wishes.port + 1 + number)
    arguments = [python, "-m", "sglang.launch_server", "--model-path", place, "--dtype", wishes.dtype]
    arguments += ["--device", wishes.device, "--host", host, "--port", str(port)]
    if gpus > 1:
        arguments += ["--tp-size", str(gpus)]
    if quantization != "none":
        arguments += ["--quantization", quantization]
    if number and wishes.device == "cuda":
        arguments += ["--base-gpu-id", str(number * gpus)]
    if wishes.device == "cuda":  # launching kernels one by one takes longer than a small model computes
        arguments += ["--cuda-graph-max-bs-decode", str(_MOST_AT_ONCE)]
    if wishes.key:
        arguments += ["--api-key", wishes.key]
    environment = {RAW_VARIABLE: str(int(wishes.raw))}
    if wishes.device == "cpu":
        environment["SGLANG_USE_CPU_ENGINE"] = "1"
    url = _url(host, port)
    name = "server" if alone else f"server {number + 1}"
    return Command(name, (*arguments, *wishes.more), url, f"{url}/health", environment)


def _router(wishes: Wishes, python: str, servers: Sequence[Command]) -> Command:
    """Requests go to the server that has their beginning in its cache, unless another has less to do. A request carries
    many prompts, so even a difference of two requests counts."""
    url = _url(wishes.host, wishes.port)
    arguments = [python, "-m", "sglang_router.launch_router", "--policy", "cache_aware"]
    arguments += ["--balance-abs-threshold", "1", "--balance-rel-threshold", "1.1"]
    arguments += ["--host", wishes.host, "--port", str(wishes.port)]
    # otherwise its metrics would be open to the network
    arguments += ["--prometheus-host", "127.0.0.1", "--prometheus-port", str(wishes.port + 1 + len(servers))]
    if wishes.key:
        arguments += ["--api-key", wishes.key]
    return Command("router", (*arguments, "--worker-urls", *(one.url for one in servers)), url, f"{url}/readiness")


def _weights(model: str) -> tuple[str, float]:
    """The weights for SGLang to load, and their billions of parameters, as far as the name says."""
    where, size = model, ""
    if model in catalog():
        entry = find_model(model)
        kind, _, where = entry.weights.partition(":")
        size = entry.size
        if kind not in ("hub", "transformers"):
            raise InputError(
                f"{model} is a file for llama.cpp ({entry.weights}), which Arena doesn't serve with SGLang: {_MAY}"
            )
    folder = from_home(where)
    if os.path.isdir(folder):
        if not (folder / "config.json").is_file() or not list(folder.glob("*.safetensors")):
            raise InputError(f"{where} isn't a folder with config.json and safetensors files: {_MAY}")
        where = str(folder.absolute())
    elif where.startswith((".", "/", "~")) or where.count("/") != 1 or not re.fullmatch(r"[\w.-]+/[\w.-]+", where):
        if where == model and "/" not in model:
            find_model(model)  # its error says what name may be meant
        raise InputError(f"there is no {where!r}: {_MAY}")
    billions = _BILLIONS.search(size) or _BILLIONS.search(Path(where).name.replace("-", " ").replace("_", " "))
    return where, float(billions[1]) if billions else 0.0


_MAY = "name a model of the hub in the catalog (see `arena models`), a folder of safetensors, or ORG/NAME of the hub"


def _url(host: str, port: int) -> str:
    """The address at which this machine reaches it."""
    try:
        address = ip_address(host)
    except ValueError:
        return f"http://{host}:{port}"
    if address.is_unspecified:
        host = "127.0.0.1" if address.version == 4 else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
