"""Numbers as people read them."""

import pytest

from yaie.cli.amounts import bytes_said, count_said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (999_600, "1 MB"),
        (2_200_119_864, "2.2 GB"),
        (141_000_000_000, "141 GB"),
        (1_370_000_000_000, "1.37 TB"),
        (5_000_000_000_000_000, "5e+03 TB"),
    ],
)
def test_bytes(number: int, said: str) -> None:
    assert bytes_said(number) == said


def test_counts() -> None:
    assert [count_said(n, "error") for n in (0, 1, 2000)] == ["", "1 error", "2,000 errors"]
