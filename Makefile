# `make help` lists everything. A fresh machine needs Python 3.11, git and make: the rest is fetched into this folder.

# By name or from here, not by a whole path: that may hold spaces, and make splits at them.
UV := $(if $(shell command -v uv),uv,.tools/bin/uv)
RUN := $(UV) run --quiet
TEMPLATE := cd template && $(if $(filter uv,$(UV)),,../)$(RUN) --project ..

.DEFAULT_GOAL := help
.PHONY: uv tags load bench bench-scale bench-services bench-template help demo demo-check test test-all check matrix real-models fleet format

help: ## What there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(UV) ## Generate a project into build/demo, start it and keep it running until Ctrl-C
	$(RUN) python -m tools.demo

demo-check: $(UV) ## The same on a free port: send the requests that the demo prints, check the answers, end
	$(RUN) python -m tools.demo --check

test: $(UV) ## The tests; where CI is set also the slow ones. Some of them: make test only=tests/test_names.py
	$(RUN) pytest --numprocesses 2 $(if $(CI),--durations 30,-m "not slow") $(only)

test-all: ## As in CI: also every rendering's own suite, and updates of projects in use
	$(MAKE) test CI=1

check: $(UV) ## Format, lint and types, of the template's tools and of template/ in place
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy
	$(RUN) pytest --numprocesses 2 tests/test_source.py

matrix: $(UV) ## Update every release to this commit, and write the table in README.md
	WRITE_MATRIX=1 $(RUN) pytest --numprocesses 2 tests/updates/test_matrix.py
	$(RUN) python -c 'from tests.updates.table import write; write()'

real-models: $(UV) ## Northwind, Chinook and Sakila: all that the projects made of them check, and the contract of fields, in half an hour
	REAL_MODELS=1 $(RUN) pytest --numprocesses 2 tests/test_real_models.py tests/test_projects.py::TestContract

fleet: $(UV) ## Thirty projects of all releases, updated one after the other; writes the table in docs/fleet.md
	$(RUN) python -m tests.updates.fleet

bench: $(UV) ## The request path against the limit and a typical app; make bench options=--quick: under two minutes
	$(RUN) python -m tests.benchmarks $(options)

bench-scale: $(UV) ## A request when modules, tenants, rows, logs and workers have grown
	$(RUN) python -m tests.benchmarks.scale $(options)

bench-services: $(UV) ## Jobs, events, webhooks, log-ins, files, start and memory beside the libraries alone
	$(RUN) python -m tests.benchmarks.services $(options)

load: $(UV) ## Ten minutes of mixed load, 10,000 tenants: errors, leaks, p99; make load options="--minutes 1"
	$(RUN) python -m tests.benchmarks.load $(options)

bench-template: $(UV) ## Making and updating a project, against plain Jinja over the same files
	$(RUN) python -m tests.benchmarks.rendering

tags: $(UV) ## Tag the releases that are in the history of this checkout, for `copier copy` from it
	$(RUN) python -m tools.history

format: $(UV) ## Put the code in order, also in template/
	$(RUN) ruff format
	$(RUN) ruff check --fix; left=$$?; $(RUN) ruff format; exit $$left
	$(TEMPLATE) ruff format
	($(TEMPLATE) ruff check --fix); left=$$?; $(TEMPLATE) ruff format; exit $$left

uv: ;

.tools/bin/uv:
	@echo "Fetching uv into .tools"
	python3 -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
