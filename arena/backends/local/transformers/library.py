"""A model of transformers behind the prefix tree: one cache of cells for all prompts, a mask that says who sees what.

Only the worker process imports this module. Weights are safetensors or GGUF files; code from a model's repository
is never run, and pickled weights are refused.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import transformers
from gguf import GGUFReader
from numpy.typing import NDArray

from arena.backends.base import Vocabulary
from arena.backends.local.evaluator import Row
from arena.backends.local.library import LoadError, Progress
from arena.backends.local.rows import Answers, Wanted
from arena.backends.local.settings import Settings
from arena.backends.local.transformers.converted import check_converted
from arena.backends.local.transformers.device import best_device, usual_sizes
from arena.backends.local.transformers.rows import ask, fetched, sent
from arena.backends.local.transformers.shared import NotShareable, Shared
from arena.backends.tokenizer import FolderTokenizer, default_template
from arena.files import from_home

DTYPES: Final = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_LENGTHS: Final = ("max_position_embeddings", "max_seq_len", "n_positions", "max_target_positions")


class TransformersLibrary:
    """One causal language model. If it allows that, its prompts share one cache of cells.

    `place` is a folder, a GGUF file, or the name of a hub's repository.
    """

    passing: float | None = None

    def __init__(self, place: str, settings: Settings, progress: Progress = lambda share: None) -> None:
        """Load the weights. Raises LoadError."""
        quiet: Any = transformers.utils.logging
        quiet.set_verbosity_error()
        quiet.disable_progress_bar()
        if settings.threads:
            torch.set_num_threads(settings.threads)
        self._device = torch.device(settings.device or best_device())
        # cuDNN plans attention anew for each shape, and nearly every batch here has a new one: half of a batch's time
        torch.backends.cuda.enable_cudnn_sdp(False)
        self.background = self._device.type == "cuda"
        self._model = self._weights(place, settings)
        # nearly all models take `use_cache`, most of them without declaring it
        self._takes = {*inspect.signature(self._model.forward).parameters, "use_cache"}
        progress(1.0)
        settings = settings.sized(usual_sizes(self._device, self._model))
        config = self._model.config.get_text_config()
        if getattr(config, "attn_logit_softcapping", None):  # fused attention silently leaves it out
            self._model.set_attn_implementation("eager")
        self._tokenizer = _tokenizer(place, config)
        self.trained_context = _longest(self._model, config) or settings.kv_cells
        self.whole = self.remark = ""
        self.rounded = self.short_keys = self._model.dtype != torch.float32
        try:
            self._shared: Shared | None = Shared(
                self._model, self._kept, settings, graphs=self._graphs(settings), blocks=self._blocks()
            )
            self.cells = self._shared.cells
        except NotShareable as reason:
            self._shared, self.whole, self.cells = None, str(reason), settings.kv_cells
        self.sequences, self.batch, self.outputs = settings.sequences, settings.batch, settings.outputs
        self.states = False
        self._logits = torch.zeros((0, 0))
        self._row: dict[int, int] = {}
        # shown in a run's manifest
        self._said = f"transformers {transformers.__version__}, torch {torch.__version__}, {self._device}"

    def _weights(self, place: str, settings: Settings) -> Any:
        """The model, on the device."""
        return _load(place, _dtype(settings, self._device)).to(self._device).eval()

    def _graphs(self, settings: Settings) -> bool:
        """Whether batches are evaluated in shapes that come up again."""
        return settings.graphs and self._device.type == "cuda"

    def _blocks(self) -> bool:
        """Whether attention is computed in blocks, if the model allows that."""
        return self._device.type == "cuda"

    def vocabulary(self) -> Vocabulary:
        """Everything to know about the tokenizer."""
        return self._tokenizer.vocabulary

    def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """The ids of a text, without BOS."""
        return self._tokenizer.tokenize(text, specials)

    def copy(self, source: int, target: int, end: int) -> None:
        """Give `target` the cells of `source` at positions [0, end)."""
        self._cache.copy(source, target, end)

    def drop(self, sequence: int, start: int) -> None:
        """Take `sequence` out of its cells from position `start` on."""
        self._cache.drop(sequence, start)

    def clear(self) -> None:
        """Empty the cache."""
        self._cache.clear()

    def evaluate(self, rows: Sequence[Row]) -> None:
        """Run one batch: all rows in one sequence as the model sees it, kept apart by the mask."""
        self._logits = self._cache.evaluate(rows)
        ends = [index for index, row in enumerate(rows) if row.path is not None]
        self._row = {index: at for at, index in enumerate(ends)}

    def logits(self, index: int) -> NDArray[np.float32]:
        """The logits of row `index` of the last batch, shape (vocabulary,)."""
        return fetched(self._logits[self._row[index]])

    def ask(self, wanted: Sequence[Wanted]) -> Answers:
        """Ask for what is wanted from some rows of the last batch. It is computed on their device."""
        at = sent([self._row[each.index] for each in wanted], self._device)
        return ask(self._logits[at], wanted)

    def plain(self, tokens: Sequence[int], at: Sequence[int], pieces: int = 1) -> NDArray[np.float32]:
        """The logits after the tokens of index `at`, shape (len(at), vocabulary), by transformers' own mask and cache.

        A single call computes attention step by step ("eager"): that is how a model is defined, and fused kernels leave
        out what they don't know, like Gemma 2's soft cap. Pieces are computed like the tree, to show its rounding.
        """
        if pieces == 1:
            with _step_by_step(self._model):
                return fetched(self._kept(sent(at, self._device), input_ids=[list(tokens)], use_cache=False))
        found, past = [], None
        for piece in np.array_split(np.array(tokens), pieces):
            output = self._run(input_ids=[piece.tolist()], past_key_values=past, use_cache=True)
            past = output["past_key_values"]
            found.append(output["logits"][0])
        return fetched(torch.cat(found)[list(at)])

    def build(self) -> str:
        """What runs the model, for a run's manifest."""
        graphs = self._shared and self._shared.graphs
        captured = ", CUDA graphs" if graphs and not graphs.failure else ""
        blocks = ", attention in blocks" if self._shared and self._shared.blocks else ""
        return f"{self._said}, {str(self._model.dtype).removeprefix('torch.')}{blocks}{captured}"

    @property
    def _cache(self) -> Shared:
        assert self._shared is not None, "what says that it runs alone has no cache"
        return self._shared

    def _kept(self, at: torch.Tensor, **inputs: Any) -> torch.Tensor:
        """The logits of the tokens of index `at`, shape (len(at), vocabulary), on the device."""
        logits: torch.Tensor = self._run(logits_to_keep=at, **inputs)["logits"][0]
        return logits if "logits_to_keep" in self._takes else logits[at]

    @torch.inference_mode()
    def _run(self, **inputs: Any) -> Any:
        """The model's output for those of the inputs that it takes; lists are numbers of tokens."""
        return self._model(
            **{
                name: sent(value, self._device) if isinstance(value, list) else value
                for name, value in inputs.items()
                if name in self._takes
            }
        )


