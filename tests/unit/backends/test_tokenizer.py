"""Tokenizers from folders: their bytes, special tokens, beginnings and ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers

from arena.backends.tokenizer import FolderTokenizer
from benchmarks.support.model_folder import BOS, END, tokenizer, write_folder


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> FolderTokenizer:
    return FolderTokenizer.from_folder(write_folder(tmp_path_factory.mktemp("folder")))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_the_pieces_spell_the_text(plain: FolderTokenizer, text: str) -> None:
    tokens = plain.tokenize(text, specials=False)
    assert b"".join(plain.vocabulary.pieces[token] for token in tokens) == text.encode()


def test_every_byte_has_its_token(plain: FolderTokenizer) -> None:
    assert {bytes([byte]) for byte in range(256)} <= set(plain.vocabulary.pieces)


def test_words_are_one_token(plain: FolderTokenizer) -> None:
    assert [plain.vocabulary.pieces[token] for token in plain.tokenize("rock paper", False)] == [b"rock", b" paper"]


def test_special_tokens_only_where_they_are_wanted(plain: FolderTokenizer) -> None:
    text = f"say {END}"
    end = plain.vocabulary.specials[END]
    assert plain.tokenize(text, specials=True)[-1] == end
    assert end not in plain.tokenize(text, specials=False)
    assert plain.vocabulary.text(plain.tokenize(text, specials=True)) == text


@pytest.mark.parametrize("bos", [True, False])
def test_a_beginning_only_if_the_tokenizer_puts_one(tmp_path: Path, bos: bool) -> None:
    found = FolderTokenizer.from_folder(write_folder(tmp_path, tokenizer(bos)))
    assert found.vocabulary.bos == (found.vocabulary.specials[BOS] if bos else None)
    assert found.tokenize("a", specials=True) == found.tokenize("a", specials=False)  # without BOS in any case


@pytest.mark.parametrize("adds", [True, False])
@pytest.mark.parametrize("bos", [True, False])
def test_the_configuration_has_the_last_word_on_the_beginning(tmp_path: Path, bos: bool, adds: bool) -> None:
    config = {"bos_token": {"content": BOS}, "add_bos_token": adds}
    found = FolderTokenizer.from_folder(write_folder(tmp_path, tokenizer(bos), tokenizer_config=config))
    assert found.vocabulary.bos == (found.vocabulary.specials[BOS] if adds else None)


def test_ends_from_all_the_places_that_name_them(tmp_path: Path) -> None:
    """By its known name, by the tokenizer's configuration, and by those of the model and its generation."""
    named = FolderTokenizer.from_folder(write_folder(tmp_path / "a"))
    assert named.vocabulary.ends == {named.vocabulary.specials[END]}
    by_token = FolderTokenizer.from_folder(write_folder(tmp_path / "b", tokenizer_config={"eos_token": BOS}))
    assert by_token.vocabulary.ends == set(named.vocabulary.specials.values())
    by_dict = FolderTokenizer.from_folder(
        write_folder(tmp_path / "c", tokenizer_config={"eos_token": {"content": BOS}})
    )
    assert by_dict.vocabulary.ends == by_token.vocabulary.ends
    by_model = FolderTokenizer.from_folder(write_folder(tmp_path / "d", config={"eos_token_id": 5}))
    assert 5 in by_model.vocabulary.ends
    over = {"config": {"eos_token_id": 5}, "generation_config": {"eos_token_id": [6, 7]}}
    by_generation = FolderTokenizer.from_folder(write_folder(tmp_path / "e", **over))
    assert {6, 7} <= by_generation.vocabulary.ends and 5 not in by_generation.vocabulary.ends


def test_a_padded_output_has_tokens_without_text(tmp_path: Path) -> None:
    found = FolderTokenizer.from_folder(write_folder(tmp_path, config={"vocab_size": 1000}))
    assert len(found.vocabulary.pieces) == 1000 and found.vocabulary.pieces[999] == b""


def test_a_chat_template_from_its_own_file_wins(tmp_path: Path) -> None:
    write_folder(tmp_path, tokenizer_config={"chat_template": "old"})
    assert FolderTokenizer.from_folder(tmp_path).vocabulary.chat_template == "old"
    (tmp_path / "chat_template.jinja").write_text("new")
    assert FolderTokenizer.from_folder(tmp_path).vocabulary.chat_template == "new"


SEVERAL = [{"name": "tool_use", "template": "tools"}, {"name": "default", "template": "one"}]


@pytest.mark.parametrize("template", ["one", SEVERAL, {"default": "one", "rag": "documents"}])
@pytest.mark.parametrize("file", ["tokenizer_config", "chat_template"])
def test_of_several_chat_templates_the_default(tmp_path: Path, file: str, template: object) -> None:
    found = FolderTokenizer.from_folder(write_folder(tmp_path, **{file: {"chat_template": template}}))
    assert found.vocabulary.chat_template == "one"


@pytest.mark.parametrize(
    "template", [SEVERAL[:1], {"rag": "documents"}, [], {}, None, 3, [3], [{"name": [1]}], {"default": None}]
)
def test_no_chat_template_that_serves(tmp_path: Path, template: object) -> None:
    found = FolderTokenizer.from_folder(write_folder(tmp_path, tokenizer_config={"chat_template": template}))
    assert found.vocabulary.chat_template is None


def test_a_vocabulary_with_bytes_to_fall_back_on(tmp_path: Path) -> None:
    """As Llama 2's and Gemma's: a lower line for a space, <0x0A> for a byte."""
    names = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", "r", "o", "▁r", "▁ro"]
    merges = [("▁", "r"), ("▁r", "o")]
    made = Tokenizer(
        models.BPE({name: index for index, name in enumerate(names)}, merges, unk_token="<unk>", byte_fallback=True)
    )
    made.normalizer = normalizers.Replace(" ", "▁")
    made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    found = FolderTokenizer.from_folder(write_folder(tmp_path, made))
    tokens = found.tokenize(" ro\né", specials=False)
    assert [found.vocabulary.pieces[token] for token in tokens] == [b" ro", b"\n", b"\xc3", b"\xa9"]


def test_a_folder_without_a_tokenizer(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"tokenizer\.json"):
        FolderTokenizer.from_folder(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ValueError, match="doesn't describe a tokenizer"):
        FolderTokenizer.from_folder(tmp_path)


@pytest.mark.parametrize("size", [2**40, "many", [1]])
def test_a_vocabulary_has_a_size_that_can_be(tmp_path: Path, size: object) -> None:
    folder = write_folder(tmp_path / "tiny", config={"vocab_size": size})
    with pytest.raises((ValueError, TypeError)):
        FolderTokenizer.from_folder(folder)
