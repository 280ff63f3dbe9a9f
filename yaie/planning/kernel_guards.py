"""What keeps libraries from fetching a kernel of the hub that nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator

from yaie.facts.facts import Facts
from yaie.planning.calls import Call, Named, Nested
from yaie.planning.keywords import Keywords
from yaie.rules.attention_needs import fetches
from yaie.rules.quantizing import quantizing
from yaie.spec.load_spec import LoadSpec
from yaie.spec.quantization import Unquantized

_BITSANDBYTES = ("bnb_4bit", "bnb_8bit")


def kernel_guards(spec: LoadSpec, facts: Facts) -> Iterator[Call]:
    """bitsandbytes imported where it cannot fetch.

    It fetches its kernel for CPUs with AVX-512 as it is imported, wherever the model goes, and does
    without where that fails (bitsandbytes 0.50, backends/cpu/ops.py).
    """
    use = quantizing(spec, facts)
    could = facts.host.packages_known and "kernels" in facts.host.packages
    if use is not None and use.method in _BITSANDBYTES and could:
        yield Call(
            target="importlib.import_module",
            args=("bitsandbytes",),
            context=Nested(
                "unittest.mock.patch",
                ("kernels.get_kernel",),
                {"side_effect": Named("builtins.ImportError")},
            ),
        )


def unpacked_gguf(spec: LoadSpec, facts: Facts) -> Keywords:
    """A GGUF file's weights unpacked, as they are where no kernel can be fetched.

    Where one can, transformers keeps them packed and fetches it (5.23, quantizer_gguf.py).
    """
    file = spec.model.gguf_file is not None and isinstance(spec.quantization, Unquantized)
    if not file or not fetches(facts) or not facts.host.packages_known:
        return {}
    return {"quantization_config": Nested("transformers.GgufConfig", kwargs={"dequantize": True})}
