# Two commands: `make demo` (ONCE=1 for unattended) and `make test`. Everything lands in .venv.
EXTRAS := vehicle,fleet,sim,dev
# The first Python that fits and has its headers (the ROS messages are compiled against them).
FITS := 'import os, sys, sysconfig; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 12) and os.path.exists(sysconfig.get_path("include") + "/Python.h")))'
PYTHON ?= $(shell for p in python3.12 python3.11 python3; do $$p -c $(FITS) 2>/dev/null && echo $$p && break; done)
RUN := .venv/bin
# Tests that no clock on the wall can spoil run side by side; real processes and browsers need the machine alone.
UNTIMED := tests/integration/untimed
SIDE_BY_SIDE := tests/contract tests/scenario tests/unit $(UNTIMED)
ON_THE_CLOCK := tests/console tests/integration --ignore $(UNTIMED)

.PHONY: demo test suite lint bench prepare clean

demo: prepare
	@$(RUN)/sunra demo $(if $(ONCE),--once)

test: lint
	@$(RUN)/python -m pytest $(SIDE_BY_SIDE) -n auto --maxprocesses 4 --dist worksteal; \
	first=$$?; $(RUN)/python -m pytest $(ON_THE_CLOCK) && exit $$first

suite: prepare
	@$(RUN)/sunra simulate suite $(addprefix config/scenarios/,driving faults rehearsal seeing)

lint: prepare
	@$(RUN)/ruff format --check . && $(RUN)/ruff check . && $(RUN)/mypy --num-workers 2 && $(RUN)/lint-imports

bench: prepare
	@for program in benchmarks/*.py benchmarks/perception/tracking.py; do $(RUN)/python $$program || failed=1; done; exit $${failed:-0}

# Weights, ROS interfaces, console: each step is skipped when nothing it reads has changed.
prepare: .venv/.installed
	@$(RUN)/sunra prepare

.venv/.installed: pyproject.toml requirements.lock
	@$(or $(PYTHON),false) -c $(FITS) 2>/dev/null || { echo "sunra: no Python 3.11 or 3.12 with headers found (Debian: python3-dev python3-venv), or name one: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@c++ --version >/dev/null 2>&1 || { echo "sunra: no C++ compiler found as c++ (Debian: g++)" >&2; exit 2; }
	@echo "sunra: installing the environment into .venv (about 8 GB, most of it torch)"
	@$(PYTHON) -m venv .venv && touch .venv/COLCON_IGNORE
	@$(RUN)/python -m pip install -qq --disable-pip-version-check --constraint requirements.lock --editable '.[$(EXTRAS)]'
	@touch $@

clean:
	@rm -rf .venv build var ros2_ws/build ros2_ws/install ros2_ws/log fleet_server/console/node_modules fleet_server/console/dist
