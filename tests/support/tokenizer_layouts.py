"""The layouts of public tokenizers, by the names of models that have them."""

from __future__ import annotations

from typing import Any

from tests.support.tokenizers import (
    FALLBACK,
    LEGACY,
    LLAMA3,
    NFC,
    QWEN,
    SPACES,
    Json,
    Layout,
    added,
    byte_level,
    digits,
    metaspace,
    sequence,
    split,
    word,
)

_TURNS = "{% for message in messages %}{{ TURN }}{% endfor %}{% if add_generation_prompt %}{{ ANSWER }}{% endif %}"


def turns(turn: str, answer: str, before: str = "") -> str:
    """A template of the usual shape; `turn` and `answer` are Jinja expressions."""
    return before + _TURNS.replace("TURN", turn).replace("ANSWER", answer)


CHATML = turns(
    "'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'", "'<|im_start|>assistant\n'"
)
INST = turns("'[INST] ' + message['content'] + ' [/INST]'", "''", "{{ bos_token }}")
INST_TIGHT = turns("'[INST] ' + message['content'] + '[/INST]'", "''", "{{ bos_token }}")
ZEPHYR = turns("'<|' + message['role'] + '|>\n' + message['content'] + eos_token + '\n'", "'<|assistant|>\n'")
HEADERS = turns(
    "'<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>'",
    "'<|start_header_id|>assistant<|end_header_id|>\n\n'",
    "{{ bos_token }}",
)
GEMMA = turns(
    "'<start_of_turn>' + message['role'] + '\n' + message['content'] | trim + '<end_of_turn>\n'",
    "'<start_of_turn>model\n'",
    "{{ bos_token }}",
)
PLAIN = turns("message['role'] + ': ' + message['content'] + '\n'", "'assistant:'")


def named(bos: str | None = None, eos: str | None = None, **more: Any) -> Json:
    return {"bos_token": bos, "eos_token": eos} | more


