"""A model of transformers behind the prefix tree: one cache of cells for all prompts, a mask that says who sees what.

Only the worker process imports this module. Weights are safetensors or GGUF files; code from a model's repository
is never run, and pickled weights are refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import transformers
from gguf import GGUFReader
from numpy.typing import NDArray
from transformers.cache_utils import Cache, CacheLayerMixin

from arena.backends.base import Vocabulary
from arena.backends.local.library import LoadError, Progress
from arena.backends.local.settings import Settings
from arena.backends.local.tree import Row
from arena.backends.tokenizer import FolderTokenizer, default_template
from arena.backends.transformers.cells import Cells
from arena.backends.transformers.device import best_device
from arena.files import from_home

DTYPES: Final = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_SLIDING, _FULL = "sliding_attention", "full_attention"


class TransformersLibrary:
    """One causal language model with a cache of its own.

    `place` is a folder, a GGUF file, or the name of a hub's repository.
    """

    def __init__(self, place: str, settings: Settings, progress: Progress = lambda share: None) -> None:
        """Load the weights. Raises LoadError."""
        quiet: Any = transformers.utils.logging
        quiet.set_verbosity_error()
        quiet.disable_progress_bar()
        if settings.threads:
            torch.set_num_threads(settings.threads)
        self._device = torch.device(settings.device or best_device())
        self._model = _load(place, _dtype(settings, self._device)).to(self._device).eval()
        progress(1.0)
        config = self._model.config.get_text_config()
        self._tokenizer = _tokenizer(place, config)
        self.trained_context = int(getattr(config, "max_position_embeddings", None) or settings.kv_cells)
        self._windows = _windows(config)
        self._keys = _KeyValues(config, self._model.dtype, self._device)
        self.cells = _affordable(settings, self._keys.bytes_per_cell)
        self._keys.allocate(self.cells)
        self.sequences, self.states = settings.sequences, False
        self._cells = Cells(self.cells, self.sequences)
        self._logits: NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)
        self._row: dict[int, int] = {}
        # shown in a run's manifest
        self._said = f"transformers {transformers.__version__}, torch {torch.__version__}, {self._device}"

    def vocabulary(self) -> Vocabulary:
        """All that is to be known of the tokenizer."""
        return self._tokenizer.vocabulary

    def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """The ids of a text, without BOS."""
        return self._tokenizer.tokenize(text, specials)

    def copy(self, source: int, target: int, end: int) -> None:
        """Give `target` the cells of `source` at positions [0, end)."""
        self._cells.copy(source, target, end)

    def drop(self, sequence: int, start: int) -> None:
        """Take `sequence` out of its cells from position `start` on."""
        self._cells.drop(sequence, start)

    def clear(self) -> None:
        """Empty the cache."""
        self._cells.clear()

    @torch.inference_mode()
    def evaluate(self, rows: Sequence[Row]) -> None:
        """Run one batch: all rows in one sequence as the model sees it, kept apart by the mask."""
        placed = self._cells.place(rows)
        self._keys.begin(torch.from_numpy(placed).to(self._device), self._cells.used())
        masks = {kind: self._mask(rows, window) for kind, window in self._windows.items()}
        wanted = [index for index, row in enumerate(rows) if row.path is not None]
        output = self._model(
            input_ids=self._tensor([[row.token for row in rows]]),
            position_ids=self._tensor([[row.position for row in rows]]),
            attention_mask=masks if len(masks) > 1 else next(iter(masks.values())),
            past_key_values=self._keys,
            use_cache=True,
            logits_to_keep=self._tensor(wanted),
        )
        self._logits = output.logits[0].float().cpu().numpy()
        self._row = {index: at for at, index in enumerate(wanted)}

    def logits(self, index: int) -> NDArray[np.float32]:
        """The logits of row `index` of the last batch, shape (vocabulary,)."""
        row: NDArray[np.float32] = self._logits[self._row[index]]
        return row

    def build(self) -> str:
        """What runs the model, for a run's manifest."""
        return f"{self._said}, {str(self._model.dtype).removeprefix('torch.')}"

    def _tensor(self, values: Any) -> torch.Tensor:
        return torch.tensor(values, dtype=torch.long, device=self._device)

    def _mask(self, rows: Sequence[Row], window: int | None) -> torch.Tensor:
        """What is added to attention's scores, shape (1, 1, rows, used): 0 where a cell is seen."""
        seen = torch.from_numpy(self._cells.seen(rows, window)).to(self._device)
        mask = torch.zeros(seen.shape, dtype=self._model.dtype, device=self._device)
        return mask.masked_fill_(~seen, torch.finfo(self._model.dtype).min)[None, None]


class _KeyValues(Cache):
    """Keys and values of all layers by cell, as transformers asks for them."""

    def __init__(self, config: Any, dtype: torch.dtype, device: torch.device) -> None:
        heads = int(getattr(config, "num_key_value_heads", None) or config.num_attention_heads)
        size = int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)
        self._mine = [_Layer(heads, size, dtype, device) for _ in range(config.num_hidden_layers)]
        super().__init__(layers=list(self._mine))
        self.bytes_per_cell = 2 * len(self._mine) * heads * size * torch.finfo(dtype).bits // 8

    def allocate(self, cells: int) -> None:
        """Make room for so many tokens."""
        for layer in self._mine:
            layer.allocate(cells)

    def begin(self, placed: torch.Tensor, used: int) -> None:
        """The next batch writes these cells, and reads all up to `used`."""
        for layer in self._mine:
            layer.placed, layer.used = placed, used


