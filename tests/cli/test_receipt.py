"""The receipt as people read it."""

import io
from typing import Any

from yaie.cli.receipt import write
from yaie.spec.device import Sharded
from yaie.spec.load_spec import LoadSpec
from yaie.spec.model import ModelSpec
from yaie.spec.precision import PrecisionSpec

SPEC = LoadSpec(model=ModelSpec(id="org/name"), precision=PrecisionSpec(dtype="bfloat16"))
RECEIPT: dict[str, Any] = {
    "model_class": "LlamaForCausalLM",
    "source": {"id": "org/name", "revision": "0123abc"},
    "parameters": 1_100_048_384,
    "trainable_parameters": 1_100_048_384,
    "trainable": {"": 1_100_048_384},
    "memory_bytes": 2_200_119_864,
    "memory": {},
    "dtypes": {"bfloat16": 1_100_048_384},
    "attention": {"": "sdpa"},
    "device_map": {"": "cpu"},
    "quantization": {},
    "adapter": {},
    "training": False,
    "gradient_checkpointing": False,
    "missing_keys": [],
    "unexpected_keys": [],
    "mismatched_keys": [],
    "seconds": {"config": 0.25, "weights": 1.5},
    "problems": [],
}


def said(spec: LoadSpec = SPEC, **changes: Any) -> list[str]:
    """Lines of the receipt with some entries changed."""
    stream = io.StringIO()
    write(spec, RECEIPT | changes, stream)
    return stream.getvalue().splitlines()


def line(name: str, **changes: Any) -> str:
    """What the receipt says of one thing."""
    (found,) = [text for text in said(**changes) if text.startswith(name)]
    return found.removeprefix(name).strip()


def test_the_receipt_sets_what_was_asked_beside_what_was_got() -> None:
    assert said() == [
        "model         LlamaForCausalLM   asked auto",
        "source        org/name at 0123abc",
        "parameters    1,100,048,384, all trainable",
        "memory        2.2 GB",
        "precision     bfloat16           asked bfloat16",
        "attention     sdpa               asked auto",
        "device        cpu                asked auto",
        "quantization  none               asked none",
        "mode          eval               asked eval",
        "keys          all as the model has them",
        "seconds       1.75 (config 0.25, weights 1.50)",
    ]


def test_the_memory_stands_beside_what_was_predicted() -> None:
    compared = {"cpu": {"predicted_bytes": 2_300_000_000, "measured_bytes": 2_250_000_000}}
    assert line("memory", memory=compared) == "2.25 GB            predicted 2.3 GB"


def test_parameters_that_do_not_train_are_counted() -> None:
    assert line("parameters", trainable_parameters=48) == "1,100,048,384, 48 trainable"


def test_several_dtypes_have_their_shares() -> None:
    dtypes = {"float32": 1, "uint8": 3}
    assert line("precision", dtypes=dtypes).startswith("uint8 75.0%, float32 25.0%")


def test_several_devices_have_their_modules() -> None:
    device_map = {"model.embed_tokens": 0, "model.layers.0": 0, "lm_head": "cpu"}
    assert line("device", device_map=device_map).startswith("0 (2 modules), cpu (1 module)")


def test_quantised_modules_are_counted() -> None:
    four_bit = {"method": "bitsandbytes", "modules": 14, "load_in_4bit": True}
    assert line("quantization", quantization=four_bit).startswith("bitsandbytes, 4-bit, 14 modules")


def test_parts_with_attention_of_their_own_are_named() -> None:
    attention = {"": "sdpa", "vision_tower": "eager"}
    assert line("attention", attention=attention).startswith("model sdpa, vision_tower eager")


def test_missing_keys_are_counted_and_the_first_named() -> None:
    missing = ["a", "b", "c", "d"]
    assert line("keys", missing_keys=missing) == "4 missing (a, b, c, …)"


def test_warnings_come_last() -> None:
    warning = {"path": "attention.kind", "message": "one", "severity": "warning"}
    assert said(problems=[warning])[-1] == "warning       attention.kind: one"


def test_a_model_without_a_checkpoint_has_no_id() -> None:
    source = {"id": None, "revision": None}
    assert line("source", source=source) == "no checkpoint, by its config alone"


def test_what_is_left_to_train_is_told_by_its_largest_modules() -> None:
    modules = {"model.norm": 8, "lm_head": 4096, "a": 16, "b": 1, "c": 2}
    assert line("trainable", trainable=modules) == (
        "lm_head 4,096, a 16, model.norm 8, 2 more modules 3"
    )


def test_a_mode_that_computes_activations_anew_says_so() -> None:
    said_of_it = line("mode ", training=True, gradient_checkpointing=True)
    assert said_of_it.startswith("train, gradient checkpointing")


ADAPTER = {
    "id": "org/lora",
    "revision": "89abcde",
    "name": "default",
    "type": "LORA",
    "rank": 8,
    "modules": 14,
    "parameters": 1_024,
    "trainable": False,
    "merged": False,
}


def test_an_adapter_has_its_row() -> None:
    assert line("adapter", adapter=ADAPTER) == (
        "default from org/lora at 89abcde, LORA of rank 8 in 14 modules, 1,024 parameters, frozen"
    )


def test_an_adapter_that_was_merged_says_so() -> None:
    assert line("adapter", adapter=ADAPTER | {"rank": None, "merged": True}).endswith(
        "LORA in 14 modules, 1,024 parameters, merged"
    )


def test_ranks_are_counted_and_their_memory_stands_beside_what_was_predicted() -> None:
    sizes = {"predicted_bytes": 1_000, "measured_bytes": 900}
    spec = SPEC.model_copy(update={"device": Sharded(kind="tp")})
    rows = said(spec, memory={"rank 0": sizes, "rank 1": sizes}, memory_bytes=1_800)
    assert "memory        1.8 kB             predicted 2 kB" in rows
    assert "device        cpu on 2 ranks     asked tp" in rows
