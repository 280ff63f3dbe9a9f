"""The script that `yaie model=FOLDER precision=bf16 device=cpu` stands in for."""

import sys

from transformers import AutoModelForCausalLM, AutoTokenizer

folder = sys.argv[1]
model = AutoModelForCausalLM.from_pretrained(folder, dtype="bfloat16", device_map="cpu")
tokenizer = AutoTokenizer.from_pretrained(folder)
tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
print(type(model).__name__, model.num_parameters())
