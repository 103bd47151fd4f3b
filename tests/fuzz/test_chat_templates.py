"""Chat templates from strangers, wordings' like: programs in Jinja that may do anything but end."""

from __future__ import annotations

import random

from tests.fuzz import nasty
from tests.fuzz.runner import COUNT, Ended, Runner, fuzz

_TEMPLATES = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}[INST] {{ m.content | trim }} [/INST]"
    "{% else %}{{ raise_exception('roles') }}{% endif %}{% endfor %}",
    "{%- set ns = namespace(found=false) -%}{%- macro one(m) -%}<|{{ m['role'] }}|>\n{{ m['content'] }}{{ eos_token }}"
    "{%- endmacro -%}{%- for m in messages -%}{{ one(m) }}{%- endfor -%}"
    "{{ '<|assistant|>\n' if add_generation_prompt }}",
)
_BOMBS = (
    *("{% set x = 10 ** 10 ** 9 %}", "{% for i in range(10 ** 9) %}x{% endfor %}", "{{ 'a' * 10 ** 10 }}"),
    "{% set ns = namespace(x='a') %}" + "{% set ns.x = ns.x + ns.x %}" * 40 + "{{ ns.x }}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    *(
        "{{ [1] * 10 ** 9 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ 'a'.ljust(10 ** 10) }}",
        "{{ messages | map('list') | list }}",
    ),
    *(
        "{{ ''.__class__.__mro__ }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{{ self }}",
        "{{ cycler }}",
    ),
    *(
        "{{ range(99999) | list | tojson | length }}",
        "{{ lipsum(n=1000000) }}",
        "{{ (1,) * 99999999 | sum }}",
        "{{ 9 | pprint }}",
    ),
    *(
        "{% raw %}",
        "{{",
        "{% if %}",
        "{#",
        "((" * 500,
        "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
        "{{ -" + "-" * 5000 + "1 }}",
    ),
)


def test_chat_templates(forge: Runner) -> None:
    def one(chance: random.Random) -> tuple[str, Ended]:
        forge.clean()
        template = chance.choice(_TEMPLATES)
        if chance.random() < 0.5:
            at = chance.randrange(len(template) + 1)
            template = (
                template[:at] + chance.choice((*_BOMBS, nasty.text(chance), nasty.hostile(chance))) + template[at:]
            )
        if chance.random() < 0.6:
            template = nasty.mutated_bytes(chance, template.encode("utf-8", "replace")).decode("utf-8", "replace")
        (forge.place / "template.jinja").write_text(template, encoding="utf-8", errors="replace")
        return template, forge.run([], target="tests.fuzz.targets:chat_template")

    fuzz("chat templates", one, COUNT)


def test_answers_through_the_parsers(forge: Runner) -> None:
    words = (
        "7",
        "10",
        "a",
        "b",
        "I",
        "sure:",
        "**3**",
        "1, 2, 3",
        "1 2 3 4 5 6 7 8 9 10",
        ",",
        "\n",
        ".",
        "-",
        "letter",
        "9" * 5000,
    )

    def one(chance: random.Random) -> tuple[str, Ended]:
        forge.clean()
        text = "".join(chance.choice((*words, nasty.text(chance), " ")) for _ in range(chance.randint(1, 30)))
        if chance.random() < 0.2:
            text = (text * 1000)[:100_000]  # far more than a thousand tokens, which is the longest answer
        (forge.place / "answer.txt").write_text(text, encoding="utf-8", errors="replace")
        return text, forge.run([], target="tests.fuzz.targets:parsers")

    fuzz("answers", one, COUNT)
