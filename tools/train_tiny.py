"""Make `tiny`, the one-million-parameter Llama that ships inside yaie, out of the King James Bible.

The text is in the public domain and comes with Debian (package bible-kjv-text):

    apt-get update && apt-get install -y bible-kjv
    bible -f Gen1:1-Rev22:21 > kjv.txt
    python tools/train_tiny.py kjv.txt --out yaie/tiny

Writes the model in bf16, its tokenizer, the held-out chapters and the words of the training text;
prints the measurements of what was written, as JSON. Takes about 20 minutes of one CPU core, and
gives the same weights again on the same kind of machine, with the same versions.
"""

import argparse
import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    get_cosine_schedule_with_warmup,
)

CONTEXT = 256
HELD_OUT = ("Psa103", "Ruth2")
SPECIAL_TOKENS = PAD, BOS, EOS = ("<pad>", "<s>", "</s>")
PROMPTS = (
    "In the beginning",
    "And the LORD said",
    "Blessed is the man",
    "The king",
    "Now it came to pass",
    "My son,",
    "Jesus answered",
    "the children of Israel",
)

Chapters = dict[str, list[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """What the training run depends on besides the text."""

    seed: int = 0
    threads: int = 1
    """One keeps its pace on a busy machine, where two wait for each other."""
    steps: int = 3200
    warmup: int = 100
    batch: int = 8
    """Rows of `CONTEXT` tokens in one step."""
    learning_rate: float = 6e-3
    weight_decay: float = 0.1
    vocabulary: int = 1024


@dataclass(frozen=True, slots=True)
class Corpus:
    """Token ids of the training text, and the places where a verse begins."""

    tokens: torch.Tensor
    verse_starts: torch.Tensor


def read_chapters(text: str) -> Chapters:
    """Verses by chapter, of lines like `Ge1:1 In the beginning …`."""
    chapters: Chapters = {}
    for chapter, verse in re.findall(r"^(\w+):\d+ (.+)$", text, flags=re.MULTILINE):
        chapters.setdefault(chapter, []).append(" ".join(verse.split()))
    if missing := [name for name in HELD_OUT if name not in chapters]:
        raise SystemExit(f"no {' and no '.join(missing)} in the text: is it of `bible -f`?")
    return chapters


def words(text: str) -> list[str]:
    """Runs of letters and apostrophes, lower-cased."""
    return re.findall(r"[a-z']+", text.lower())


def train_tokenizer(verses: Sequence[str], size: int) -> PreTrainedTokenizerFast:
    """Byte-level BPE: every text comes back from its ids, to the letter."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    bpe.train_from_iterator(verses, byte_level_trainer(size))
    bpe.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", special_tokens=[(BOS, bpe.token_to_id(BOS))]
    )
    return as_pretrained(bpe)


def byte_level_trainer(size: int) -> trainers.BpeTrainer:
    """A trainer whose alphabet holds all 256 bytes."""
    return trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )


def as_pretrained(bpe: Tokenizer) -> PreTrainedTokenizerFast:
    """The tokenizer as transformers saves it; Llama takes no `token_type_ids`."""
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token=BOS,
        eos_token=EOS,
        pad_token=PAD,
        padding_side="left",
        model_max_length=CONTEXT,
        model_input_names=["input_ids", "attention_mask"],
        clean_up_tokenization_spaces=False,
    )


def encode(chapters: Chapters, tokenizer: PreTrainedTokenizerFast) -> Corpus:
    """Chapters end with EOS and BOS, verses with a newline."""
    newline = tokenizer.encode("\n", add_special_tokens=False)
    boundary = [tokenizer.eos_token_id, tokenizer.bos_token_id]
    tokens: list[int] = []
    starts: list[int] = []
    for verses in chapters.values():
        for verse in verses:
            starts.append(len(tokens))
            tokens += tokenizer.encode(verse, add_special_tokens=False) + newline
        tokens[-len(newline) :] = boundary
    return Corpus(torch.tensor(tokens), torch.tensor(starts))


def batches(corpus: Corpus, recipe: Recipe, bos: int) -> Iterator[torch.Tensor]:
    """Endless rows, shape (batch, CONTEXT): BOS, then the text from the start of some verse."""
    last = len(corpus.tokens) - CONTEXT
    starts = corpus.verse_starts[corpus.verse_starts < last]
    offsets = torch.arange(CONTEXT - 1)
    first = torch.full((recipe.batch, 1), bos)
    while True:
        chosen = starts[torch.randint(len(starts), (recipe.batch, 1))]
        yield torch.cat([first, corpus.tokens[chosen + offsets]], dim=1)


def architecture(tokenizer: PreTrainedTokenizerFast) -> LlamaConfig:
    """Four layers of width 128, four heads over two key-value heads, tied embeddings."""
    return LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=448,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


def train(model: LlamaForCausalLM, rows: Iterator[torch.Tensor], recipe: Recipe) -> None:
    """AdamW under a cosine schedule, in fp32, with gradients clipped at 1."""
    optimizer = torch.optim.AdamW(
        model.parameters(),
        lr=recipe.learning_rate,
        betas=(0.9, 0.95),
        weight_decay=recipe.weight_decay,
    )
    schedule = get_cosine_schedule_with_warmup(optimizer, recipe.warmup, recipe.steps)
    for step in range(1, recipe.steps + 1):
        batch = next(rows)
        loss = model(input_ids=batch, labels=batch, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        if step % 100 == 0:
            print(f"step {step}/{recipe.steps}: loss {loss.item():.3f}", flush=True)


def generation_defaults(tokenizer: PreTrainedTokenizerFast) -> GenerationConfig:
    """Greedy, so that a prompt always has the same answer; the penalty keeps it from looping."""
    return GenerationConfig(
        max_new_tokens=40,
        do_sample=False,
        repetition_penalty=1.2,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


def save(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, out: Path) -> None:
    """The model in bf16, its generation defaults and its tokenizer."""
    model.generation_config = generation_defaults(tokenizer)
    model.to(torch.bfloat16).save_pretrained(out)
    tokenizer.save_pretrained(out)
    # safetensors writes files that only their owner can read, and a wheel keeps the mode.
    (out / "model.safetensors").chmod(0o644)


def load(out: Path) -> tuple[LlamaForCausalLM, PreTrainedTokenizerFast]:
    """The model and the tokenizer as a user gets them."""
    return AutoModelForCausalLM.from_pretrained(out), AutoTokenizer.from_pretrained(out)


def full_windows(text: str, tokenizer: PreTrainedTokenizerFast) -> torch.Tensor:
    """Ids of shape (windows, CONTEXT), each from BOS on; the rest after the last one is dropped."""
    windows = tokenizer(
        text, truncation=True, max_length=CONTEXT, return_overflowing_tokens=True
    ).input_ids
    return torch.tensor([window for window in windows if len(window) == CONTEXT])


def mean_loss(model: LlamaForCausalLM, windows: torch.Tensor) -> float:
    """Nats a token."""
    with torch.no_grad():
        return float(model(input_ids=windows, labels=windows).loss)


def known_share(out: Path, generation: GenerationConfig) -> float:
    """Share of the generated words that stand in words.txt, but for the last, which may be cut."""
    model, tokenizer = load(out)
    known = set((out / "words.txt").read_text().split())
    inputs = tokenizer(list(PROMPTS), return_tensors="pt", padding=True)
    torch.manual_seed(0)
    ids = model.generate(**inputs, generation_config=generation)[:, inputs.input_ids.shape[1] :]
    texts = tokenizer.batch_decode(ids, skip_special_tokens=True)
    said = [word for text in texts for word in words(text)[:-1]]
    return sum(word in known for word in said) / len(said)


def measure(out: Path) -> dict[str, float]:
    """The figures of the model card, of the files as written."""
    model, tokenizer = load(out)
    windows = full_windows((out / "heldout.txt").read_text(), tokenizer)
    torch.manual_seed(0)
    random = LlamaForCausalLM(model.config).to(torch.bfloat16)
    length = {"max_new_tokens": 200, "repetition_penalty": 1.0}
    greedy = GenerationConfig(**length, do_sample=False)
    sampled = GenerationConfig(**length, do_sample=True, temperature=0.7, top_k=0)
    return {
        "parameters": model.num_parameters(),
        "bytes": sum(file.stat().st_size for file in out.iterdir()),
        "held_out_tokens": windows.numel(),
        "held_out_loss": mean_loss(model, windows),
        "held_out_loss_of_random_weights": mean_loss(random, windows),
        "known_words_by_default": known_share(out, model.generation_config),
        "known_words_greedy": known_share(out, greedy),
        "known_words_sampled": known_share(out, sampled),
    }


def make(text: str, out: Path, recipe: Recipe) -> None:
    """Write the whole folder `out`, all but its README.md."""
    chapters = read_chapters(text)
    held_out = [verse for name in HELD_OUT for verse in chapters.pop(name)]
    verses = [verse for chapter in chapters.values() for verse in chapter]
    out.mkdir(parents=True, exist_ok=True)
    (out / "heldout.txt").write_text("\n".join(held_out))
    (out / "words.txt").write_text("\n".join(sorted(set(words(" ".join(verses))))) + "\n")
    tokenizer = train_tokenizer(verses, recipe.vocabulary)
    model = LlamaForCausalLM(architecture(tokenizer))
    corpus = encode(chapters, tokenizer)
    print(f"{len(verses)} verses, {len(corpus.tokens)} tokens", flush=True)
    train(model, batches(corpus, recipe, tokenizer.bos_token_id), recipe)
    save(model, tokenizer, out)


def main() -> None:
    """Read the command line, make the folder, print the measurements."""
    parser = argparse.ArgumentParser(description="Make the model `tiny` out of the KJV.")
    parser.add_argument("text", type=Path, help="what `bible -f Gen1:1-Rev22:21` prints")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    arguments = parser.parse_args()
    recipe = Recipe()
    torch.set_num_threads(recipe.threads)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(recipe.seed)
    start = time.monotonic()
    make(arguments.text.read_text(), arguments.out, recipe)
    seconds = round(time.monotonic() - start)
    print(json.dumps({"seconds": seconds, **measure(arguments.out)}, indent=2))


if __name__ == "__main__":
    main()
