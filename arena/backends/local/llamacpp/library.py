"""The few calls of llama.cpp that Arena needs, through low-level bindings (native.py).

Only the worker process imports this module, so a crash in native code ends the worker, not Arena.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Vocabulary
from arena.backends.local.evaluator import Path, Row
from arena.backends.local.library import LoadError, Progress, check_cells
from arena.backends.local.llamacpp.cells import BESIDE, Cells
from arena.backends.local.llamacpp.kind import check_kind, metadata
from arena.backends.local.llamacpp.log import Log
from arena.backends.local.llamacpp.native import build, native
from arena.backends.local.llamacpp.unpacking import unpacked
from arena.backends.local.rows import Answers, Wanted, tell
from arena.backends.local.settings import LAPTOP, MOST_CELLS, Settings

_MOST_SEQUENCES = 256  # LLAMA_MAX_SEQ
_BF16 = 30  # ggml_type: the bindings don't name it

# While a head of a layer passes by a cell of another sequence, this many weights are multiplied. Measured on an Intel
# Xeon with AVX-512: 71 with Gemma 3 270M, 97 with SmolLM2 135M.
_WEIGHTS_PER_CELL = 85


class LlamaCppLibrary:
    """One model with one context, whose cache is unified so that sequences can share cells."""

    background = False

    def __init__(self, path: str, settings: Settings, progress: Progress = lambda share: None) -> None:
        """Load a file. Raises LoadError."""

        def loaded(share: float, _: object) -> bool:
            progress(share)
            return True  # False would end the loading

        settings = settings.sized(LAPTOP)
        self._log = Log()
        native.llama_backend_init()
        parameters = native.llama_model_default_params()
        parameters.n_gpu_layers = settings.gpu_layers
        if settings.cautious:
            parameters.use_extra_bufts = False
        parameters.progress_callback = callback = native.llama_progress_callback(loaded)
        file, self.remark = unpacked(path, settings, self._log, progress)
        self._model = native.llama_model_load_from_file(file.encode(), parameters)
        del callback  # native code called it until here
        if not self._model:
            raise LoadError(f"llama.cpp can't load {path}{self._log.reason()}")
        check_kind(self._model, path)
        self._vocab = native.llama_model_get_vocab(self._model)
        self.vocabulary_size = int(native.llama_vocab_n_tokens(self._vocab))
        self.trained_context = int(native.llama_model_n_ctx_train(self._model))
        self.states = bool(native.llama_model_is_recurrent(self._model) or native.llama_model_is_hybrid(self._model))
        self.rounded = metadata(self._model, "general.file_type") != "0"  # 0: all weights in 32 bits
        self.short_keys = self.rounded or (settings.scattered and not settings.gpu_layers)
        self.cells, self.sequences = self._affordable(settings)
        self._context = self._new_context(settings, self.cells, self.sequences, settings.batch)
        self._batch = native.llama_batch_init(settings.batch + 1, 0, self.sequences)
        # a GPU has no quick way past the cells of others, and sums in an order of its own
        in_order = settings.repeatable and not self.states and not settings.gpu_layers
        self.passing = self._passing() if in_order else None
        window = int(native.llama_model_n_swa(self._model))
        self._cells = Cells(native.llama_get_memory(self._context), self.sequences, window, in_order)
        self.batch, self.outputs = settings.batch, settings.outputs
        self.whole = ""

    def _affordable(self, settings: Settings) -> tuple[int, int]:
        """How many tokens and sequences the budget allows. Raises LoadError if that is too few."""
        per_cell, per_state = self._sizes(settings)
        budget = settings.kv_mib * 2**20
        # states, beside the cells, get half of the budget
        sequences = min(settings.sequences, _MOST_SEQUENCES - BESIDE)
        if per_state:
            sequences = min(sequences, budget // 2 // per_state)
        cells = settings.kv_cells
        if per_cell:
            cells = min(cells, (budget - sequences * per_state) // per_cell)
        elif cells == MOST_CELLS:  # a budget limits nothing here
            cells = LAPTOP.kv_cells
        cells = cells // 256 * 256
        state = f" and a state of {per_state / 2**20:.0f} MiB for each prompt" if per_state else ""
        return check_cells(cells if sequences else 0, settings, per_cell, state), sequences

    def _passing(self) -> float:
        width = int(native.llama_model_n_embd(self._model))
        weights = int(native.llama_model_n_params(self._model)) - self.vocabulary_size * width
        heads = int(native.llama_model_n_head(self._model)) * int(native.llama_model_n_layer(self._model))
        return _WEIGHTS_PER_CELL * heads / max(weights, width)

    def _sizes(self, settings: Settings) -> tuple[int, int]:
        """Bytes of a token in the cache, and of a sequence's state beside it (0 without recurrent layers).

        They are measured on two tokens, because layers differ in heads, share keys or have none, and each architecture
        says so in its own way.
        """
        context, batch = self._new_context(settings, cells=256, sequences=1, batch=1), native.llama_batch_init(1, 0, 1)
        try:
            if not native.llama_get_memory(context):
                raise LoadError("it can't play: llama.cpp keeps nothing of what this kind of model has read")
            sizes = []
            for position in range(2):
                _decode(context, batch, [Row(0, position, (0,), None)])
                sizes.append(int(native.llama_state_seq_get_size(context, 0)))
            state = native.llama_state_seq_get_size_ext(context, 0, native.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY)
        finally:
            native.llama_batch_free(batch)
            native.llama_free(context)
        return sizes[1] - sizes[0], int(state) if self.states else 0

    def _new_context(self, settings: Settings, cells: int, sequences: int, batch: int) -> Any:
        parameters = self._parameters(settings, cells, sequences, batch)
        context = native.llama_init_from_model(self._model, parameters)
        if not context and parameters.type_v != parameters.type_k:  # some kinds of attention keep one for both
            parameters.type_k = parameters.type_v = native.GGML_TYPE_F16 if self.rounded else native.GGML_TYPE_F32
            context = native.llama_init_from_model(self._model, parameters)
        if not context:
            reason = self._log.reason()
            raise LoadError(f"llama.cpp can't make a context{reason}: is there enough memory? try a smaller --kv-mib")
        return context

    def _parameters(self, settings: Settings, cells: int, sequences: int, batch: int) -> Any:
        parameters = native.llama_context_default_params()
        parameters.n_ctx = cells + 1  # with the cell of that row
        parameters.n_batch = parameters.n_ubatch = batch + 1  # with a row beside a lone one
        parameters.n_seq_max = sequences + BESIDE
        # the library reserves a row of logits for each sequence, and no more are ever wanted
        parameters.n_outputs_max = max(settings.outputs, parameters.n_seq_max)
        parameters.n_threads = parameters.n_threads_batch = settings.threads
        parameters.kv_unified = True  # otherwise sequences can't share cells
        parameters.swa_full = True  # otherwise a sliding window drops cells of a prefix to be reused
        if settings.scattered and not settings.gpu_layers:
            parameters.type_v = _BF16
        elif not self.rounded:  # then keys, values and attention shouldn't be rounded either
            parameters.type_k = parameters.type_v = native.GGML_TYPE_F32
            parameters.flash_attn_type = native.LLAMA_FLASH_ATTN_TYPE_DISABLED
        parameters.no_perf = True
        return parameters

    def vocabulary(self) -> Vocabulary:
        """Everything to know about the tokenizer."""
        return self._spelling

    @cached_property
    def _spelling(self) -> Vocabulary:
        vocab, size = self._vocab, self.vocabulary_size
        pieces = tuple(self._piece(token) for token in range(size))
        flags = [native.llama_vocab_get_attr(vocab, token) for token in range(size)]
        control = native.LLAMA_TOKEN_ATTR_CONTROL | native.LLAMA_TOKEN_ATTR_USER_DEFINED
        specials = {pieces[token].decode("utf-8", "replace"): token for token in range(size) if flags[token] & control}
        template = native.llama_model_chat_template(self._model, None)
        named = {"bos_token": native.llama_vocab_bos(vocab), "eos_token": native.llama_vocab_eos(vocab)}
        return Vocabulary(
            pieces=pieces,
            specials=specials,
            bos=int(native.llama_vocab_bos(vocab)) if native.llama_vocab_get_add_bos(vocab) else None,
            ends=frozenset(token for token in range(size) if native.llama_vocab_is_eog(vocab, token)),
            chat_template=template.decode("utf-8", "replace") if template else None,
            named={name: pieces[token].decode("utf-8", "replace") for name, token in named.items() if token >= 0},
            lstrips=frozenset(token for token in range(size) if flags[token] & native.LLAMA_TOKEN_ATTR_LSTRIP),
            rstrips=frozenset(token for token in range(size) if flags[token] & native.LLAMA_TOKEN_ATTR_RSTRIP),
        )

    def _piece(self, token: int) -> bytes:
        buffer = ctypes.create_string_buffer(64)
        length = native.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, True)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = native.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, True)
        return buffer.raw[:length]

    def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """The ids of a text, without BOS. Reads only the vocabulary, so it may run at the same time as `evaluate`."""
        data = text.encode()
        size = len(data) + 16
        buffer = (native.llama_token * size)()
        count = native.llama_tokenize(self._vocab, data, len(data), buffer, size, False, specials)
        return tuple(buffer[:count])

    def copy(self, source: int, target: int, end: int) -> None:
        """Give `target` the cells of `source` at positions [0, end)."""
        self._cells.copy(source, target, end)

    def drop(self, sequence: int, start: int) -> None:
        """Take `sequence` out of its cells from position `start` on."""
        self._cells.drop(sequence, start)

    def clear(self) -> None:
        """Empty the cache."""
        self._cells.clear()

    def evaluate(self, rows: Sequence[Row]) -> None:
        """Run one batch. Raises RuntimeError with the library's code if it refuses."""
        with self._cells.filled(rows) as filled:
            _decode(self._context, self._batch, filled)

    def logits(self, index: int) -> NDArray[np.float32]:
        """The logits of row `index` of the last batch, shape (vocabulary,), in the library's own memory."""
        pointer = native.llama_get_logits_ith(self._context, index)
        return np.ctypeslib.as_array(pointer, (self.vocabulary_size,))

    def ask(self, wanted: Sequence[Wanted]) -> Answers:
        """Ask for what is wanted from some rows of the last batch."""
        return partial(tell, self.logits, wanted)

    def plain(self, tokens: Path, at: Sequence[int], pieces: int = 1) -> NDArray[np.float32]:
        """The logits after the tokens of index `at`, shape (len(at), vocabulary), of one sequence in an empty cache."""
        rows = [Row(token, position, (0,), tokens if position in at else None) for position, token in enumerate(tokens)]
        most = min(self.batch, -(-len(rows) // pieces))
        found = []
        self.clear()
        for start in range(0, len(rows), most):
            piece = rows[start : start + most]
            self.evaluate(piece)
            found += [self.logits(index).copy() for index, row in enumerate(piece) if row.path is not None]
        self.clear()
        return np.stack(found)

    def build(self) -> str:
        """The build, for a run's manifest."""
        return build() if self.rounded else f"{build()}; weights in 32 bits"


def _decode(context: Any, batch: Any, rows: Sequence[Row]) -> None:
    for index, row in enumerate(rows):
        batch.token[index] = row.token
        batch.pos[index] = row.position
        batch.n_seq_id[index] = len(row.sequences)
        target = batch.seq_id[index]
        for slot, sequence in enumerate(row.sequences):
            target[slot] = sequence
        batch.logits[index] = row.path is not None
    batch.n_tokens = len(rows)
    code = native.llama_decode(context, batch)
    if code:
        raise RuntimeError(f"llama_decode gave {code} for a batch of {len(rows)} tokens")
