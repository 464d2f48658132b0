# make demo    install, ingest the footage that ships, search it, show the result
# make test    every test            make check   format, lint, types, import rules, what is unsafe
# make bench   every benchmark       make serve   one worker for all queues, and the schedule
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: demo test check bench bench-accuracy serve clean
.DEFAULT_GOAL := demo

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

demo: $(INSTALLED)
	PATH="$(CURDIR)/$(BIN):$$PATH" bash demo/run.sh

test: $(INSTALLED)
	$(BIN)/python -m pytest

check: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --recursive -ll web workers pipeline storage

bench: $(INSTALLED) bench-accuracy
	$(BIN)/python -m bench.speed
	$(BIN)/python -m bench.ingest
	$(BIN)/python -m bench.search
	$(BIN)/python -m bench.store
	$(BIN)/python -m bench.workers
	$(BIN)/python -m bench.rerank
	$(BIN)/python -m bench.step
	$(BIN)/python -m bench.load

bench-accuracy: $(INSTALLED)
	$(BIN)/python -m bench.accuracy

serve: $(INSTALLED)
	@test -n "$$PASSERBY_BROKER" || { echo "serve: set PASSERBY_BROKER to a Redis, such as redis://localhost:6379/0"; exit 2; }
	$(BIN)/celery --app workers.app worker --beat --pool threads --concurrency 6 --schedule /tmp/passerby-beat --queues search,index,upkeep,watch --loglevel info

clean:
	rm -rf $(VENV) build data .mypy_cache .ruff_cache .pytest_cache
