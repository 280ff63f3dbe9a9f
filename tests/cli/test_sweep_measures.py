"""Flags of measuring that are wrong are told before anything is planned."""

from pathlib import Path

import pytest

from yaie.cli.program import main

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (
            ["--measure", "sped"],
            "`--measure sped`: `sped` is none of `load`, `speed`, `quality` and `none`",
        ),
        (["--repeats", "0"], "`--repeats 0` is no whole number from 1 to 1,000"),
        (["--repeats", "many"], "`--repeats many` is no whole number from 1 to 1,000"),
        (["--tokens", "1"], "`--tokens 1` is no whole number from 2 to 1,000,000"),
        (["--tokens", "1e4"], "`--tokens 1e4` is no whole number from 2 to 1,000,000"),
        (["--tokens", "9999999999"], "`--tokens 9999999999` is no whole number from 2 to"),
        (
            ["--measure", "load,speed", "--tokens", "5000"],
            "`--tokens` is for what `--measure load,speed` leaves out",
        ),
        (["--text", "psalm.txt"], "`psalm.txt` is no file, and no text of several words"),
        (["--text", "."], "`.` is no file, and no text of several words"),
        (["--text", " "], "the text is empty"),
        (["--text", "bytes.bin"], "`bytes.bin` is no text in UTF-8"),
        (["--text", "empty.txt"], "`empty.txt` is empty"),
        (["--text", "no \udcff text"], "the text is no text in UTF-8"),
        (
            ["--measure", "none", "--repeats", "5"],
            "`--repeats` is for what `--measure none` leaves out",
        ),
        (
            ["--measure", "load,speed", "--reference", "0"],
            "`--reference` is for what `--measure load,speed` leaves out",
        ),
        (["--reference", "7"], "no cell is `7`, and one is the reference; there are "),
    ],
)
def test_a_flag_that_is_wrong_is_told(
    capsys: Captured,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    flags: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bytes.bin").write_bytes(b"\xff\xfe")
    Path("empty.txt").touch()
    assert main(["sweep", "model=tiny", "precision=fp32,bf16", "--dry-run", *flags]) == 2
    assert capsys.readouterr().err.startswith(message)
