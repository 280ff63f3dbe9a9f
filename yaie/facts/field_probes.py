"""What limits the fields of an architecture's config, as observed. Imports transformers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from yaie.facts.architecture import ArchitectureFacts
from yaie.facts.catalogue import Catalogue
from yaie.facts.config_classes import fields_of
from yaie.facts.limits import GATE
from yaie.facts.observation import BUILT, REFUSED, UNREAD, Observation, Record
from yaie.facts.part_probes import (
    absent_parts,
    following_parts,
    needed_keys,
    replaced,
    whole_parts,
)
from yaie.facts.probe_values import (
    first_values,
    further_values,
    item_values,
    replaced_values,
    word_values,
)
from yaie.facts.rope_values import whole_rope
from yaie.facts.stands import Stand, fields_read, plain, read, words_of

SHARED = ("chunk_size_feed_forward", "is_encoder_decoder", "output_hidden_states", "return_dict")
"""Fields of every config that are asked of each architecture; the others name and label."""
LAYERS = ("num_hidden_layers", "encoder_layers", "decoder_layers", "num_decoder_layers", "depth")
"""Numbers of layers, lowered while other fields are asked, so that a model is built in less."""
NAMELESS = ("KeyError: None", "KeyError: 'model_type'")
"""What is raised of a part that does not say what it is."""
FEW = (2, 4, 8)
"""Layers that are tried: the fewest that still show every kind of module."""


@dataclass(slots=True)
class Prober:
    """Finds each architecture a stand, and asks there."""

    known: Catalogue
    _parents: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    _stands: dict[str, tuple[Stand, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.known.model_types:
            for part, target in self._facts(name).sub_configs.items():
                self._parents.setdefault(target, []).append((name, part))

    @property
    def names(self) -> tuple[str, ...]:
        """Every model_type, then the sub-configs that no model_type leads to."""
        return tuple(dict.fromkeys([*self.known.model_types, *filter(None, self._parents)]))

    def record(self, name: str) -> Record | None:
        """What is seen of one architecture; None where nothing can be built of it."""
        stands = self.stands(name)
        if not stands:
            return None
        return _Asking(facts=self._facts(name), stands=stands, known=self.known).record()

    def quick(self, name: str) -> tuple[Stand, dict[str, Any]] | None:
        """The largest model, with few layers, and what its config holds; None without one."""
        stands = self.stands(name)
        if not stands:
            return None
        asking = _Asking(facts=self._facts(name), stands=stands, known=self.known)
        return asking.quick, asking.held

    def stands(self, name: str) -> tuple[Stand, ...]:
        """The architecture's models, the smallest first, one for each class that builds by
        default; else the first model that it is a part of."""
        if name not in self._stands:
            own = tuple(sorted(self._own_stands(name), key=Stand.size))
            self._stands[name] = own or tuple(self._as_part(name))[:1]
        return self._stands[name]

    def _facts(self, name: str) -> ArchitectureFacts:
        facts = self.known.architecture(name)
        assert facts is not None
        return facts

    def _own_stands(self, name: str) -> Iterator[Stand]:
        seen = set()
        for task, cls in self._facts(name).classes.items():
            if cls.name in seen or name not in self.known.model_types:
                continue
            seen.add(cls.name)
            stand = Stand(model_type=name, task=task, auto_class=self.known.tasks[task])
            if stand.built({})[0] == BUILT:
                yield stand

    def _as_part(self, name: str) -> Iterator[Stand]:
        from transformers import CONFIG_MAPPING

        for parent, part in self._parents.get(name, ()):
            outer = self.stands(parent)
            if not outer or outer[-1].part:
                continue
            named = part in self._facts(parent).open_sub_configs
            said = {"model_type": name} if named else {}
            given = CONFIG_MAPPING[parent].sub_configs_defaults[part].init_kwargs
            for beside in (said, said | dict(given)):
                stand = replace(outer[-1], part=part, beside=beside)
                if stand.built({})[0] == BUILT:
                    yield stand


@dataclass(slots=True, kw_only=True)
class _Asking:
    """Questions about one architecture."""

    facts: ArchitectureFacts
    stands: tuple[Stand, ...]
    known: Catalogue
    held: dict[str, Any] = field(init=False)
    """Fields of the default config as built, where null stands for a value that is worked out."""
    few: dict[str, Any] = field(init=False)
    """Overrides that leave the largest model few layers."""
    quick: Stand = field(init=False)
    """The largest model with those."""

    def __post_init__(self) -> None:
        config = self.stands[-1].held()
        self.held = {
            name: plain(read(config, name)) if fact.default is None else fact.default
            for name, fact in self.facts.fields.items()
        }
        self.held |= {name: plain(read(config, name)) for name in _no_fields(self.facts)}
        self.few = self._few_layers()
        self.quick = replace(self.largest, beside={**self.largest.beside, **self.few})

    @property
    def largest(self) -> Stand:
        return self.stands[-1]

    def record(self) -> Record:
        seen = [seen for name in self._names() for seen in self._asked_of(name, self.quick)]
        seen.extend(self._asked_by_alias())
        refused = [o for o in seen if o.outcome == REFUSED]
        return Record(
            observations=tuple(seen),
            held=self.held,
            smaller=tuple(self._smaller(list(_witnesses(refused)))),
            heads=tuple(self._heads({o.field for o in refused})),
            named_parts=tuple(self.named_parts()),
            whole_parts=whole_parts(self.facts, self.largest),
            absent_parts=absent_parts(self.facts, self.largest),
            following_parts=following_parts(self.facts, self.largest),
            replaced=replaced(self.held, self.stands),
            needed=needed_keys(self._mappings(), self.largest),
            rope_types=self.rope_types(),
        )

    def _smaller(self, refused: list[Observation]) -> Iterator[_OfTasks]:
        """What the largest model refuses, asked of the smaller ones.

        Of a model that refuses too, the larger ones are taken to: they hold the same.
        """
        for stand in self.stands[:-1]:
            seen = [(o, self._observed(stand, o.field, o.value)) for o in refused]
            refused = [old for old, new in seen if new.outcome != REFUSED]
            cls = self.facts.classes[stand.task]
            tasks = (task for task, other in self.facts.classes.items() if other == cls)
            yield tuple(tasks), tuple(new for _, new in seen)

    def _heads(self, refused: set[str]) -> Iterator[_OfTasks]:
        """Fields that the source of a smaller class reads, asked of that class."""
        names = set(self._names()) - refused
        for stand in self.stands[:-1]:
            cls = self.facts.classes[stand.task]
            read = sorted(names & fields_read(cls.name))
            seen = tuple(o for name in read for o in self._asked_of(name, stand))
            spared = (task for task, other in self.facts.classes.items() if other != cls)
            yield tuple(spared), seen

    def named_parts(self) -> Iterator[str]:
        """Parts that are refused for want of a `model_type` alone."""
        for part in self.facts.open_sub_configs if not self.largest.part else ():
            default = self.facts.sub_configs[part]
            named = default and self.largest.built({part: {"model_type": default}})[0] != REFUSED
            outcome, why = self.largest.built({part: {"return_dict": True}})
            if outcome == REFUSED and (named or why in NAMELESS):
                yield part

    def rope_types(self) -> tuple[str, ...] | None:
        """Kinds of rotary embedding with which the default model builds."""
        if "rope_parameters" not in self.facts.fields:
            return None
        tried = {kind: whole_rope(kind, self.held) for kind in _rope_kinds()}
        return tuple(
            kind
            for kind, value in tried.items()
            if self.quick.built({"rope_parameters": value})[0] == BUILT
        )

    def _names(self) -> list[str]:
        shared = _shared_fields() - set(SHARED)
        parts = self.facts.sub_configs
        return [n for n in self.facts.fields if n not in shared and n not in parts]

    def _mappings(self) -> dict[str, Any]:
        parts = self.facts.sub_configs
        return {name: value for name, value in self.held.items() if name not in parts}

    def _few_layers(self) -> dict[str, Any]:
        kinds = self.largest.kinds()
        few: dict[str, Any] = {}
        for number in FEW:
            for name, value in (*_fewer(self.facts, number), *self._fewer_in_parts(number)):
                lowered = {**few, name: value}
                stand = replace(self.largest, beside={**self.largest.beside, **lowered})
                if name not in few and stand.built({})[0] == BUILT and stand.kinds() == kinds:
                    few = lowered
        return few

    def _fewer_in_parts(self, number: int) -> Iterator[tuple[str, Any]]:
        for part, named in self.facts.sub_configs.items() if not self.largest.part else ():
            inner = self.known.architecture(named)
            said = {"model_type": named} if part in self.facts.open_sub_configs else {}
            if inner is not None and (lowered := dict(_fewer(inner, number))):
                yield part, said | lowered

    def _asked_of(self, name: str, stand: Stand) -> Iterator[Observation]:
        """Every value tried of one field, the later ones chosen by what became of the earlier."""
        fact, held = self.facts.fields[name], self.held[name]
        seen: list[Observation] = []

        def ask(values: Sequence[Any]) -> None:
            seen.extend(self._observed(stand, name, value) for value in values)

        ask(first_values(fact, held))
        ask(further_values(fact, held, _refused(seen), [o.value for o in seen]))
        ask(replaced_values(fact, [o.value for o in seen if o.outcome == UNREAD]))
        activates = any(o.value == "gelu" and o.outcome == BUILT for o in seen)
        if _refused(seen) and activates:
            ask([f"{GATE}gelu"])
        if _refused(seen) and isinstance(held, str) and not activates:
            ask(word_values(fact, self._words(), [o.value for o in seen]))
        if _refused(seen) and isinstance(held, list):
            ask(item_values(fact, held, [*_layer_types(), *self._words()]))
        yield from seen

    def _asked_by_alias(self) -> Iterator[Observation]:
        """Null, and what is held already, given to what an alias leads to and is no field."""
        for own in dict.fromkeys(_no_fields(self.facts)):
            held = self.held[own]
            for value in (None, held) if held is not None else (None,):
                yield self._observed(self.largest, own, value)

    def _observed(self, stand: Stand, name: str, value: Any) -> Observation:
        # A list goes with a number of layers or stages that fewer would belie.
        whole = name in self.few or isinstance(self.held[name], list)
        stand = self.largest if whole and stand == self.quick else stand
        outcome, why = stand.built({name: value})
        if outcome == REFUSED and stand == self.quick != self.largest:
            # The few layers may be at fault: `out_indices` names a layer that is not there.
            outcome, why = self.largest.built({name: value})
        return Observation(field=name, value=value, outcome=outcome, why=why)

    def _words(self) -> list[str]:
        facts = self.known.architecture(self.largest.model_type)
        assert facts is not None
        return words_of(facts.classes[self.largest.task].name)


_OfTasks = tuple[tuple[str, ...], tuple[Observation, ...]]


def _witnesses(refused: Sequence[Observation]) -> Iterator[Observation]:
    """Of each field's refusals the first, the last, and the first of a positive number."""
    for _, seen in groupby(refused, key=lambda observation: observation.field):
        first, *rest = seen
        positive = [o for o in rest if isinstance(o.value, int) and o.value > 0]
        yield from {repr(o.value): o for o in (first, *positive[:1], *rest[-1:])}.values()


def _fewer(facts: ArchitectureFacts, number: int) -> Iterator[tuple[str, int]]:
    for alias in LAYERS:
        name = facts.attribute_map.get(alias, alias)
        fact = facts.fields.get(name)
        if fact is not None and isinstance(fact.default, int) and fact.default > number:
            yield name, number


def _no_fields(facts: ArchitectureFacts) -> Iterator[str]:
    """Names that aliases lead to and that are no fields: properties that work a value out."""
    there = {*facts.fields, *facts.sub_configs}
    yield from (own for own in facts.attribute_map.values() if own not in there)


def _shared_fields() -> set[str]:
    from transformers import PreTrainedConfig

    return set(fields_of(PreTrainedConfig))


def _refused(seen: Sequence[Observation]) -> list[Any]:
    return [o.value for o in seen if o.outcome == REFUSED]


def _rope_kinds() -> list[str]:
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    return ["default", "axial", *ROPE_INIT_FUNCTIONS]


def _layer_types() -> tuple[str, ...]:
    from transformers.configuration_utils import ALLOWED_LAYER_TYPES

    return tuple(ALLOWED_LAYER_TYPES)
