"""Texts that are generated, alone and about images."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
import transformers
from PIL import Image

import yaie
from tests.loading.answering.conftest import Made, asked
from yaie.loading.answering.given import Given
from yaie.loading.answering.prompt import fed

PROMPT = "where does it sleep"


def test_a_prompt_goes_on(made: Made) -> None:
    folder = made("llama")
    words = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    ids = words(PROMPT, return_tensors="pt")["input_ids"]
    output = model.generate(ids, max_new_tokens=6)
    expected = words.decode(output[0], skip_special_tokens=True)
    assert asked(folder, prompt=PROMPT, max_new_tokens=6)["answer"] == expected


def test_an_encoder_and_decoder_answer_with_what_the_decoder_wrote(made: Made) -> None:
    folder = made("bart")
    words = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder)
    read = words(PROMPT, return_tensors="pt")
    ids = model.generate(read["input_ids"], max_new_tokens=6)
    expected = words.decode(ids[0], skip_special_tokens=True)
    assert asked(folder, prompt=PROMPT, max_new_tokens=6)["answer"] == expected


def test_a_model_is_asked_about_an_image(made: Made, image: Path) -> None:
    folder = made("llava")
    content = [
        {"type": "image", "image": Image.open(image)},
        {"type": "text", "text": PROMPT},
    ]
    pipe = transformers.pipeline("image-text-to-text", model=str(folder), device="cpu")
    (said,) = pipe(text=[{"role": "user", "content": content}], max_new_tokens=6)
    expected = said["generated_text"][-1]["content"].strip()
    assert asked(folder, prompt=PROMPT, images=[image], max_new_tokens=6)["answer"] == expected


def test_a_model_that_sees_answers_without_an_image_too(made: Made, image: Path) -> None:
    folder = made("llava")
    alone = asked(folder, prompt=PROMPT, max_new_tokens=6)["answer"]
    assert alone
    assert alone != asked(folder, prompt=PROMPT, images=[image], max_new_tokens=6)["answer"]


def without_template(folder: Path, place: Path) -> Path:
    """A copy of a checkpoint whose processor knows no conversation."""
    copy = Path(shutil.copytree(folder, place))
    (copy / "chat_template.jinja").unlink()
    return copy


def test_without_a_template_an_image_stands_before_the_prompt(
    made: Made, image: Path, tmp_path: Path
) -> None:
    """Handed on as it is, by transformers' pipeline too, the prompt is refused by the processor."""
    folder = without_template(made("llava"), tmp_path / "llava")
    pipe = transformers.pipeline("image-text-to-text", model=str(folder), device="cpu")
    with pytest.raises(ValueError, match="Found total 0 <image> tokens and 1 images"):
        pipe(images=[Image.open(image)], text=PROMPT)
    (said,) = pipe(
        images=[Image.open(image)],
        text=f"<image>\n{PROMPT}",
        max_new_tokens=6,
        return_full_text=False,
    )
    answer = asked(folder, prompt=PROMPT, images=[image], max_new_tokens=6)["answer"]
    assert answer == said["generated_text"].strip()
    named = asked(folder, prompt=f"<image> {PROMPT}", images=[image], max_new_tokens=6)
    assert named["answer"] == answer


def test_a_template_of_the_tokenizer_alone_leaves_no_image_out(
    made: Made, image: Path, other_image: Path, tmp_path: Path
) -> None:
    folder = without_template(made("llava"), tmp_path / "llava")
    processor = transformers.AutoProcessor.from_pretrained(folder)
    tokenizer = processor.tokenizer
    tokenizer.chat_template = "{% for m in messages %}USER {{ m['content'] }}{% endfor %}"
    read = fed(processor, Given(prompt=PROMPT, images=(image, other_image)))
    words = tokenizer.decode(read["input_ids"][0]).split()
    assert words == ["USER", *["<image>"] * 32, *PROMPT.split()]
    assert len(read["pixel_values"]) == 2


def test_sampling_begins_at_the_same_place_and_leaves_the_process_its_own(made: Made) -> None:
    loaded = yaie.load(f"model={made('llama')}")
    loaded.model.generation_config.do_sample = True
    torch.manual_seed(5)
    first = loaded.answer(PROMPT).text
    assert loaded.answer(PROMPT).text == first
    after = torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(after, torch.rand(1))


def test_a_model_in_training_answers_without_dropout_and_trains_on(made: Made) -> None:
    words = (f"model={made('bert', 'ForMaskedLM')}", "weights.mode=train")
    loaded = yaie.load(*words)
    first = loaded.answer(texts=["a [MASK] sleeps"])
    assert loaded.answer(texts=["a [MASK] sleeps"]) == first
    assert all(module.training for module in loaded.model.modules())
