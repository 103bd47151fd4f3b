"""Formats: the special tokens round a request, and where the answer's opening goes (the paper's A.2).

A format turns a request into segments. Its own text is marked, as special tokens are recognised only there:
a request or a history that spells `<|im_end|>` is ordinary text. Formats of Arena's own never contain BOS; tokenising
adds it if the model's tokenizer does, unless a chat template has written it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from arena.errors import InputError

if TYPE_CHECKING:
    from arena.prompts.chat_template import ChatTemplate


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a prompt. `special` marks a format's own text, in which special tokens are recognised."""

    text: str
    special: bool = False


# What stands before and after the request, as the paper's appendix A.2 prints it, without <|begin_of_text|>.
_FIXED: Final = {
    "none": ("", ""),
    "tulu": ("<|user|>\n", "\n<|assistant|>\n"),
    "llama-instruct": (
        "<|start_header_id|>system<|end_header_id|>\n"
        "You are an expert at following human instructions.\n"
        "<|eot_id|><|start_header_id|>user<|end_header_id|>\n",
        "\n<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n",
    ),
}

CHAT_TEMPLATE: Final = "chat-template"
PAPERS: Final = ("tulu", "llama-instruct")  # what the paper wrapped its aligned models' requests in
FORMATS: Final = (*_FIXED, CHAT_TEMPLATE)


def render(format: str, request: str, infix: str, chat_template: ChatTemplate | None = None) -> tuple[Segment, ...]:
    """A request in a format, the answer opened by `infix`; segments without text are left out.

    `chat_template` is the model's own, for the format of that name. The prompt doesn't end in a space unless the infix
    or, without one, the request does. Raises InputError if the model has no chat template, or if it fails.
    """
    if format == CHAT_TEMPLATE:
        if chat_template is None:
            raise InputError("this model has no chat template: choose another --format")
        from arena.prompts.chat_template import around_request

        before, after = around_request(chat_template)
        after = after if infix else after.rstrip(" ")
    else:
        before, after = _FIXED[format]
    segments = (Segment(before, True), Segment(request), Segment(after, True), Segment(infix))
    return tuple(segment for segment in segments if segment.text)
