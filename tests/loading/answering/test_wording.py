"""The words of answers."""

import pytest

from yaie.loading.answering.wording import share


@pytest.mark.parametrize(
    ("part", "told"), [(0.0, "0.0%"), (1e-9, "<0.1%"), (0.0005, "0.1%"), (0.125, "12.5%")]
)
def test_a_share_that_is_there_is_not_told_as_none(part: float, told: str) -> None:
    assert share(part) == told
