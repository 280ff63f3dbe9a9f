"""Saves and reloads a checkpoint in turn, plainly and by yaie: `timed_save.py FOLDER PAIRS`.

Prints JSON: of each pair the seconds of `plain`, of `ours`, of the save in each, and of the flush
in ours. Both replace what a save before has written, and begin with nothing waiting for the disk.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

import yaie
from yaie.loading import exchange, saving

folder, pairs = sys.argv[1], int(sys.argv[2])
logging.disable_progress_bar()
loaded = yaie.load(f"model={folder}", "device=cpu")
flushed = 0.0
flush = exchange.flush


def timed_flush(place: Path) -> None:
    global flushed
    start = time.perf_counter()
    flush(place)
    flushed = time.perf_counter() - start


exchange.flush = timed_flush


def plain(place: Path) -> dict[str, float]:
    start = time.perf_counter()
    loaded.model.save_pretrained(place, max_shard_size=saving.SHARD)
    loaded.processor.save_pretrained(place)
    saved = time.perf_counter()
    AutoModelForCausalLM.from_pretrained(place, device_map="cpu")
    AutoTokenizer.from_pretrained(place)
    return {"all": time.perf_counter() - start, "save": saved - start}


def ours(place: Path) -> dict[str, float]:
    start = time.perf_counter()
    loaded.save(place)
    saved = time.perf_counter()
    yaie.load(f"model={place}", "device=cpu")
    return {"all": time.perf_counter() - start, "save": saved - start, "flush": flushed}


with tempfile.TemporaryDirectory(dir=Path(folder).parent) as name:
    rows = []
    for number in range(pairs + 1):
        row = {}
        ways = [plain, ours] if number % 2 else [ours, plain]
        for way in ways:
            os.sync()
            row[way.__name__] = way(Path(name) / way.__name__)
        rows.append(row)
# The first pair finds no checkpoint to replace.
print(json.dumps(rows[1:]))
