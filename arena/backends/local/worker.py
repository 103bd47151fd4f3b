"""The worker process: one model, one loop. Messages come in on standard input and go out on standard output.

Everything that a native library prints goes to standard error, which is the worker's log. The worker ignores
SIGINT (its parent decides) and ends when its parent does, in whatever way, because its input then closes.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, BinaryIO, Final

from arena.backends.base import Scores
from arena.backends.local import messages

if TYPE_CHECKING:  # slow imports wait until SIGINT is ignored
    from arena.backends.local.engine import Engine
    from arena.backends.local.library import Library

_AT_ONCE: Final = 2**18  # bytes to read
_TURN: Final = 0.001  # seconds until a thread that waits gets its turn


def main() -> None:
    """Read the Load message, load, warm, then serve until the input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # the library's output must not mix with the messages
    # several hundred requests come at once: they are read in few pieces, and by a thread that soon gets its turn
    sys.setswitchinterval(_TURN)
    source = os.fdopen(os.dup(0), "rb", buffering=_AT_ONCE)
    first = messages.read_to_worker(source)
    if isinstance(first, messages.Load):
        if hasattr(os, "nice"):
            os.nice(first.settings.niceness)
        _Worker(source, output).run(first)
    elif isinstance(first, messages.LoadTokenizer):
        _Worker(source, output).tokenize(first.folder)


class _Worker:
    def __init__(self, source: BinaryIO, output: BinaryIO) -> None:
        self._input = source
        self._output = output
        self._sending = threading.Lock()
        self._inbox: queue.SimpleQueue[messages.ToWorker] = queue.SimpleQueue()

    def run(self, load: messages.Load) -> None:
        from arena.backends.local.agreement import settle
        from arena.backends.local.engine import Engine
        from arena.backends.local.library import LoadError

        percent = -1

        def progress(share: float) -> None:
            nonlocal percent
            if int(100 * share) > percent:
                percent = int(100 * share)
                self._send(messages.Loading(share))

        try:
            loaded: Library = resolve_name(load.library)(load.place, load.settings, progress)
            vocabulary = loaded.vocabulary()
            if not loaded.whole:
                _warm(loaded)
            library, why = settle(loaded)
        except LoadError as error:
            self._send(messages.Refused(str(error)))
            return
        if library.remark:
            self._send(messages.Notice(library.remark))
        if library.states:
            slower = "has layers whose state prompts can't share: each is evaluated alone, which is slower"
            self._send(messages.Notice(slower))
        if why:
            self._send(messages.Notice(f"takes each prompt from its first token, which is slow: {why}"))
        threading.Thread(target=self._read, args=(library,), daemon=True).start()
        context = min(library.trained_context, library.cells)
        self._send(messages.Ready(messages.Spelling.of(vocabulary), context, library.build()))
        self._serve(
            Engine(
                library,
                vocabulary,
                cells=library.cells,
                sequences=library.sequences,
                batch=library.batch,
                outputs=library.outputs,
                states=library.states,
            )
        )

    def tokenize(self, folder: str) -> None:
        """Answer with the ids of texts alone, until the input closes."""
        from arena.backends.tokenizer import FolderTokenizer

        try:
            tokenizer = FolderTokenizer.from_folder(Path(folder))
        except (OSError, ValueError, TypeError, RecursionError) as error:  # a stranger's files may be wrong in any way
            self._send(messages.Refused(" ".join(str(error).split())[:300]))
            return
        self._send(messages.Spelling.of(tokenizer.vocabulary))
        while (message := messages.read_to_worker(self._input)) is not None:
            if isinstance(message, messages.Tokenize):
                self._send(messages.Tokens(message.id, tokenizer.tokenize(message.text, message.specials)))

    def _read(self, library: Library) -> None:
        """Runs in a thread of its own. Requests to tokenise are answered here, so that they never wait for a batch."""
        while (message := messages.read_to_worker(self._input)) is not None:
            if isinstance(message, messages.Tokenize):
                self._send(messages.Tokens(message.id, library.tokenize(message.text, message.specials)))
            else:
                self._inbox.put(message)
        os._exit(0)  # the parent has ended, or wants nothing more: leave even in the middle of a batch

    def _serve(self, engine: Engine) -> None:
        told = 0
        while True:
            while not engine.busy or not self._inbox.empty():
                message = self._inbox.get()
                if isinstance(message, messages.Complete):
                    engine.submit(message.id, message.request)
                elif isinstance(message, messages.Score):
                    engine.submit_text(message.id, message.tokens)
                elif isinstance(message, messages.Cancel):
                    engine.cancel(message.id)
                elif isinstance(message, messages.AskWork):
                    self._send(messages.WorkDone(message.id, engine.work))
            self._send(
                *(
                    messages.Scored(number, done) if isinstance(done, Scores) else messages.Completed(number, done)
                    for number, done in engine.step()
                )
            )
            for line in engine.notices[told:]:
                self._send(messages.Notice(line))
            told = len(engine.notices)

    def _send(self, *several: messages.FromWorker) -> None:
        data = memoryview(b"".join(map(messages.frame, several)))
        with self._sending:
            while data:
                data = data[self._output.write(data) :]


def _warm(library: Library) -> None:
    """Run a first batch, as large as later ones: a build that doesn't fit the machine dies here."""
    from arena.backends.local.evaluator import Row

    rows = [Row(0, position, (0,), (0,) if position == 63 else None) for position in range(64)]
    library.evaluate(rows)
    library.clear()


if __name__ == "__main__":
    main()