class _Layer(CacheLayerMixin):  # type: ignore[no-untyped-call]  # as it registers its subclasses
    """One layer's keys and values, shape (1, heads, cells, head size)."""

    is_sliding = False

    def __init__(self, heads: int, size: int, dtype: torch.dtype, device: torch.device) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._empty = torch.zeros((1, heads, 0, size), dtype=dtype, device=device)
        self._held = self._empty, self._empty
        self.placed = torch.zeros(0, dtype=torch.long)
        self.used = 0

    def allocate(self, cells: int) -> None:
        """Make room for so many tokens."""
        _, heads, _, size = self._empty.shape
        keys, values = (self._empty.new_zeros((1, heads, cells, size)) for _ in range(2))
        self._held = keys, values
        self.is_initialized = True

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        """All is allocated already."""

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Keep a batch's keys and values; gives those of all cells in use."""
        keys, values = self._held
        keys.index_copy_(2, self.placed, key_states)
        values.index_copy_(2, self.placed, value_states)
        return keys[:, :, : self.used], values[:, :, : self.used]

    def get_seq_length(self) -> int:
        """What transformers takes for the past: positions are given, so that it never matters."""
        return 0

    def get_max_length(self) -> int:
        """Without bound, as far as transformers is concerned."""
        return -1

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Length and offset of the keys."""
        return self.used, 0


def _dtype(settings: Settings, device: torch.device) -> torch.dtype | str:
    if settings.dtype:
        if settings.dtype not in DTYPES:
            raise LoadError(f"there is no dtype {settings.dtype!r}: there are {', '.join(DTYPES)}")
        return DTYPES[settings.dtype]
    return torch.float32 if device.type == "cpu" else "auto"


def _load(place: str, dtype: torch.dtype | str) -> Any:
    """The model. Safetensors or GGUF only, and no code but transformers' own."""
    options: dict[str, Any] = {"dtype": dtype, "trust_remote_code": False, "attn_implementation": "sdpa"}
    source = from_home(place)
    try:
        if source.is_file():
            return transformers.AutoModelForCausalLM.from_pretrained(
                str(source.parent), gguf_file=source.name, **options
            )
        return transformers.AutoModelForCausalLM.from_pretrained(place, use_safetensors=True, **options)
    except Exception as error:  # whatever is wrong with a stranger's files
        raise LoadError(f"transformers can't load {place}: {_sentence(error)}") from error


def _tokenizer(place: str, config: Any) -> FolderTokenizer:
    source = from_home(place)
    try:
        if (source / "tokenizer.json").is_file():
            return FolderTokenizer.from_folder(source)
        options = {"gguf_file": source.name} if source.is_file() else {}
        where = str(source.parent) if source.is_file() else place
        found = transformers.AutoTokenizer.from_pretrained(where, trust_remote_code=False, **options)
        return FolderTokenizer(
            found.backend_tokenizer.to_str(),
            {**found.special_tokens_map, "add_bos_token": _adds_bos(source) if source.is_file() else None},
            {"eos_token_id": config.eos_token_id},
            default_template(found.chat_template),
            int(config.vocab_size),
        )
    except Exception as error:  # whatever is wrong with a stranger's files
        raise LoadError(f"{place} has no tokenizer that can be read: {_sentence(error)}") from error


def _adds_bos(gguf: Path) -> bool | None:
    """Whether a file says that texts begin with BOS: transformers doesn't read that. None: it doesn't say."""
    field = GGUFReader(gguf).fields.get("tokenizer.ggml.add_bos_token")
    return None if field is None else bool(field.contents())


def _windows(config: Any) -> dict[str, int | None]:
    """How far back attention reaches, by the kind of a layer; None: without bound."""
    window = getattr(config, "sliding_window", None)
    kinds = set(getattr(config, "layer_types", None) or ())
    if kinds - {_SLIDING, _FULL}:
        raise LoadError(f"attention of the kind {', '.join(sorted(kinds - {_SLIDING, _FULL}))} can't be run here")
    if _SLIDING in kinds:
        return {_FULL: None, _SLIDING: int(window or 0)}
    if window and not kinds and getattr(config, "use_sliding_window", True):
        return {_FULL: int(window)}
    return {_FULL: None}


def _affordable(settings: Settings, per_cell: int) -> int:
    cells = min(settings.kv_cells, settings.kv_mib * 2**20 // per_cell)
    if cells < settings.batch:
        raise LoadError(
            f"a KV budget of {settings.kv_mib} MiB holds only {cells} tokens of this model "
            f"({per_cell / 1024:.0f} KiB each): give it more with --kv-mib"
        )
    return int(cells)


def _sentence(error: Exception) -> str:
    """The first line of an error, without what only its authors need."""
    return re.sub(r"\s+", " ", str(error)).strip()[:300] or type(error).__name__
