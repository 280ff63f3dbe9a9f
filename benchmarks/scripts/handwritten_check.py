"""What one writes by hand to know whether a load would work: config, structure, attention."""

import sys

from transformers import AutoConfig, AutoModelForCausalLM

config = AutoConfig.from_pretrained(sys.argv[1])
model = AutoModelForCausalLM.from_pretrained(
    sys.argv[1], config=config, device_map="meta", attn_implementation="sdpa"
)
print(type(model).__name__, model.num_parameters())