S = (added("<unk>"), added("<s>"), added("</s>"))
IM = (added("<|endoftext|>"), added("<|im_start|>"), added("<|im_end|>"))
SPACE_RUNS = tuple(word(" " * count, normalized=True) for count in (2, 3, 4))
_LLAMA = {"model": "pieces", "decoder": FALLBACK, "begins": ("<s>",), "config": named("<s>", "</s>")}
_OLD_LLAMA = _LLAMA | {"normalizer": LEGACY, "added": S}
_BYTES = {"model": "bytes", "pre_tokenizer": byte_level()}
_NEOX = _BYTES | {"normalizer": NFC}
_SPLIT = {"model": "bytes", "pre_tokenizer": sequence(split(LLAMA3), byte_level(False))}
_DIGITS = {"model": "bytes", "pre_tokenizer": sequence(digits(), byte_level())}
_XLMR = (added("<s>"), added("<pad>"), added("</s>"), added("<unk>"), added("<mask>", lstrip=True))
_PHI3 = tuple(added(name, rstrip=True) for name in ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>"))
_GEMMA = (added("<pad>"), added("<eos>"), added("<bos>"), added("<unk>"))
_GEMMA_WORDS = (word("\n\n"), word("▁▁"), word("<table>"), word("</b>"))
_HEADERS = tuple(added(f"<|{name}|>") for name in ("begin_of_text", "start_header_id", "end_header_id", "eot_id"))
_DEEPSEEK = (
    added("<｜begin▁of▁sentence｜>"),
    added("<｜end▁of▁sentence｜>"),
    word("<｜User｜>"),
    word("<｜Assistant｜>"),
)
_COMMAND = tuple(word(f"<|{name}_TOKEN|>") for name in ("START_OF_TURN", "END_OF_TURN", "USER", "CHATBOT"))
_GLM = tuple(added(name) for name in ("<|endoftext|>", "[gMASK]", "<sop>", "<|user|>", "<|assistant|>"))
_GRANITE = tuple(added(f"<|{name}|>") for name in ("end_of_text", "start_of_role", "end_of_role"))
_CLIP = tuple(added(f"<|{name}oftext|>", normalized=True) for name in ("start", "end"))
_BERT = tuple(added(f"[{name}]") for name in ("PAD", "UNK", "CLS", "SEP", "MASK"))
_FALCON = (added(">>TITLE<<"), added(">>QUESTION<<"), added("<|endoftext|>"))

LAYOUTS: dict[str, Layout] = {
    "gpt2": Layout(**_BYTES, template=PLAIN, added=IM[:1], config=named("<|endoftext|>", "<|endoftext|>")),
    "phi-2": Layout(**_BYTES, template=PLAIN, added=(IM[0], *SPACE_RUNS), inside=False),
    "opt": Layout(
        **_BYTES,
        template=PLAIN,
        added=(added("</s>", normalized=True), added("<pad>", normalized=True)),
        begins=("</s>",),
        config=named("</s>", "</s>"),
    ),
    "pythia": Layout(**_NEOX, template=CHATML, added=(*IM, *SPACE_RUNS), inside=False),
    "mpt": Layout(**_NEOX, template=CHATML, added=(*IM, *SPACE_RUNS), inside=False),
    "stablelm": Layout(**_NEOX, template=ZEPHYR.replace("eos_token", "'<|endoftext|>'"), added=IM),
    "olmo": Layout(
        **_NEOX,
        template=ZEPHYR,
        added=(word("|||IP_ADDRESS|||"), *SPACE_RUNS, IM[0]),
        inside=False,
        config=named(None, "<|endoftext|>"),
    ),
    "llama-3": Layout(
        **_SPLIT,
        template=HEADERS,
        added=_HEADERS,
        inside=False,
        begins=("<|begin_of_text|>",),
        config=named("<|begin_of_text|>", "<|eot_id|>"),
        options={"ignore_merges": True},
    ),
    "qwen2": Layout(
        "bytes",
        CHATML,
        (*IM, word("<tool_call>"), word("</tool_call>")),
        NFC,
        sequence(split(QWEN), byte_level(False)),
        inside=False,
        config=named(None, "<|im_end|>"),
    ),
    "starcoder": Layout(**_DIGITS, template=PLAIN, added=(IM[0], added("<fim_prefix>")), inside=True),
    "smollm": Layout(**_DIGITS, template=CHATML, added=IM, config=named("<|im_start|>", "<|im_end|>")),
    "granite": Layout(
        **_DIGITS,
        added=_GRANITE,
        config=named("<|end_of_text|>", "<|end_of_text|>"),
        template=turns(
            "'<|start_of_role|>' + message['role'] + '<|end_of_role|>' + message['content'] + '<|end_of_text|>\n'",
            "'<|start_of_role|>assistant<|end_of_role|>'",
        ),
    ),
    "command-r": Layout(
        "bytes",
        added=(added("<BOS_TOKEN>"), *_COMMAND),
        normalizer=NFC,
        pre_tokenizer=sequence(digits(), byte_level()),
        begins=("<BOS_TOKEN>",),
        config=named("<BOS_TOKEN>", "<|END_OF_TURN_TOKEN|>"),
        template=[
            {
                "name": "default",
                "template": turns(
                    "'<|START_OF_TURN_TOKEN|><|USER_TOKEN|>' + message['content'] + '<|END_OF_TURN_TOKEN|>'",
                    "'<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>'",
                    "{{ bos_token }}",
                ),
            },
            {"name": "tool_use", "template": "tools: {{ tools }}"},
        ],
    ),
    "bloom": Layout(
        "bytes",
        PLAIN,
        (*S, added("<pad>")),
        pre_tokenizer=sequence(split(r" ?[^(\s|[.,!?…。，、।۔،])]+"), byte_level(False)),
        config=named("<s>", "</s>"),
    ),
    "falcon": Layout(
        "bytes",
        PLAIN,
        _FALCON,
        config=named(None, "<|endoftext|>"),
        pre_tokenizer=sequence(
            {"type": "Punctuation", "behavior": "Contiguous"}, byte_level(), digits(False), split("[0-9][0-9][0-9]")
        ),
    ),
    "deepseek-v3": Layout(
        "bytes",
        added=_DEEPSEEK,
        inside=False,
        begins=("<｜begin▁of▁sentence｜>",),
        pre_tokenizer=sequence(split(r"\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"), split(LLAMA3), byte_level(False)),
        config=named("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", add_bos_token=True),
        template=turns("'<｜User｜>' + message['content']", "'<｜Assistant｜>'", "{{ bos_token }}"),
    ),
    "glm-4": Layout(
        **_SPLIT,
        added=_GLM,
        inside=False,
        begins=("[gMASK]", "<sop>"),
        options={"ignore_merges": True},
        template=turns("'<|' + message['role'] + '|>\n' + message['content']", "'<|assistant|>'", "[gMASK]<sop>"),
    ),
    "mistral-nemo": Layout(
        **_SPLIT,
        added=(*S, added("[INST]"), added("[/INST]")),
        begins=("<s>",),
        template=INST_TIGHT.replace(" '", "'"),
        config=named("<s>", "</s>"),
        options={"ignore_merges": True},
    ),
    "nemotron": Layout(
        **_SPLIT,
        added=(*S, added("<extra_id_0>"), added("<extra_id_1>")),
        config=named("<s>", "</s>"),
        template=turns("'<extra_id_1>User\n' + message['content'] + '\n'", "'<extra_id_1>Assistant\n'"),
    ),
    "llama-2": Layout(**_OLD_LLAMA, template=INST),
    "tinyllama": Layout(**_OLD_LLAMA, template=ZEPHYR),
    "zephyr": Layout(**_OLD_LLAMA, template=ZEPHYR),
    "vicuna": Layout(
        **_OLD_LLAMA, template=turns("'USER: ' + message['content'] + ' '", "'ASSISTANT:'", "{{ bos_token }}")
    ),
    "solar": Layout(**_OLD_LLAMA, template=turns("'### User:\n' + message['content'] + '\n\n'", "'### Assistant:\n'")),
    "mistral-v1": Layout(**_OLD_LLAMA, template=INST),
    "mistral-v3": Layout(
        **_LLAMA, template=INST_TIGHT, added=(*S, added("[INST]"), added("[/INST]")), pre_tokenizer=metaspace("first")
    ),
    "internlm2": Layout(
        **_LLAMA, template="{{ bos_token }}" + CHATML, added=(*S, *IM[1:]), normalizer=LEGACY, inside=False
    ),
    "jamba": Layout(
        **_LLAMA | {"begins": ("<|startoftext|>",), "config": named("<|startoftext|>", "<|endoftext|>")},
        added=(added("<|startoftext|>"), added("<|endoftext|>"), added("<|bom|>"), added("<|eom|>")),
        pre_tokenizer=metaspace("first"),
        template=turns(
            "'<|bom|><|' + message['role'] + '|> ' + message['content'] + '<|eom|>'",
            "'<|bom|><|assistant|>'",
            "{{ bos_token }}",
        ),
    ),
    "phi-3": Layout(
        **_LLAMA | {"begins": (), "config": named("<s>", "<|endoftext|>", add_bos_token=False)},
        normalizer=LEGACY,
        added=(*S[:2], word("</s>", rstrip=True), IM[0], *_PHI3),
        inside=False,
        template=turns("'<|' + message['role'] + '|>\n' + message['content'] + '<|end|>\n'", "'<|assistant|>\n'"),
    ),
    "phi-3-first": Layout(
        **_LLAMA,
        pre_tokenizer=metaspace("first"),
        added=(*S[:2], word("</s>", rstrip=True), *_PHI3),
        inside=False,
        template=turns("'<|' + message['role'] + '|> ' + message['content'] + ' <|end|> '", "'<|assistant|> '"),
    ),
    "yi": Layout(
        **_LLAMA | {"begins": (), "config": named("<|startoftext|>", "<|im_end|>", add_bos_token=False)},
        normalizer=SPACES,
        added=(added("<unk>"), added("<|startoftext|>"), *IM),
        template=CHATML,
    ),
    "gemma": Layout(
        "pieces",
        GEMMA,
        (*_GEMMA, *_GEMMA_WORDS, word("<start_of_turn>"), word("<end_of_turn>")),
        SPACES,
        decoder=FALLBACK,
        begins=("<bos>",),
        config=named("<bos>", "<eos>"),
    ),
    "gemma-3": Layout(
        "pieces",
        GEMMA,
        (*_GEMMA, *_GEMMA_WORDS, added("<start_of_turn>"), added("<end_of_turn>")),
        SPACES,
        {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False},
        FALLBACK,
        ("<bos>",),
        config=named("<bos>", "<eos>"),
    ),
    "persimmon": Layout(
        "unigram",
        PLAIN,
        (added("<unk>"), added("|ENDOFTEXT|")),
        normalizer=LEGACY,
        config=named("|ENDOFTEXT|", "|ENDOFTEXT|"),
    ),
    "t5": Layout(
        "unigram",
        PLAIN,
        (added("<pad>"), S[2], S[0], added("<extra_id_0>", lstrip=True, rstrip=True)),
        pre_tokenizer=sequence({"type": "WhitespaceSplit"}, metaspace("always", True)),
        closes=("</s>",),
        config=named(None, "</s>"),
    ),
    "xlm-r": Layout(
        "unigram",
        turns("message['content'] + ' <mask> '", "'<mask>'"),
        _XLMR,
        pre_tokenizer=metaspace("always", True),
        begins=("<s>",),
        closes=("</s>",),
        config=named("<s>", "</s>"),
    ),
    "bert": Layout(
        "words",
        turns("message['content'] + '[SEP]'", "''"),
        _BERT,
        {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": None,
            "lowercase": True,
        },
        {"type": "BertPreTokenizer"},
        begins=("[CLS]",),
        closes=("[SEP]",),
    ),
    "clip": Layout(
        "bytes",
        PLAIN,
        _CLIP,
        sequence(
            NFC,
            {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "},
            {"type": "Lowercase"},
            of="normalizers",
        ),
        sequence(split(r"'s|'t|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", "Removed", True), byte_level()),
        begins=("<|startoftext|>",),
        closes=("<|endoftext|>",),
        config=named("<|startoftext|>", "<|endoftext|>"),
    ),
}
