from datetime import date
from pathlib import Path

from yaie.cli.fetching import comments
from yaie.planning.download_plan import DownloadPlan, Room
from yaie.sources.rates import Rate

HUB = "https://huggingface.co"
SHARDS = {"model-1.safetensors": 9_980_000_000, "model-2.safetensors": 3_500_000_000}
ROOM = Room(folder=Path("/data/hub"), chosen_by="HF_HOME", free_bytes=54_100_000_000)


def rated(bytes_per_second: int, times: int = 1) -> Rate:
    day = date(2026, 11, 24)
    return Rate(bytes=bytes_per_second * 10, seconds=10, times=times, last=day)


def test_what_is_to_fetch_is_told_with_its_place_and_time() -> None:
    download = DownloadPlan(
        files=SHARDS,
        cached={"config.json": 600},
        weight_bytes=13_480_000_000,
        room=ROOM,
        hub=HUB,
        fetching=rated(112_000_000, times=3),
        reading=rated(1_500_000_000),
    )
    assert "\n".join(comments(download)) == (
        "# to fetch  2 files, 13.5 GB, about 2 min at the 112 MB/s of 3 files from"
        " https://huggingface.co\n"
        "#            9.98 GB  model-1.safetensors\n"
        "#             3.5 GB  model-2.safetensors\n"
        "# at hand   1 file, 600 B\n"
        "# in        /data/hub (HF_HOME), 54.1 GB free, 40.6 GB when all has come\n"
        "# to read   13.5 GB from the disk, about 9 s at the 1.5 GB/s of 1 load like this"
    )


def test_a_time_that_was_not_measured_is_said_to_be_unknown() -> None:
    first, *_ = comments(DownloadPlan(files=SHARDS, cached={}, room=ROOM, hub=HUB))
    assert first == (
        "# to fetch  2 files, 13.5 GB; how long is not known, for nothing large has come from"
        " https://huggingface.co yet"
    )


def test_of_another_machine_nothing_more_is_told() -> None:
    first, *_, last = comments(DownloadPlan(files=SHARDS, cached=None, hub=HUB))
    assert first == "# to fetch  2 files, 13.5 GB"
    assert last == "# there     what is in its cache and free on its disk is not known here"


def test_a_strangers_file_name_does_not_leave_its_comment() -> None:
    told = list(comments(DownloadPlan(files={"a\nimport os": 1}, cached=None)))
    assert told[1] == "#                1 B  a\\nimport os"
