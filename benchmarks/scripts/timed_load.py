"""The plain load once more, timed from the end of its imports: prints the seconds."""

import sys
import time

import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

transformers.LlamaForCausalLM  # noqa: B018  (lazy: named here so that it is imported by now)
folder = sys.argv[1]
start = time.perf_counter()
model = AutoModelForCausalLM.from_pretrained(folder, dtype="bfloat16", device_map="cpu")
tokenizer = AutoTokenizer.from_pretrained(folder)
tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
print(time.perf_counter() - start)
