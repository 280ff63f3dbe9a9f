"""What a model that generates reads: a prompt with images and sounds, as its processor makes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from yaie.errors import Problem
from yaie.loading.answering.files import picture, rate_of, samples
from yaie.loading.answering.given import Given
from yaie.planning.upstream import problem_of


def fed(processor: Any, given: Given) -> Any:
    """Inputs of `generate`; raises what transformers raises.

    A conversation where the processor has a template of one, as transformers' pipeline does. Where
    its tokenizer alone has one, and where nobody has, images and sounds are put before the prompt.
    """
    beside = _Beside.read(processor, given)
    prompt = given.prompt or ""
    if getattr(processor, "chat_template", None) and processor is not _tokenizer(processor):
        return _conversed(processor, [*beside.content(), {"type": "text", "text": prompt}])
    if not beside.images and not beside.sounds:
        tokenizer = _tokenizer(processor)
        if converses(tokenizer):
            return _conversed(tokenizer, prompt)
        return tokenizer(prompt, return_tensors="pt")
    return beside.read_by(processor, prompt)


def unfed(processor: Any, given: Given) -> Iterator[Problem]:
    """Why the processor does not take the prompt with what stands beside it."""
    try:
        fed(processor, given)
    except Exception as error:
        doing = f"`{type(processor).__name__}` does not take this prompt with what is given"
        for problem in problem_of(error, doing).problems:
            yield replace(problem, path="--prompt")


def converses(processor: Any) -> bool:
    """Whether somebody knows how one writes a conversation."""
    holders = (processor, _tokenizer(processor))
    return any(getattr(holder, "chat_template", None) for holder in holders)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """What is seen and heard beside a prompt."""

    images: Sequence[Any]
    sounds: Sequence[Any]
    rate: int
    """Samples a second of the sounds; 0 where there are none."""

    @staticmethod
    def read(processor: Any, given: Given) -> _Beside:
        return _Beside(
            images=[picture(file) for file in given.images],
            sounds=[samples(processor, file) for file in given.audio],
            rate=rate_of(processor) if given.audio else 0,
        )

    def content(self) -> Iterator[dict[str, Any]]:
        """Parts of a message, as templates of processors have them."""
        yield from ({"type": "image", "image": image} for image in self.images)
        yield from ({"type": "audio", "audio": sound} for sound in self.sounds)

    def read_by(self, processor: Any, prompt: str) -> Any:
        """The prompt as it is where the processor finds a place for everything, or makes one; else
        with a token of the processor's own for each."""
        tokens = self._tokens(processor, prompt)
        try:
            made = self._made(processor, prompt)
        except ValueError:
            # Of transformers' own count of such tokens (ProcessorMixin.validate_inputs).
            if not tokens:
                raise
        else:
            if not tokens or self._is_placed(processor, made):
                return made
        return self._made(processor, f"{tokens}{prompt}")

    def _made(self, processor: Any, prompt: str) -> Any:
        """By the processor, in the tokenizer's conversation where it has one."""
        tokenizer, said = _tokenizer(processor), {}
        if converses(tokenizer):
            message = [{"role": "user", "content": prompt}]
            prompt = tokenizer.apply_chat_template(
                message, add_generation_prompt=True, tokenize=False
            )
            # The template wrote them.
            said = {"add_special_tokens": False}
        seen = {"images": self.images} if self.images else {}
        heard = {"audio": self.sounds, "sampling_rate": self.rate} if self.sounds else {}
        return processor(text=prompt, return_tensors="pt", **seen, **heard, **said)

    def _tokens(self, processor: Any, prompt: str) -> str:
        """A line for each that the prompt names none of: `<image>`."""
        kinds = {"image_token": len(self.images), "audio_token": len(self.sounds)}
        named = ((getattr(processor, kind, None), number) for kind, number in kinds.items())
        return "".join(
            f"{token}\n" * number
            for token, number in named
            if isinstance(token, str) and token not in prompt
        )

    def _is_placed(self, processor: Any, made: Any) -> bool:
        kinds = {"image_token_id": self.images, "audio_token_id": self.sounds}
        wanted = (getattr(processor, kind, None) for kind, given in kinds.items() if given)
        return all(bool((made["input_ids"] == token).any()) for token in wanted if token)


def _tokenizer(processor: Any) -> Any:
    """As `Brought.tokenizer` finds it."""
    alone = hasattr(processor, "convert_tokens_to_ids")
    return processor if alone else getattr(processor, "tokenizer", None)


def _conversed(holder: Any, content: Any) -> Any:
    return holder.apply_chat_template(
        [{"role": "user", "content": content}],
        add_generation_prompt=True,
        tokenize=True,
        return_tensors="pt",
        return_dict=True,
    )
