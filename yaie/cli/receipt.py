"""The receipt for people: what was got, with what was asked beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from yaie.cli.colour import painter
from yaie.spec.device import Sharded
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import counted, sized

_SHOWN_KEYS = 3
_SHOWN_DEVICES = 4
_SHOWN_MODULES = 3

_BESIDE = {"memory": "predicted"}
"""What stands beside a row that shows no asked value."""

Row = tuple[str, str, str]
"""What, got, asked; the last is empty where nothing was asked of it."""


def write(spec: LoadSpec, receipt: Mapping[str, Any], stream: TextIO) -> None:
    """Prints the rows aligned, then the warnings."""
    paint = painter(stream)
    rows = [*_rows(spec, receipt)]
    got_width = max(len(got) for _, got, asked in rows if asked)
    for what, got, asked in rows:
        line = f"{paint(f'{what:13}', 'bold')} {got}"
        if asked:
            line += " " * (got_width - len(got)) + paint(
                f"   {_BESIDE.get(what, 'asked')} {asked}", "dim"
            )
        print(line, file=stream)
    for problem in receipt["problems"]:
        where = f"{problem['path']}: " if problem["path"] else ""
        print(f"{paint('warning      ', 'yellow')} {where}{problem['message']}", file=stream)


def _rows(spec: LoadSpec, receipt: Mapping[str, Any]) -> Iterator[Row]:
    yield "model", receipt["model_class"], _task(spec)
    yield "source", _source(receipt["source"]), ""
    yield "parameters", _parameters(receipt), ""
    if receipt["trainable"] and "" not in receipt["trainable"]:
        yield "trainable", _trainable(receipt["trainable"]), ""
    yield "memory", sized(_measured(receipt)), _predicted(receipt)
    yield "precision", _shares(receipt["dtypes"]), spec.precision.dtype
    yield "attention", _kinds(receipt["attention"]), spec.attention.kind
    yield "device", _devices(receipt["device_map"]) + _ranks(spec, receipt), _device(spec)
    yield "quantization", _quantization(receipt["quantization"]), spec.quantization.method
    if receipt["adapter"]:
        yield "adapter", _adapter(receipt["adapter"]), ""
    yield "mode", _mode(receipt), spec.weights.mode
    if spec.weights.kind == "pretrained":
        yield "keys", _keys(receipt), ""
    if "saved" in receipt:
        yield "saved", _saved(receipt["saved"]), ""
    if "pushed" in receipt:
        yield "pushed", _pushed(receipt["pushed"]), ""
    if "exported" in receipt:
        yield "exported", _exported(receipt["exported"]), ""
    yield "seconds", _seconds(receipt["seconds"]), ""


def _task(spec: LoadSpec) -> str:
    kind = spec.weights.kind
    return spec.task.name if kind == "pretrained" else f"{spec.task.name}, {kind} weights"


def _source(source: Mapping[str, Any]) -> str:
    name = str(source["id"] or "no checkpoint, by its config alone")
    return f"{name} at {source['revision']}" if source["revision"] else name


def _parameters(receipt: Mapping[str, Any]) -> str:
    total, trainable = receipt["parameters"], receipt["trainable_parameters"]
    of_them = "all" if trainable == total else f"{trainable:,}"
    return f"{total:,}, {of_them} trainable"


def _trainable(modules: Mapping[str, int]) -> str:
    """The largest modules first."""
    largest = sorted(modules, key=lambda name: -modules[name])
    shown = [f"{name} {modules[name]:,}" for name in largest[:_SHOWN_MODULES]]
    rest = [modules[name] for name in largest[_SHOWN_MODULES:]]
    more = [f"{counted(len(rest), 'more module')} {sum(rest):,}"] if rest else []
    return ", ".join([*shown, *more])


def _mode(receipt: Mapping[str, Any]) -> str:
    anew = ", gradient checkpointing" if receipt["gradient_checkpointing"] else ""
    return ("train" if receipt["training"] else "eval") + anew


def _measured(receipt: Mapping[str, Any]) -> int:
    """With the state of a quantisation where that was foreseen."""
    compared = receipt["memory"].values()
    measured = sum(int(sizes["measured_bytes"]) for sizes in compared)
    return max(int(receipt["memory_bytes"]), measured)


def _predicted(receipt: Mapping[str, Any]) -> str:
    """The sum over devices; empty where it was not foreseen of all that hold weights."""
    compared = receipt["memory"]
    holding = set(receipt["device_map"].values())
    if not compared or (holding - set(compared) and not _by_rank(compared)):
        return ""
    return sized(sum(sizes["predicted_bytes"] for sizes in compared.values()))


def _by_rank(compared: Mapping[str, object]) -> bool:
    """Whether each rank is compared, which holds a part of every module."""
    return all(name.startswith("rank ") for name in compared)


def _shares(counts: Mapping[str, int]) -> str:
    """One name alone, several with their shares."""
    total = sum(counts.values())
    if len(counts) <= 1:
        return next(iter(counts), "none")
    largest = sorted(counts, key=lambda name: -counts[name])
    return ", ".join(f"{name} {counts[name] / total:.1%}" for name in largest)


def _kinds(attention: Mapping[str, str]) -> str:
    kinds = Counter(attention.values())
    if len(kinds) == 1:
        return next(iter(kinds))
    return ", ".join(f"{module or 'model'} {kind}" for module, kind in attention.items()) or "none"


def _devices(device_map: Mapping[str, object]) -> str:
    modules = Counter(str(device) for device in device_map.values())
    if len(modules) == 1:
        return next(iter(modules))
    shown = [
        f"{device} ({counted(count, 'module')})"
        for device, count in modules.most_common(_SHOWN_DEVICES)
    ]
    return ", ".join(shown)


def _ranks(spec: LoadSpec, receipt: Mapping[str, Any]) -> str:
    """How many have the same device, or one of the same kind; empty for a single process."""
    if not isinstance(spec.device, Sharded):
        return ""
    ranks = len(receipt["memory"]) or spec.device.ranks
    return f" on {ranks} ranks" if ranks else " on each rank"


def _device(spec: LoadSpec) -> str:
    return spec.device.device if spec.device.kind == "single" else spec.device.kind


def _quantization(quantization: Mapping[str, Any]) -> str:
    if not quantization:
        return "none"
    bits = [f", {n}-bit" for n in (4, 8) if quantization.get(f"load_in_{n}bit")]
    modules = quantization["modules"]
    held = f", {counted(modules, 'module')}" if modules else ", read into full precision"
    return f"{quantization['method']}{''.join(bits)}{held}"


def _adapter(adapter: Mapping[str, Any]) -> str:
    """`default from ./lora, LORA of rank 8 in 14 modules, 1,024 parameters, frozen`."""
    revision = f" at {adapter['revision']}" if adapter["revision"] else ""
    rank = "" if adapter["rank"] is None else f" of rank {adapter['rank']}"
    state = "merged" if adapter["merged"] else "trainable" if adapter["trainable"] else "frozen"
    return ", ".join(
        (
            f"{adapter['name']} from {adapter['id']}{revision}",
            f"{adapter['type']}{rank} in {counted(adapter['modules'], 'module')}",
            counted(adapter["parameters"], "parameter"),
            state,
        )
    )


def _keys(receipt: Mapping[str, Any]) -> str:
    said = [
        f"{len(keys)} {kind} ({_some(keys)})"
        for kind in ("missing", "unexpected", "mismatched")
        if (keys := receipt[f"{kind}_keys"])
    ]
    return "; ".join(said) or "all as the model has them"


def _some(keys: Sequence[object]) -> str:
    shown = ", ".join(str(key) for key in keys[:_SHOWN_KEYS])
    return shown + (", …" if len(keys) > _SHOWN_KEYS else "")


def _saved(saved: Mapping[str, Any]) -> str:
    alone = ", the adapter alone" if saved.get("holds") == "adapter" else ""
    return f"{saved['folder']}{alone}, {sized(saved['bytes'])} in {counted(saved['files'], 'file')}"


def _pushed(pushed: Mapping[str, Any]) -> str:
    visibility = "private" if pushed["private"] else "public"
    sent = f"{sized(pushed['uploaded_bytes'])} sent" if pushed["uploaded_bytes"] else "nothing new"
    held = f"{sized(pushed['bytes'])} in {counted(pushed['files'], 'file')}"
    return f"{pushed['url']} at {pushed['commit'][:8]}, {visibility}, {held}, {sent}"


def _exported(exported: Mapping[str, Any]) -> str:
    furthest = max(found["relative"] for found in exported["difference"].values())
    return (
        f"{exported['folder']}, {sized(exported['bytes'])} in"
        f" {counted(exported['files'], 'file')}, opset {exported['opset']}, within {furthest:.1e}"
        " of the model's largest output"
    )


def _seconds(seconds: Mapping[str, float]) -> str:
    stages = ", ".join(f"{stage} {spent:.2f}" for stage, spent in seconds.items())
    return f"{sum(seconds.values()):.2f} ({stages})"
