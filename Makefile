# make run    set up, index seeds/, open the chat page
# make test   set up, lint, type-check, test
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EVAL ?= ../shared/eval

.PHONY: run test lint bench clean

run: $(VENV)/run.stamp
	$(BIN)/qa index seeds
	$(BIN)/qa chat

# Some machines have Python keep no bytecode; the tests start it some hundred times.
test: export PYTHONDONTWRITEBYTECODE :=
test: lint
	$(BIN)/pytest

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/test.stamp
	$(BIN)/qa eval tests/data/seed_questions.jsonl --articles seeds --without
	$(BIN)/python bench/speed.py seeds tests/data/seed_questions.jsonl
	$(BIN)/python bench/languages.py tests/data/languages.tsv
	$(BIN)/python bench/follow_ups.py seeds tests/data/follow_ups.jsonl
	$(BIN)/python bench/generation.py
	$(BIN)/python bench/xquad.py $(EVAL)
	$(BIN)/python bench/packing.py $(EVAL)
	$(BIN)/python bench/claims.py $(EVAL)
	$(BIN)/python bench/fit.py $(EVAL)

.PHONY: bench-page bench-peers bench-indexing
bench-page: $(VENV)/test.stamp
	$(BIN)/python bench/users.py
	$(BIN)/python bench/page.py

bench-peers: $(VENV)/test.stamp
	$(BIN)/python bench/peers.py $(EVAL) --venv build/peers

bench-indexing: $(VENV)/test.stamp
	$(BIN)/python bench/indexing.py $(EVAL) --venv build/indexing
	$(BIN)/python bench/soak.py $(EVAL)
	$(BIN)/python bench/crashes.py

clean:
	rm -rf $(VENV) .khabar build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

# Without a GPU, PyTorch's plain build comes first, so that nothing pulls gigabytes of CUDA packages.
$(VENV)/python.stamp:
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Khabar needs Python 3.11 or newer; give it with make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	command -v nvidia-smi >/dev/null || $(BIN)/pip install torch==2.13.0
	touch $@

$(VENV)/run.stamp: $(VENV)/python.stamp pyproject.toml
	$(BIN)/pip install -e .
	touch $@

$(VENV)/test.stamp: $(VENV)/python.stamp pyproject.toml
	$(BIN)/pip install -e '.[test]'
	touch $@ $(VENV)/run.stamp
