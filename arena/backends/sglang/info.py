"""What an SGLang server says of itself, and the errors for one that says something else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from arena.backends.server import KEY_VARIABLE, ServerSettings
from arena.errors import InputError, ModelError

START_SECONDS = 8.0  # that a server has for its first answer
_NOTHING: Final = (None, "", "{}", [], {})  # what a setting is that isn't set


class ModelInfo(msgspec.Struct, frozen=True):
    """The answer to /model_info, as far as it is needed."""

    model_path: str
    tokenizer_path: str
    weight_version: str = ""
    preferred_sampling_params: Any = None


class ServerInfo(msgspec.Struct, frozen=True):
    """The answer to /server_info, as far as it is needed; a router gives none."""

    version: str = ""
    dtype: str = ""
    quantization: str | None = None
    max_req_input_len: int | None = None
    # what else decides the distributions
    revision: str | None = None
    load_format: str = ""
    model_impl: str = ""
    kv_cache_dtype: str = ""
    torchao_config: str = ""
    json_model_override_args: Any = None
    lora_paths: Any = None


class Served(msgspec.Struct, frozen=True):
    """A model as it is served."""

    model: ModelInfo
    server: ServerInfo

    @property
    def identity(self) -> str:
        """What tells its weights from others: as much as a server says of them."""
        said = msgspec.to_builtins(self.model) | msgspec.to_builtins(self.server)
        place = said.pop("model_path")
        for name in ("version", "max_req_input_len"):  # the manifest's
            del said[name]
        settings = (f"{name}={_line(value)}" for name, value in sorted(said.items()) if value not in _NOTHING)
        return "|".join((f"sglang:{place}", *settings))

    @property
    def former_identity(self) -> str:
        """The same by an older rule, which asked for less."""
        parts = (self.model.model_path, self.model.weight_version, self.server.dtype, self.server.quantization)
        return "sglang:" + "|".join(part or "" for part in parts)

    @property
    def build(self) -> str:
        """What runs it, for a run's manifest."""
        said = " ".join(filter(None, (self.server.version, self.server.dtype, self.server.quantization)))
        return f"SGLang {said}; the server draws the samples".replace("  ", " ")


def addresses(place: str) -> tuple[str, ...]:
    """The addresses in `URL[,URL...]`, without trailing slashes. Raises InputError for one that is none."""
    found = []
    for text in place.split(","):
        url = text.strip().rstrip("/")
        try:
            parts = urlsplit(url)
            good = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
        except ValueError:
            good = False
        if not good or parts.query or parts.fragment:
            raise InputError(f"sglang:{text}: an address is written http://host:30000, several with commas")
        found.append(url)
    return tuple(dict.fromkeys(found))


def served(place: str, settings: ServerSettings) -> list[Served]:
    """Ask every address, and wait for all. Raises ModelError for one that doesn't answer."""
    from arena.backends.sglang.transport import Transport

    async def ask() -> list[Served]:
        transport = Transport(addresses(place), settings)
        try:
            return [await transport.served(url) for url in transport.urls]
        finally:
            await transport.close()

    with ThreadPoolExecutor(1) as aside:  # whoever asks may be in a loop already
        return aside.submit(lambda: asyncio.run(ask())).result()


def _line(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value, order="deterministic").decode()


def one_model(urls: Sequence[str], found: Sequence[Served]) -> Served:
    """The model that all servers serve. Raises InputError if they serve different ones."""
    for url, other in zip(urls, found, strict=True):
        if other.identity != found[0].identity:
            raise InputError(
                f"{urls[0]} serves {found[0].identity}, but {url} serves {other.identity}: "
                "several addresses must serve the same model in the same way"
            )
    return found[0]


class Unreachable(ModelError):
    """No server answers there, or not now."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(
            f"no server answers at {url} ({why}): start one with `arena serve MODEL`, or check the address"
        )


def refused_key(url: str) -> ModelError:
    """The server wants another key."""
    return ModelError(f"the server at {url} refuses the key: set {KEY_VARIABLE} to the one it was started with")


def not_sglang(url: str) -> InputError:
    """Something answers, but it is no SGLang server."""
    return InputError(f"what answers at {url} is no SGLang server: /model_info doesn't name a model")
