"""The worker process: one model, one loop. Messages come in on standard input and go out on standard output.

Everything that a native library prints goes to standard error, which is the worker's log. The worker ignores
SIGINT (its parent decides) and ends when its parent does, however that ends: its input closes then.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from pkgutil import resolve_name
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from arena.backends.base import Vocabulary
    from arena.backends.local.engine import Engine
    from arena.backends.local.library import Library
    from arena.backends.local.messages import FromWorker, Load, ToWorker


def main() -> None:
    """Read the Load message, load, warm, then serve until the input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what the library prints must not get among the messages

    from arena.backends.local.messages import Load, read_to_worker

    first = read_to_worker(sys.stdin.buffer)
    if isinstance(first, Load):
        if hasattr(os, "nice"):
            os.nice(first.settings.niceness)
        _Worker(output).run(first)


class _Worker:
    def __init__(self, output: BinaryIO) -> None:
        self._output = output
        self._sending = threading.Lock()
        self._inbox: queue.SimpleQueue[ToWorker] = queue.SimpleQueue()

    def run(self, load: Load) -> None:
        from arena.backends.local.agreement import settle
        from arena.backends.local.library import LoadError
        from arena.backends.local.messages import Loading, Notice, Ready, Refused, joined

        percent = -1

        def progress(share: float) -> None:
            nonlocal percent
            if int(100 * share) > percent:
                percent = int(100 * share)
                self._send(Loading(share))

        try:
            loaded: Library = resolve_name(load.library)(load.place, load.settings, progress)
            vocabulary = loaded.vocabulary()
            if not loaded.whole:
                _warm(loaded, vocabulary)
            library, why = settle(loaded)
        except LoadError as error:
            self._send(Refused(str(error)))
            return
        if library.states:
            self._send(Notice("has layers whose state prompts can't share: each is evaluated alone, which is slower"))
        if why:
            self._send(Notice(f"takes each prompt from its first token, which is slow: {why}"))
        threading.Thread(target=self._read, args=(library,), daemon=True).start()
        pieces, lengths = joined(vocabulary.pieces)
        self._send(
            Ready(
                pieces=pieces,
                lengths=lengths,
                specials=dict(vocabulary.specials),
                bos=vocabulary.bos,
                ends=sorted(vocabulary.ends),
                chat_template=vocabulary.chat_template,
                named=dict(vocabulary.named),
                mark=vocabulary.mark,
                lstrips=sorted(vocabulary.lstrips),
                rstrips=sorted(vocabulary.rstrips),
                context=min(library.trained_context, library.cells),
                cells=library.cells,
                build=library.build(),
            )
        )
        self._serve(_engine(library, vocabulary))

    def _read(self, library: Library) -> None:
        """Runs in a thread of its own. Tokenising is answered here, so that it never waits for a batch."""
        from arena.backends.local.messages import Tokenize, Tokens, read_to_worker

        while (message := read_to_worker(sys.stdin.buffer)) is not None:
            if isinstance(message, Tokenize):
                self._send(Tokens(message.id, library.tokenize(message.text, message.specials)))
            else:
                self._inbox.put(message)
        os._exit(0)  # the parent is gone, or wants no more: leave even in the middle of a batch

    def _serve(self, engine: Engine) -> None:
        from arena.backends.base import Scores
        from arena.backends.local.messages import AskWork, Cancel, Complete, Completed, Notice, Score, Scored, WorkDone

        told = 0

        while True:
            while not engine.busy or not self._inbox.empty():
                message = self._inbox.get()
                if isinstance(message, Complete):
                    engine.submit(message.id, message.request)
                elif isinstance(message, Score):
                    engine.submit_text(message.id, message.tokens)
                elif isinstance(message, Cancel):
                    engine.cancel(message.id)
                elif isinstance(message, AskWork):
                    self._send(WorkDone(message.id, engine.work))
            for number, done in engine.step():
                self._send(Scored(number, done) if isinstance(done, Scores) else Completed(number, done))
            for line in engine.notices[told:]:
                self._send(Notice(line))
            told = len(engine.notices)

    def _send(self, message: FromWorker) -> None:
        from arena.backends.local.messages import frame

        data = memoryview(frame(message))
        with self._sending:
            while data:
                data = data[self._output.write(data) :]


def _engine(library: Library, vocabulary: Vocabulary) -> Engine:
    from arena.backends.local.engine import Engine

    return Engine(
        library,
        vocabulary,
        cells=library.cells,
        sequences=library.sequences,
        batch=library.batch,
        outputs=library.outputs,
        states=library.states,
    )


def _warm(library: Library, vocabulary: Vocabulary) -> None:
    """Run a first batch, as large as later ones: where a build doesn't fit the machine, it dies here."""
    from arena.backends.local.evaluator import Row

    rows = [Row(0, position, (0,), (0,) if position == 63 else None) for position in range(64)]
    library.evaluate(rows)
    library.clear()


if __name__ == "__main__":
    main()