@contextmanager
def _step_by_step(model: Any) -> Iterator[None]:
    """Compute attention step by step, as the model's authors wrote it."""
    usual = model.config._attn_implementation
    model.set_attn_implementation("eager")
    try:
        yield
    finally:
        model.set_attn_implementation(usual)


def _longest(model: Any, config: Any) -> int:
    """The most tokens that a prompt may have; 0 if the model has no limit."""
    longest = next((int(found) for name in _LENGTHS if (found := getattr(config, name, None))), 0)
    for name, module in model.named_modules():
        # RoBERTa and its kin: a text's positions begin after that of padding
        if "position" in name and isinstance(module, torch.nn.Embedding) and module.padding_idx is not None:
            longest = min(longest, module.num_embeddings - module.padding_idx - 1)
    return longest


def _dtype(settings: Settings, device: torch.device) -> torch.dtype | str:
    if settings.dtype:
        if settings.dtype not in DTYPES:
            raise LoadError(f"there is no dtype {settings.dtype!r}: there are {', '.join(DTYPES)}")
        return DTYPES[settings.dtype]
    return torch.float32 if device.type == "cpu" else "auto"


def _load(place: str, dtype: torch.dtype | str) -> Any:
    """The model: safetensors or GGUF only, no code but transformers' own, and every weight from the files."""
    options: dict[str, Any] = {"trust_remote_code": False}
    source = from_home(place)
    where = place
    if source.is_file():
        where, options["gguf_file"] = str(source.parent), source.name
    try:
        # the whole model's, because a decoder that is loaded from one claims to be whole
        config = transformers.AutoConfig.from_pretrained(where, **options)
        found: Any = transformers.AutoModelForCausalLM.from_pretrained(
            where, dtype=dtype, use_safetensors=True, output_loading_info=True, **options
        )
    except Exception as error:  # whatever is wrong with a stranger's files
        raise LoadError(f"transformers can't load {place}: {_sentence(error)}") from error
    model, loading = found
    if config.is_encoder_decoder:
        raise LoadError(f"{place} can't play: an encoder with a decoder answers a text instead of continuing it")
    if missing := sorted(loading["missing_keys"]):  # transformers fills them with random numbers
        more = f" and {len(missing) - 3} others" if len(missing) > 3 else ""
        raise LoadError(
            f"{place} can't play: as a causal language model ({type(model).__name__}) it lacks the weights "
            f"{', '.join(missing[:3])}{more}"
        )
    return model


def _tokenizer(place: str, config: Any) -> FolderTokenizer:
    source = from_home(place)
    try:
        if (source / "tokenizer.json").is_file():
            return FolderTokenizer.from_folder(source)
        options = {"gguf_file": source.name} if source.is_file() else {}
        where = str(source.parent) if source.is_file() else place
        found = transformers.AutoTokenizer.from_pretrained(where, trust_remote_code=False, **options)
        tokenizer = FolderTokenizer(
            found.backend_tokenizer.to_str(),
            {**found.special_tokens_map, "add_bos_token": _adds_bos(source) if source.is_file() else None},
            {"eos_token_id": config.eos_token_id},
            default_template(found.chat_template),
            int(config.vocab_size),
        )
    except Exception as error:  # whatever is wrong with a stranger's files
        raise LoadError(f"{place} has no tokenizer that can be read: {_sentence(error)}") from error
    if source.is_file():
        check_converted(tokenizer, place)
    return tokenizer


def _adds_bos(gguf: Path) -> bool | None:
    """Whether a file says that texts begin with BOS, which transformers doesn't read. None: it doesn't say."""
    field = GGUFReader(gguf).fields.get("tokenizer.ggml.add_bos_token")
    return None if field is None else bool(field.contents())


def _sentence(error: Exception) -> str:
    """The first line of an error, without the parts that only its authors need."""
    return re.sub(r"\s+", " ", str(error)).strip()[:300] or type(error).__name__
