"""Group `task`: has the architecture a class for the task, and the class a head with labels?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules.problems import refused, wrong
from yaie.rules.reading import asked_class
from yaie.spec.load_spec import LoadSpec
from yaie.spec.option_spellings import other_word
from yaie.spec.task import HEAD_FIELDS
from yaie.spec.wording import nearest, override, overrides, quoted

LABELLED = frozenset(
    {
        "audio-classification",
        "audio-frame-classification",
        "audio-xvector",
        "document-question-answering",
        "image-classification",
        "image-segmentation",
        "instance-segmentation",
        "object-detection",
        "semantic-segmentation",
        "sequence-classification",
        "token-classification",
        "universal-segmentation",
        "video-classification",
        "visual-question-answering",
    }
)
"""Tasks whose heads change their shape with `num_labels`, asked of every class of 5.23."""
LABELLED_BESIDES = frozenset(
    {
        "AlbertForPreTraining",
        "DFineModel",
        "Deimv2Model",
        "FlaubertForMultipleChoice",
        "LwDetrModel",
        "OneFormerModel",
        "PPDocLayoutV3Model",
        "PPDocLayoutV4Model",
        "RfDetrModel",
        "RTDetrModel",
        "RTDetrV2Model",
        "VitPoseForPoseEstimation",
    }
)
"""Classes of other tasks whose parameters change their shape with `num_labels`, asked of every
class of 5.23. Those of `question-answering` do too, and fail as they answer: a start and an end."""
UNLABELLED = frozenset(
    {
        "Blip2ForConditionalGeneration",
        "BlipForQuestionAnswering",
        "Nemotron3DiarizationForAudioFrameClassification",
        "PPOCRV5MobileDetForObjectDetection",
        "PPOCRV6SmallDetForObjectDetection",
        "ShieldGemma2ForImageClassification",
    }
)
"""Classes of labelled tasks that carry `num_labels` along unread."""
WHOLE_INPUT = frozenset(
    {
        "audio-classification",
        "image-classification",
        "sequence-classification",
        "video-classification",
    }
)
"""Tasks whose loss is transformers.loss.loss_utils.ForSequenceClassificationLoss."""


def task_is_known(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """`task.name` is `auto` or the name of an AutoModel class.

    Upstream: transformers has no such AutoModel class, which is an AttributeError.
    """
    asked = spec.task.name
    if asked == "auto" or asked in facts.tasks:
        return
    known = other_word("task", asked, facts.tasks)
    near = nearest(asked, facts.tasks) or "auto"
    yield wrong(
        "task.name",
        f"transformers {facts.transformers} has no task `{asked}`; it has {len(facts.tasks)}, such"
        f" as {quoted([t for t in ('causal-lm', 'sequence-classification') if t in facts.tasks])}",
        f"`{known or override('task', near)}`",
    )


def architecture_has_a_class(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Some architectures are parts of others, and no AutoModel class builds them by themselves.

    Upstream: every AutoModel class raises a ValueError (`Unrecognized configuration class`), once
    config.json is there.
    """
    part = facts.architecture
    if part is None or part.classes or spec.model.trust_remote_code:
        return
    yield refused(
        "model.architecture" if spec.model.architecture else "model.id",
        f"`{part.model_type}` is a part of other models, and no AutoModel class of transformers"
        f" {facts.transformers} builds it alone",
    )


