"""Loaded: what a load hands over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from yaie.loading.answering.answer import answer
from yaie.loading.answering.given import Given
from yaie.loading.answering.told import Told
from yaie.loading.brought import Brought
from yaie.loading.exporting.export import Exported, export
from yaie.loading.modules import tree_of
from yaie.loading.pushing import push
from yaie.loading.saving import Saved, save
from yaie.planning.tree.module_tree import ModuleTree
from yaie.sources.push.content import Pushed
from yaie.sources.push.target import Target, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded(Brought):
    """A model, what feeds it, and the proof of what it is; and what can be done with it."""

    def tree(self) -> ModuleTree:
        """The modules of the model as they are, those that are alike folded."""
        return tree_of(self.model)

    def answer(
        self,
        prompt: str | None = None,
        *,
        texts: Sequence[str] = (),
        images: Sequence[str | Path] = (),
        audio: Sequence[str | Path] = (),
        max_new_tokens: int | None = None,
    ) -> Told:
        """What the model makes of a prompt, of texts, and of files of images and sounds.

        Raises UnsupportedError where its task does not take just that.
        """
        given = Given(
            prompt=prompt,
            texts=tuple(texts),
            images=tuple(images),
            audio=tuple(audio),
            max_new_tokens=max_new_tokens,
        )
        return answer(self, given)

    def save(self, folder: str | Path) -> Saved:
        """Writes model and processor as a checkpoint, whole or not at all.

        A checkpoint that is there is replaced as a whole. Raises YaieError where that cannot be,
        and the folder is as before then.
        """
        return save(self.model, self.processor, folder)

    def push(
        self,
        repo: str,
        *,
        private: bool | None = None,
        message: str | None = None,
        revision: str | None = None,
    ) -> Pushed:
        """Makes one commit of model and processor, onto the head that the branch has now.

        `private` says what the repository has to be: True, False for public; None has a new one
        private, and leaves one that is there as it is. `revision` is the branch, `main` where none
        is named. What the branch holds already is not committed again. Raises YaieError where that
        cannot be, and no branch is changed then.
        """
        visibility: Visibility | None = None
        if private is not None:
            visibility = "private" if private else "public"
        target = Target(repo=repo, visibility=visibility, message=message, revision=revision)
        return push(self.model, self.processor, target, self.receipt.source["id"])

    def export(self, format: str, folder: str | Path) -> Exported:
        """Writes the graph of a forward pass for another runtime: `onnx`, whole or not at all.

        An export that is there is replaced as a whole. Raises YaieError where that cannot be, or
        where the graph answers otherwise than the model, and the folder is as before then.
        """
        return export(self.model, self.processor, format, folder)
