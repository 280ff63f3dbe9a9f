"""The program that `code` prints, letter by letter."""

from __future__ import annotations

from collections.abc import Callable

from tests.planning.conftest import GPU
from yaie.facts.host import HostFacts
from yaie.planning.plan import LoadPlan
from yaie.planning.python import program

Planner = Callable[..., LoadPlan]


def test_a_plain_load_reads_as_one_would_write_it(plan: Planner) -> None:
    assert (
        program(plan())
        == """\
from transformers import AutoModelForCausalLM, AutoTokenizer

model = AutoModelForCausalLM.from_pretrained(
    "models/chat",
    trust_remote_code=False,
    dtype="auto",
    device_map="auto",
)
tokenizer = AutoTokenizer.from_pretrained("models/chat", trust_remote_code=False)
tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
"""
    )


def test_overrides_are_read_into_a_config_first(plan: Planner) -> None:
    text = program(
        plan(
            {
                "model": {"id": "models/chat", "config": {"attention_dropout": 0.1}},
                "processor": {"kind": "none"},
            }
        )
    )
    assert (
        text
        == """\
from transformers import AutoConfig, AutoModelForCausalLM

config = AutoConfig.from_pretrained(
    "models/chat",
    trust_remote_code=False,
    attention_dropout=0.1,
)
model = AutoModelForCausalLM.from_pretrained(
    "models/chat",
    config=config,
    trust_remote_code=False,
    dtype="auto",
    device_map="auto",
)
"""
    )


def test_random_weights_are_seeded_built_on_their_device_and_put_in_eval_mode(
    plan: Planner,
) -> None:
    host = HostFacts(packages={}, devices=(GPU,), memory_bytes=1)
    spec = {
        "model": {"id": "models/chat", "config": {"num_hidden_layers": 2}},
        "weights": {"kind": "random", "seed": 7},
        "processor": {"kind": "none"},
    }
    assert (
        program(plan(spec, host=host))
        == """\
import torch

from transformers import AutoConfig, AutoModelForCausalLM

torch.manual_seed(7)
config = AutoConfig.for_model("llama", hidden_size=64, num_hidden_layers=2)
with torch.device("cuda"):
    model = AutoModelForCausalLM.from_config(config)
model.eval()
"""
    )


def test_a_quantisation_is_a_nested_call_with_every_field_said(plan: Planner) -> None:
    text = program(plan({"quantization": {"method": "bnb_4bit"}, "processor": {"kind": "none"}}))
    assert "from transformers import AutoModelForCausalLM, BitsAndBytesConfig" in text
    assert (
        """\
    quantization_config=BitsAndBytesConfig(
        load_in_4bit=True,
        llm_int8_enable_fp32_cpu_offload=False,
        bnb_4bit_compute_dtype="bfloat16",
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=False,
        bnb_4bit_quant_storage="uint8",
    ),
"""
        in text
    )


def test_text_is_quoted_so_that_it_reads_back(plan: Planner) -> None:
    template = '{% for m in "\\n" %}é'
    text = program(plan({"processor": {"kind": "auto", "chat_template": template}}))
    line = next(line for line in text.splitlines() if "chat_template=" in line)
    assert eval(line.strip().removeprefix("chat_template=").rstrip(",")) == template


def test_a_program_compiles_whatever_is_asked(plan: Planner) -> None:
    spec = {
        "model": {"id": "models/chat", "config": {"rope_parameters": {"rope_theta": 5.0}}},
        "device": {"kind": "map", "map": {"": "cpu", "lm_head": 0}, "max_memory": {0: "1GiB"}},
        "weights": {"kind": "pretrained", "reinitialize": ["lm_head.*"], "mode": "train"},
        "attention": {"kind": "sdpa", "submodules": {"text_config": "eager"}},
    }
    compile(program(plan(spec)), "program", "exec")


def test_a_name_that_is_none_cannot_become_code(plan: Planner) -> None:
    odd = "x=print('said')or 1, y"
    text = program(plan({"model": {"id": "models/chat", "config": {odd: 2}}}))
    assert f'**{{"{odd}": 2}}' in text


def test_no_override_says_whose_code_is_run(plan: Planner) -> None:
    spec = {"model": {"id": "models/chat", "config": {"trust_remote_code": True}}}
    assert "trust_remote_code=True" not in program(plan(spec))


def test_builtins_are_called_by_their_names(plan: Planner) -> None:
    weights = {"kind": "pretrained", "reinitialize": ["lm_head.*"]}
    assert 'device = getattr(model, "device")' in program(plan({"weights": weights}))


def test_what_is_frozen_is_a_loop_over_names_and_the_mode_comes_after(plan: Planner) -> None:
    weights = {
        "kind": "pretrained",
        "mode": "train",
        "trainable": ["lm_head.*"],
        "freeze": ["*.bias", "*norm*"],
        "gradient_checkpointing": True,
    }
    text = program(plan({"weights": weights, "processor": {"kind": "none"}}))
    assert text.startswith("from fnmatch import fnmatchcase\n\nfrom transformers import Auto")
    assert text.endswith(
        """
model.requires_grad_(False)
for name, parameter in model.named_parameters(remove_duplicate=False):
    if fnmatchcase(name, "lm_head.*"):
        parameter.requires_grad_(True)
for name, parameter in model.named_parameters(remove_duplicate=False):
    if any(fnmatchcase(name, pattern) for pattern in ["*.bias", "*norm*"]):
        parameter.requires_grad_(False)
model.train()
model.activation_checkpointing_enable(
    activation_checkpointing_kwargs={"use_reentrant": False},
)
"""
    )