def labels_have_names_of_their_own(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """No two labels have one name: `label2id` could not tell them apart.

    Upstream: the config keeps both, and a `label2id` that fits neither.
    """
    first: dict[str, int] = {}
    for number, label in (spec.task.id2label or {}).items():
        if first.setdefault(label, number) != number:
            yield wrong(
                f"task.id2label.{number}",
                f"`{label}` is the name of label {first[label]} too; each needs one of its own",
                f"`{override(f'task.id2label.{number}', f'{label}_{number}')}`",
            )


def architecture_has_the_task(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """transformers has a class for the task in this architecture.

    Upstream: from_pretrained of the AutoModel class raises a ValueError, once config.json is there.
    """
    if facts.architecture is None or facts.task is None or facts.task not in facts.tasks:
        return
    classes = facts.architecture.classes
    if classes and facts.task not in classes:
        yield refused(
            "task.name",
            f"`{facts.architecture.model_type}` has no class for `{facts.task}`; it has those for"
            f" {quoted(classes, shown=20)}",
            f"`task={_preferred(spec, facts, classes)}`",
        )


def _preferred(spec: LoadSpec, facts: Facts, classes: Mapping[str, object]) -> str:
    """The task to propose: the checkpoint's own, else the one that shares most words, else any."""
    assert facts.architecture is not None
    saved_from = facts.checkpoint.architectures if facts.checkpoint else ()
    for task, model in facts.architecture.classes.items():
        if model.name in saved_from and task in classes:
            return task
    if spec.model.natural_task in classes and spec.model.natural_task is not None:
        return spec.model.natural_task
    words = set((facts.task or "").split("-"))
    return max(classes, key=lambda task: len(words & set(task.split("-"))))


def only_heads_with_labels_take_labels(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Fields of a head are for tasks whose head has labels; elsewhere transformers carries them
    along unread.

    Upstream: the config carries the field, and the model is built without it: a causal LM with
    `num_labels=7` still answers with its vocabulary.
    """
    if facts.task is None or _has_labels(facts):
        return
    for name in HEAD_FIELDS:
        if getattr(spec.task, name) is not None:
            yield refused(
                f"task.{name}",
                f"`{_unlabelled(facts)}` has no head with labels, so `{name}` would be ignored",
                f"`task.{name}=null`, or `task=sequence-classification`"
                if facts.architecture and "sequence-classification" in facts.architecture.classes
                else f"`task.{name}=null`",
            )


def _unlabelled(facts: Facts) -> str | None:
    """What has no labels: the task, else the one class of it that has none."""
    model = asked_class(facts)
    return model.name if model and model.name in UNLABELLED else facts.task


def _has_labels(facts: Facts) -> bool:
    """Whether the class that will be built reads how many labels there are."""
    model = asked_class(facts)
    name = model.name if model else None
    return name in LABELLED_BESIDES or (facts.task in LABELLED and name not in UNLABELLED)


def labels_are_counted_right(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """There is at least one label, and as many as there are names.

    Upstream: of a number and names that contradict it the names win in silence; `num_labels=0`
    builds a head without outputs.
    """
    task = spec.task
    if task.num_labels is not None and task.num_labels < 1:
        yield wrong(
            "task.num_labels",
            f"a head has at least one label, not `{task.num_labels}`",
            "`task.num_labels=2`",
        )
    names = task.id2label if task.id2label is not None else task.label2id
    if task.num_labels is not None and names is not None and len(names) != task.num_labels:
        yield wrong(
            "task.num_labels",
            f"`{task.num_labels}` labels were asked, and {len(names)} are named",
            f"`task.num_labels={len(names)}`",
        )


def labels_are_numbered_from_zero(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The numbers of `id2label` are the places in the head's output.

    Upstream: the config takes any numbers, and the head's first output has no name.
    """
    names = spec.task.id2label
    if names and sorted(names) != list(range(len(names))):
        beyond = [f"~task.id2label.{number}" for number in names if number not in range(len(names))]
        numbered = overrides("task.id2label", dict(enumerate(names.values())))
        yield wrong(
            "task.id2label",
            f"the numbers of {len(names)} labels are 0 to {len(names) - 1}, not"
            f" {quoted(sorted(names))}",
            f"`{' '.join([*beyond, numbered])}`",
        )


def labels_are_named_the_same_both_ways(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """`label2id` is the inverse of `id2label`; transformers reads the names from the latter.

    Upstream: `label2id` alone leaves the labels their default names, `LABEL_0` and so on.
    """
    forth, back = spec.task.id2label, spec.task.label2id
    if back is None:
        return
    inverse = {number: name for name, number in back.items()}
    if forth is None:
        yield wrong(
            "task.label2id",
            "transformers takes the names of labels from `id2label`, which is not given",
            f"`{overrides('task.id2label', dict(sorted(inverse.items())))}`",
        )
    elif inverse != forth:
        yield wrong(
            "task.label2id",
            "`label2id` is not the inverse of `id2label`",
            "`task.label2id=null`",
        )


def problem_type_fits_the_labels(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A choice of one label among several needs several.

    Upstream: the config raises a ValueError.
    """
    if spec.task.problem_type == "single_label_classification" and spec.task.num_labels == 1:
        yield refused(
            "task.problem_type",
            "`single_label_classification` chooses among at least two labels, and"
            " `task.num_labels` is `1`",
            "`task.num_labels=2`, or `task.problem_type=regression`",
        )


def problem_type_is_for_whole_inputs(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """`problem_type` is read by the loss that labels a whole sequence, image, video or sound.

    Upstream: the config carries the field, and the loss does not read it.
    """
    if spec.task.problem_type is None or facts.task in WHOLE_INPUT:
        return
    if facts.task is None or not _has_labels(facts):
        return
    yield refused(
        "task.problem_type",
        f"`problem_type` is read where a whole input gets a label, and `{facts.task}` does not"
        " read it",
        "`task.problem_type=null`",
    )
