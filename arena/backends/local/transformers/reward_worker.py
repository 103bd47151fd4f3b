"""The process that scores answers with a reward model: one message in on standard input, one out on standard output.

Everything that a library prints goes to standard error, which is the log. The process ignores SIGINT (its parent
decides) and ends when its parent does, in whatever way, because its input then closes.

A reward model is a sequence classifier of one label. Weights are safetensors; code from a model's repository is
never run, and pickled weights are refused.
"""

from __future__ import annotations

import math
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from arena.backends.local.library import LoadError
from arena.backends.local.messages import Refused
from arena.backends.reward import Score, Scored, Template
from arena.files import from_home

if TYPE_CHECKING:
    import torch


def main() -> None:
    """Read the message, load, score, answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # the libraries' output must not get into the message
    # otherwise transformers asks the hub to convert pickled weights, in this person's name
    os.environ["DISABLE_SAFETENSORS_CONVERSION"] = "1"
    line = sys.stdin.buffer.readline()
    if not line:
        return
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    question = msgspec.json.decode(line, type=Score)
    if hasattr(os, "nice"):
        os.nice(question.settings.niceness)
    answer: Scored | Refused
    try:
        answer = _score(question)
    except LoadError as error:
        answer = Refused(str(error))
    with output:
        output.write(msgspec.json.encode(answer))


def _leave_with_parent() -> None:
    """Leave when the input closes, even in the middle of loading: the parent has ended, or wants nothing more."""
    while os.read(0, 1):
        pass
    os._exit(0)


def _score(question: Score) -> Scored:
    import torch
    import transformers

    from arena.backends.local.transformers.device import best_device
    from arena.backends.local.transformers.library import _dtype

    quiet: Any = transformers.utils.logging
    quiet.set_verbosity_error()
    quiet.disable_progress_bar()
    settings = question.settings
    if settings.threads:
        torch.set_num_threads(settings.threads)
    device = torch.device(settings.device or best_device())
    place = str(from_home(question.place))
    model = _model(place, _dtype(settings, device)).to(device).eval()
    with _refusing(f"{place} has no tokenizer that can be read"):
        tokenizer: Any = transformers.AutoTokenizer.from_pretrained(place, trust_remote_code=False)
    _check_plain(tokenizer, (question.request, *question.answers))
    template: Template = "chat-template" if tokenizer.chat_template else "tulu"
    rows = [_tokens(tokenizer, template, question.request, answer) for answer in question.answers]
    _check_length(model, max(map(len, rows), default=0))
    with torch.inference_mode():
        values = tuple(_reward(model, torch.tensor([row], dtype=torch.long, device=device)) for row in rows)
    if not all(map(math.isfinite, values)):
        raise LoadError(f"{place} gives a reward that isn't a finite number: try another dtype, such as float32")
    said = f"transformers {transformers.__version__}, torch {torch.__version__}, {device}"
    return Scored(values, f"{said}, {str(model.dtype).removeprefix('torch.')}", template)


def _reward(model: Any, tokens: torch.Tensor) -> float:
    """The reward of one conversation, shape (1, tokens): alone and without padding, it depends on nothing else."""
    return float(model(input_ids=tokens).logits[0, 0])


def _model(place: str, dtype: torch.dtype | str) -> Any:
    """The classifier: safetensors only, no code but transformers' own, and every weight from the files."""
    import transformers

    with _refusing(f"transformers can't load {place} as a reward model (from safetensors, never from pickles)"):
        model, loading = transformers.AutoModelForSequenceClassification.from_pretrained(
            place, use_safetensors=True, trust_remote_code=False, dtype=dtype, output_loading_info=True
        )
    missing = sorted(loading["missing_keys"])
    if missing:  # transformers fills them with random numbers
        more = f" and {len(missing) - 3} others" if len(missing) > 3 else ""
        raise LoadError(
            f"{place} isn't a reward model: it has no weights {', '.join(missing[:3])}{more}; a language model has "
            "nothing that gives a reward: name a sequence classifier"
        )
    if model.config.num_labels != 1:
        raise LoadError(f"{place} has {model.config.num_labels} labels: name a reward model, which has one")
    return model


def _check_plain(tokenizer: Any, texts: tuple[str, ...]) -> None:
    """Special tokens are recognised in the whole conversation, so its words must not spell one."""
    specials = [token.content for token in tokenizer.added_tokens_decoder.values() if token.special]
    for special in specials:
        if any(special in text for text in texts):
            raise LoadError(f"the request or an answer spells {special!r}, a special token of the reward model")


def _check_length(model: Any, longest: int) -> None:
    most = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if most and longest > most:
        raise LoadError(f"a conversation has {longest} tokens, but this reward model reads at most {most}")


def _tokens(tokenizer: Any, template: Template, request: str, answer: str) -> list[int]:
    """A conversation's ids. BOS comes first, once, if the tokenizer begins texts with it."""
    if template == "tulu":
        return list(tokenizer(f"<|user|>\n{request}\n<|assistant|>\n{answer}")["input_ids"])
    text = _in_chat_template(tokenizer, request, answer)
    ids = list(tokenizer(text, add_special_tokens=False)["input_ids"])
    begins = list(tokenizer("")["input_ids"])[:1]
    adds_bos = begins == [tokenizer.bos_token_id] and ids[:1] != begins
    return begins + ids if adds_bos else ids


def _in_chat_template(tokenizer: Any, request: str, answer: str) -> str:
    """The conversation as the model's own chat template writes it, with the end of the turn after the answer.

    The template is a stranger's Jinja: transformers runs it in jinja2's ImmutableSandboxedEnvironment. If it never
    returns, it ends with this process.
    """
    messages = [{"role": "user", "content": request}, {"role": "assistant", "content": answer}]
    with _refusing("the reward model's chat template fails"):
        text = str(tokenizer.apply_chat_template(messages, tokenize=False, strftime_now=_now))
    begin = text.find(request.strip())
    if begin < 0 or answer.strip() not in text[begin + len(request.strip()) :]:
        raise LoadError("the reward model's chat template leaves out the request or the answer, or changes them")
    return text


def _now(format: str) -> str:
    """Some templates write the date. It is always the one used in prompts, so that rewards never change."""
    return datetime(2025, 1, 1).strftime(format)


@contextmanager
def _refusing(what: str) -> Iterator[None]:
    """Whatever is wrong with a stranger's files becomes a sentence."""
    from arena.backends.local.transformers.library import _sentence

    try:
        yield
    except Exception as error:
        raise LoadError(f"{what}: {_sentence(error)}") from error


if __name__ == "__main__":
    main()
