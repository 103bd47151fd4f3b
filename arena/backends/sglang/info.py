"""What an SGLang server says about itself."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import msgspec

from arena.backends.remote import addresses as typed

EXAMPLE: Final = "llm:llama-3.1-8b@sglang:http://host:30000"  # a catalog entry's model on a server

_Name = Annotated[str, msgspec.Meta(max_length=4096)]

_DYING: Final = re.compile(r"0\.5\.(1[6-9]|20)(?!\d)")  # versions that a mixed batch ends
_NOTHING: Final[tuple[object, ...]] = (None, False, "", "{}", [], {})  # values of a setting that isn't set


class ModelInfo(msgspec.Struct, frozen=True):
    """The answer to /model_info, as far as needed."""

    model_path: _Name
    tokenizer_path: _Name
    weight_version: _Name = ""
    preferred_sampling_params: Any = None


class ServerInfo(msgspec.Struct, frozen=True):
    """The answer to /server_info, as far as needed; a router gives none."""

    version: _Name = ""
    dtype: _Name = ""
    quantization: _Name | None = None
    max_req_input_len: Annotated[int, msgspec.Meta(ge=1, le=1 << 30)] | None = None
    # whatever else decides the distributions, in the type that a version gives it
    revision: Any = None
    load_format: Any = None
    model_impl: Any = None
    kv_cache_dtype: Any = None
    enable_fp32_lm_head: Any = None
    quantization_param_path: Any = None
    torchao_config: Any = None
    json_model_override_args: Any = None
    lora_paths: Any = None

    @property
    def dies(self) -> bool:
        """Whether its version ends itself when requests with and without `token_ids_logprob` meet in a batch."""
        return _DYING.match(self.version) is not None


class Served(msgspec.Struct, frozen=True):
    """A model on a server."""

    model: ModelInfo
    server: ServerInfo

    @property
    def identity(self) -> str:
        """What distinguishes its weights from others, as far as a server says."""
        said = msgspec.to_builtins(self.model) | msgspec.to_builtins(self.server)
        place = said.pop("model_path")
        for name in ("version", "max_req_input_len"):  # the manifest's
            del said[name]
        settings = (f"{name}={_line(value)}" for name, value in sorted(said.items()) if value not in _NOTHING)
        return "|".join((f"sglang:{place}", *settings))

    @property
    def former_identity(self) -> str:
        """The same by an older rule, which used less."""
        parts = (self.model.model_path, self.model.weight_version, self.server.dtype, self.server.quantization)
        return "sglang:" + "|".join(part or "" for part in parts)

    @property
    def build(self) -> str:
        """What runs it, for a run's manifest."""
        said = " ".join(filter(None, (self.server.version, self.server.dtype, self.server.quantization)))
        return f"SGLang {said}; likely tokens are drawn here, others by the server".replace("  ", " ")


def addresses(place: str) -> tuple[str, ...]:
    """The addresses in `URL[,URL...]`, without logins. Raises InputError for an invalid one."""
    return typed.addresses(place, "sglang", 30000)


def _line(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value, order="deterministic").decode()
