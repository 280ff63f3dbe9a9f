"""What other tools call an option, and which override says the same here. Data."""

from __future__ import annotations

import re
from collections.abc import Iterable

from yaie.spec.task import task_name


def _words(override: str, words: str) -> dict[str, str]:
    return dict.fromkeys(words.split(), override)


DTYPES: dict[str, str] = (
    _words("float16", "fp16 half 16 f16 torch.float16 torch.half")
    | _words("bfloat16", "bf16 torch.bfloat16")
    | _words("float32", "fp32 float full single 32 f32 torch.float32 torch.float")
    | _words("float64", "fp64 double 64 f64 torch.float64 torch.double")
)
"""Other spellings of torch's dtypes."""

DEVICES: dict[str, str] = (
    _words("cuda", "gpu nvidia") | _words("mps", "metal apple") | _words("xpu", "intel")
)
"""Other words for torch's kinds of devices."""

_PRECISIONS = {"float16": "fp16", "bfloat16": "bf16", "float32": "fp32", "float64": "fp64"}
"""The option of group `precision` for each dtype."""

_TASKS = (
    _words("causal-lm", "AutoModelWithLMHead text-generation generation lm chat causal clm")
    | _words("base", "AutoModel feature-extraction embedding embeddings encoder")
    | _words(
        "image-text-to-text", "AutoModelForVision2Seq vision2seq image-to-text vlm vision-language"
    )
    | _words("masked-lm", "fill-mask mlm masked")
    | _words("seq2seq-lm", "summarization translation text2text-generation seq2seq")
    | _words("sequence-classification", "text-classification sentiment-analysis classification")
    | _words("token-classification", "ner")
    | _words("speech-seq2seq", "automatic-speech-recognition asr")
    | _words("text-to-waveform", "text-to-audio text-to-speech tts")
    | _words("visual-question-answering", "vqa")
)

OTHER_WORDS: dict[str, dict[str, str]] = {
    "precision": {word: f"precision={_PRECISIONS[name]}" for word, name in DTYPES.items()}
    | {name: f"precision={option}" for name, option in _PRECISIONS.items()}
    | _words("quantization=bnb_8bit", "int8 8bit 8 fp8")
    | _words("quantization=bnb_4bit", "int4 4bit 4 nf4 fp4"),
    "device": {word: f"device={kind}" for word, kind in DEVICES.items()}
    | _words("weights=meta", "meta")
    | _words("device=balanced", "distributed multi_gpu multi-gpu"),
    "quantization": _words("quantization=bnb_8bit", "8bit 8-bit int8 8 load_in_8bit llm_int8 bnb8")
    | _words("quantization=bnb_4bit", "4bit 4-bit int4 4 load_in_4bit nf4 fp4 qlora bnb4")
    | _words("quantization=bnb_4bit", "bnb bitsandbytes bitsandbytes_4bit")
    | _words("quantization=auto_round", "auto-round autoround")
    | _words("quantization=compressed_tensors", "compressed-tensors llm-compressor llmcompressor")
    | _words("quantization=fbgemm_fp8", "fbgemm fbgemm-fp8")
    | _words("quantization=fp8", "float8 finegrained_fp8 fine-grained-fp8")
    | _words("quantization=quanto", "optimum-quanto optimum_quanto")
    | _words("quantization=torchao", "ao torch-ao")
    | _words("quantization=none", "no off false null"),
    "attention": _words(
        "attention=flash_attention_2",
        "flash flash_attn flash-attn flash_attention flash2 fa2 flash_attention2 flash_attn_2",
    )
    | _words("attention=flash_attention_3", "flash3 fa3 flash_attention3 flash_attn_3")
    | _words("attention=flex_attention", "flex")
    | _words("attention=eager", "math vanilla manual")
    | _words("attention=auto", "default null none"),
    "weights": _words("weights=random", "init scratch from_config new none")
    | _words("weights=meta", "empty structure")
    | _words("weights=pretrained", "checkpoint auto from_pretrained"),
    "processor": _words("processor=auto", "tokenizer image_processor feature_extractor true")
    | _words("processor=none", "no off false null"),
    "task": {word: f"task={task}" for word, task in _TASKS.items()},
    "model": {},
}


def other_word(group: str, word: str, options: Iterable[str]) -> str | None:
    """The override that says today and here what a word says elsewhere; None where unknown."""
    if known := OTHER_WORDS.get(group, {}).get(word):
        return known
    if group == "device" and re.fullmatch(r"\d+", word):
        return f"device=cuda:{word}"
    if group == "task" and word.startswith("AutoModel") and task_name(word) in options:
        return f"task={task_name(word)}"
    return None
