"""What every process of a run imports, with the network out of reach. Imports transformers."""

from __future__ import annotations

import os
from importlib import import_module

os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "warning", "OMP_NUM_THREADS": "1"}

for name in ("transformers.modeling_utils", "tools.oracle.judging"):
    import_module(name)
