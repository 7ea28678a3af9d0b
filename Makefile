# The house's doors; README.md tells what they do. `make install` needs Python 3.11 or newer and a network, nothing else.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
TORCH_INDEX ?=
DATA ?=
MINUTES ?= 60
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed-$(shell cat requirements*.txt | cksum | cut -d ' ' -f 1)
export PIP_CONSTRAINT := $(CURDIR)/requirements-lock.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help install install-abn run test lint format bench train-segment train-inpaint train-colorize lock clean

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' Makefile | awk -F ': ' '{ printf "make %-16s %s\n", $$1, $$2 }'

install: $(STAMP) ## virtual environment and dependencies; TORCH_INDEX chooses the build of torch

# torch first: what needs it then finds it in place and brings no other build along.
$(STAMP):
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed (PYTHON=...)")'
	"$(PYTHON)" -m venv $(VENV)
	$(BIN)/pip install $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX) torch torchvision,torch)
	$(BIN)/pip install -r requirements-dev.txt
	@rm -f $(VENV)/installed-* && touch $@

install-abn: install ## the compiled InPlaceABN, for training on a GPU; needs a C++ compiler
	$(BIN)/pip install setuptools setuptools-scm ninja
	$(BIN)/pip install --no-build-isolation --no-deps inplace-abn==1.1.0

run: install ## the whole site on http://127.0.0.1:8000
	@exec $(BIN)/python manage.py serve $(ARGS)

test: install ## all tests; ARGS goes to pytest
	$(BIN)/python -m pytest $(ARGS)

lint: install ## ruff and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

format: install ## ruff's repairs and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## time and memory of each stage; ARGS goes to `python -m ml bench`
	$(BIN)/python -m ml bench $(ARGS)

train-segment train-inpaint train-colorize: train-%: install ## train a network: DATA=folders RUN=folder MINUTES=60
	@test -n "$(DATA)" || { echo 'make $@ DATA="FOLDER..." [RUN=FOLDER] [MINUTES=N] [ARGS=...]' >&2; exit 2; }
	$(BIN)/python -m ml train $* --data $(DATA) --run "$(or $(RUN),runs/$*)" --minutes $(MINUTES) $(ARGS)

lock: install ## write requirements-lock.txt anew from what is installed
	@sed '/^#/!d' requirements-lock.txt > $(VENV)/lock
	@$(BIN)/pip freeze | sed -e 's/+cpu$$//' -e '/^nvidia-/d' -e '/^triton/d' -e '/^inplace-abn/d' >> $(VENV)/lock
	@mv $(VENV)/lock requirements-lock.txt

clean: ## remove the virtual environment and the caches; photographs (var/) stay
	rm -rf $(VENV) .pytest_cache .ruff_cache .import_linter_cache
