"""Many compositions, each judged as `inquire` judges one; what they have in common is done once.

Asks the hub for what is not at hand, the weights excepted. Imports transformers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from yaie.errors import Problem, UnreachableError, YaieError, errors_of
from yaie.facts.checkpoint import CheckpointFacts
from yaie.facts.facts import Facts
from yaie.facts.gather import gather, gather_around
from yaie.facts.memory import Use
from yaie.facts.setting import Setting, here
from yaie.planning.inquiry import Inquiry, with_headers
from yaie.planning.overrides import own_config
from yaie.planning.preflight import judged, resolved, with_origins, with_true_hints
from yaie.planning.rehearsal import Shared, rehearsed
from yaie.planning.uncollected import uncollected
from yaie.spec.load_spec import Composition
from yaie.spec.weights import Pretrained


@contextmanager
def trials(setting: Setting | None = None, use: Use | None = None) -> Iterator[Trials]:
    """A place to try compositions in; stand-ins of checkpoints live as long as it."""
    with ExitStack() as stack, uncollected():
        yield Trials(setting=setting or here(), use=use, stack=stack)


@dataclass(slots=True)
class Trials:
    """Compositions tried one after another.

    A hint is tried for the first that has the problem, and serves the others.
    """

    setting: Setting
    use: Use | None
    stack: ExitStack
    checkpoints: dict[str, CheckpointFacts | YaieError | None] = field(default_factory=dict)
    shared: Shared = field(default_factory=Shared)
    hints: dict[tuple[tuple[str, str, str | None], ...], list[str | None]] = field(
        default_factory=dict
    )

    def check(self, composition: Composition) -> tuple[Problem, ...]:
        """Every problem that is found without network, torch or transformers."""
        return self._hinted(composition, self._surveyed(composition)[1])

    def inquire(self, composition: Composition) -> Inquiry:
        """Every problem of a composition and its checkpoint, as they would be found alone."""
        facts, problems = self._surveyed(composition)
        if errors_of(problems):
            return Inquiry(facts=facts, problems=self._hinted(composition, problems))
        try:
            known = self._with_headers(composition, facts)
            if known.checkpoint is not facts.checkpoint:
                problems = judged(composition, known)
            return self._rehearsed(composition, known, problems)
        except UnreachableError as error:
            found = with_origins(composition, error.problems)
            if own_config(composition.spec, facts) is None:
                return Inquiry(facts=facts, problems=found, unreached=True)
            presumed = self._rehearsed(composition, facts, problems)
            warnings = (replace(problem, severity="warning") for problem in found)
            return replace(presumed, problems=(*warnings, *presumed.problems), unreached=True)
        except YaieError as error:
            return Inquiry(facts=facts, problems=with_origins(composition, error.problems))

    def _surveyed(self, composition: Composition) -> tuple[Facts, tuple[Problem, ...]]:
        found = self._checkpoint(f"at hand {_read(composition)}", lambda: self._gather(composition))
        if isinstance(found, YaieError):
            facts = gather_around(composition.spec, None, self.setting)
            unread = with_origins(composition, found.problems)
            return facts, (*unread, *errors_of(judged(composition, facts)))
        facts = gather_around(composition.spec, found, self.setting)
        return facts, judged(composition, facts)

    def _gather(self, composition: Composition) -> CheckpointFacts | None:
        return gather(composition.spec, self.setting).checkpoint

    def _with_headers(self, composition: Composition, facts: Facts) -> Facts:
        def asked() -> CheckpointFacts | None:
            known = with_headers(composition, facts, self.setting)
            return self.stack.enter_context(known).checkpoint

        found = self._checkpoint(f"with headers {_read(composition)}", asked)
        if isinstance(found, YaieError):
            raise found
        return gather_around(composition.spec, found, self.setting)

    def _checkpoint(
        self, key: str, bring: Callable[[], CheckpointFacts | None]
    ) -> CheckpointFacts | YaieError | None:
        if key not in self.checkpoints:
            try:
                self.checkpoints[key] = bring()
            except YaieError as error:
                self.checkpoints[key] = error
        return self.checkpoints[key]

    def _rehearsed(
        self, composition: Composition, facts: Facts, judged: Sequence[Problem]
    ) -> Inquiry:
        problems = self._hinted(composition, judged)
        if errors_of(problems):
            return Inquiry(facts=facts, problems=problems)
        plan = replace(resolved(composition, facts), problems=problems)
        found = rehearsed(composition, plan, facts, self.setting, self.use, self.shared)
        problems = (*problems, *found.problems)
        decided = replace(plan, problems=problems, memory=found.memory)
        return Inquiry(
            facts=facts,
            problems=problems,
            plan=None if errors_of(problems) else decided,
            keys=found.keys,
            memory=found.memory,
        )

    def _hinted(self, composition: Composition, problems: Sequence[Problem]) -> tuple[Problem, ...]:
        key = tuple((p.path, p.message, p.hint) for p in problems)
        if key not in self.hints:
            tried = with_true_hints(composition, problems, self.setting)
            self.hints[key] = [problem.hint for problem in tried]
        hinted = zip(problems, self.hints[key], strict=True)
        return tuple(replace(problem, hint=hint) for problem, hint in hinted)


def _read(composition: Composition) -> str:
    """What decides which files are read of a checkpoint."""
    spec = composition.spec
    fed = spec.processor.kind == "none"
    return f"{spec.model!r}{isinstance(spec.weights, Pretrained)}{fed}"
