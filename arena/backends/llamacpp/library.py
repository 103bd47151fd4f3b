"""The few calls of llama.cpp that Arena needs, through llama-cpp-python's low-level bindings.

Only the worker process imports this module: a crash in native code then ends the worker and not Arena.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence

import llama_cpp as native
import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Vocabulary
from arena.backends.local.library import LoadError, Progress
from arena.backends.local.settings import Settings
from arena.backends.local.tree import Path, Row

_BF16 = 30  # ggml_type: the bindings don't name it
_WARNING = 3  # ggml_log_level: 2 info, 3 warning, 4 error, 5 continues the line before


class LlamaCppLibrary:
    """One model with one context, its cache unified, so that sequences can share cells."""

    def __init__(self, path: str, settings: Settings, progress: Progress = lambda share: None) -> None:
        """Load a file. Raises LoadError."""

        def loaded(share: float, _: object) -> bool:
            progress(share)
            return True  # False would end the loading

        _log_to_stderr()
        native.llama_backend_init()
        parameters = native.llama_model_default_params()
        parameters.n_gpu_layers = settings.gpu_layers
        if settings.cautious:
            parameters.use_extra_bufts = False
        parameters.progress_callback = callback = native.llama_progress_callback(loaded)
        self._model = native.llama_model_load_from_file(path.encode(), parameters)
        del callback  # which native code called until here
        if not self._model:
            raise LoadError(f"llama.cpp can't load {path}: it is damaged, or of a kind that this build doesn't know")
        self._vocab = native.llama_model_get_vocab(self._model)
        self.vocabulary_size = int(native.llama_vocab_n_tokens(self._vocab))
        self.trained_context = int(native.llama_model_n_ctx_train(self._model))
        self.cells = self._affordable_cells(settings)
        self._context = self._new_context(settings)
        self._memory = native.llama_get_memory(self._context)
        self._batch = native.llama_batch_init(settings.batch, 0, settings.sequences)
        self._most_rows = settings.batch
        self.whole = ""
        self.rounded = self.metadata("general.file_type") != "0"  # 0: all weights in 32 bits

    def _affordable_cells(self, settings: Settings) -> int:
        per_cell = self._bytes_per_cell()
        cells = min(settings.kv_cells, settings.kv_mib * 2**20 // per_cell) // 256 * 256
        if cells < settings.batch:
            raise LoadError(
                f"a KV budget of {settings.kv_mib} MiB holds only {cells} tokens of this model "
                f"({per_cell / 1024:.0f} KiB each): give it more with --kv-mib"
            )
        return int(cells)

    def _bytes_per_cell(self) -> int:
        """What a token takes in the cache: keys and values of all layers, 16 bits each."""
        heads = native.llama_model_n_head_kv(self._model)
        default = native.llama_model_n_embd(self._model) // native.llama_model_n_head(self._model)
        architecture = self.metadata("general.architecture") or ""
        key = int(self.metadata(f"{architecture}.attention.key_length") or default)
        value = int(self.metadata(f"{architecture}.attention.value_length") or default)
        return int(native.llama_model_n_layer(self._model) * heads * (key + value) * 2)

    def _new_context(self, settings: Settings) -> native.llama_context_p:
        parameters = native.llama_context_default_params()
        parameters.n_ctx = self.cells
        parameters.n_batch = parameters.n_ubatch = settings.batch
        parameters.n_seq_max = settings.sequences
        # the library reserves a row of logits for each sequence, and no more than that is ever wanted
        parameters.n_outputs_max = max(settings.outputs, settings.sequences)
        parameters.n_threads = parameters.n_threads_batch = settings.threads
        parameters.kv_unified = True  # or sequences can't share cells
        parameters.swa_full = True  # or a sliding window drops what a prefix would be reused for
        if settings.scattered and not settings.gpu_layers:
            parameters.type_v = _BF16
        parameters.no_perf = True
        context = native.llama_init_from_model(self._model, parameters)
        if not context:
            raise LoadError("llama.cpp can't make a context: there may not be enough memory; try a smaller --kv-mib")
        return context

    def metadata(self, key: str) -> str | None:
        """A value of the GGUF file's metadata as text."""
        buffer = ctypes.create_string_buffer(4096)
        length = native.llama_model_meta_val_str(self._model, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if length >= 0 else None

    def vocabulary(self) -> Vocabulary:
        """All that is to be known of the tokenizer."""
        vocab, size = self._vocab, self.vocabulary_size
        pieces = tuple(self._piece(token) for token in range(size))
        control = native.LLAMA_TOKEN_ATTR_CONTROL | native.LLAMA_TOKEN_ATTR_USER_DEFINED
        specials = {
            pieces[token].decode("utf-8", "replace"): token
            for token in range(size)
            if native.llama_vocab_get_attr(vocab, token) & control
        }
        template = native.llama_model_chat_template(self._model, None)
        named = {"bos_token": native.llama_vocab_bos(vocab), "eos_token": native.llama_vocab_eos(vocab)}
        return Vocabulary(
            pieces=pieces,
            specials=specials,
            bos=int(native.llama_vocab_bos(vocab)) if native.llama_vocab_get_add_bos(vocab) else None,
            ends=frozenset(token for token in range(size) if native.llama_vocab_is_eog(vocab, token)),
            chat_template=template.decode("utf-8", "replace") if template else None,
            named={name: pieces[token].decode("utf-8", "replace") for name, token in named.items() if token >= 0},
        )

    def _piece(self, token: int) -> bytes:
        buffer = ctypes.create_string_buffer(64)
        length = native.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, True)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = native.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, True)
        return buffer.raw[:length]

    def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """The ids of a text, without BOS. Reads only the vocabulary, so it may run beside `evaluate`."""
        data = text.encode()
        size = len(data) + 16
        buffer = (native.llama_token * size)()
        count = native.llama_tokenize(self._vocab, data, len(data), buffer, size, False, specials)
        return tuple(buffer[:count])

    def copy(self, source: int, target: int, end: int) -> None:
        """Give `target` the cells of `source` at positions [0, end)."""
        native.llama_memory_seq_cp(self._memory, source, target, 0, end)

    def drop(self, sequence: int, start: int) -> None:
        """Take `sequence` out of its cells from position `start` on."""
        native.llama_memory_seq_rm(self._memory, sequence, start, -1)

    def clear(self) -> None:
        """Empty the cache."""
        native.llama_memory_clear(self._memory, False)

    def evaluate(self, rows: Sequence[Row]) -> None:
        """Run one batch. Raises RuntimeError with the library's code if it refuses."""
        batch = self._batch
        for index, row in enumerate(rows):
            batch.token[index] = row.token
            batch.pos[index] = row.position
            batch.n_seq_id[index] = len(row.sequences)
            target = batch.seq_id[index]
            for slot, sequence in enumerate(row.sequences):
                target[slot] = sequence
            batch.logits[index] = row.path is not None
        batch.n_tokens = len(rows)
        code = native.llama_decode(self._context, batch)
        if code:
            raise RuntimeError(f"llama_decode gave {code} for a batch of {len(rows)} tokens")

    def logits(self, index: int) -> NDArray[np.float32]:
        """The logits of row `index` of the last batch, shape (vocabulary,). The memory is the library's."""
        pointer = native.llama_get_logits_ith(self._context, index)
        return np.ctypeslib.as_array(pointer, (self.vocabulary_size,))

    def plain(self, tokens: Path, at: Sequence[int], pieces: int = 1) -> NDArray[np.float32]:
        """The logits after the tokens of index `at`, shape (len(at), vocabulary), of one sequence in an empty cache."""
        rows = [Row(token, position, (0,), tokens if position in at else None) for position, token in enumerate(tokens)]
        most = min(self._most_rows, -(-len(rows) // pieces))
        found = []
        self.clear()
        for start in range(0, len(rows), most):
            piece = rows[start : start + most]
            self.evaluate(piece)
            found += [self.logits(index).copy() for index, row in enumerate(piece) if row.path is not None]
        self.clear()
        return np.stack(found)

    @staticmethod
    def build() -> str:
        """What was built, for a run's manifest."""
        features = native.llama_print_system_info().decode("utf-8", "replace").strip()
        return f"llama-cpp-python {native.__version__}; {features}"


def _log_to_stderr() -> None:
    """Warnings and errors of the library go to the worker's log, the rest nowhere."""
    loud = False

    @native.llama_log_callback  # type: ignore[untyped-decorator]
    def callback(level: int, text: bytes, _: ctypes.c_void_p) -> None:
        nonlocal loud
        if level != 5:
            loud = level >= _WARNING
        if loud:
            sys.stderr.write(text.decode("utf-8", "replace"))
            sys.stderr.flush()

    _log_to_stderr.callback = callback  # type: ignore[attr-defined]  # the library keeps only a bare pointer
    native.llama_log_set(callback, None)
