"""Small random checkpoints of models that read texts, and what others are made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

LABELS = {0: "animal", 1: "plant", 2: "stone"}
SIZES = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
}
EYE = {**SIZES, "image_size": 32, "patch_size": 8}
WORDS = ["a", "cat", "sleeps", "on", "the", "mat", "where", "does", "it", "sleep", "dog", "tree"]
_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def tokenizer(*extra: str, **settings: Any) -> Any:
    """A tokenizer of whole words that marks texts and pairs of them as BERT's does."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: number for number, word in enumerate([*_SPECIAL, *extra, *WORDS])}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    names = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
    special = dict(zip(names, _SPECIAL, strict=True))
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        eos_token="[SEP]",
        additional_special_tokens=list(extra),
        **special,
        **settings,
    )


def save(folder: Path, model: Any, processor: Any) -> None:
    model.eval().save_pretrained(folder)
    processor.save_pretrained(folder)


def layers(width: int) -> dict[str, int]:
    """Sizes of an encoder and a decoder."""
    sizes = {"layers": 1, "attention_heads": 2, "ffn_dim": 2 * width}
    return {f"{side}_{name}": n for side in ("encoder", "decoder") for name, n in sizes.items()}


def bert(head: str, **config: Any) -> Callable[[Path], None]:
    """BERT under a head."""

    def write(folder: Path) -> None:
        import transformers

        words = tokenizer()
        said = transformers.BertConfig(**SIZES, vocab_size=len(words), **config)
        save(folder, getattr(transformers, f"Bert{head}")(said), words)

    return write


def bart(folder: Path) -> None:
    from transformers import BartConfig, BartForConditionalGeneration

    words = tokenizer()
    config = BartConfig(
        d_model=32,
        vocab_size=len(words),
        pad_token_id=0,
        bos_token_id=2,
        eos_token_id=3,
        decoder_start_token_id=2,
        forced_eos_token_id=None,
        **layers(32),
    )
    save(folder, BartForConditionalGeneration(config), words)


def llama(folder: Path) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    words = tokenizer()
    save(
        folder,
        LlamaForCausalLM(
            LlamaConfig(
                **SIZES, vocab_size=len(words), pad_token_id=0, bos_token_id=2, eos_token_id=3
            )
        ),
        words,
    )
