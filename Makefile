# Each target sets up what it needs: Debian packages, LibTorch in a virtual environment, a build.

CONFIGURATION ?= release
# The tests see what is internal. SwiftPM compiles for that differently, and would compile everything again whenever
# `make test` follows `make build`, or the reverse; so everything is always compiled for it.
SWIFT_FLAGS = -c $(CONFIGURATION) --pkg-config-path .facet/pkgconfig -Xswiftc -enable-testing \
	-Xlinker -rpath -Xlinker $$(cat .facet/torch-lib)

.PHONY: compare test build build-all setup bench bench-gpu bench-head docs wheel format check clean

compare: build
	./facet compare --preset quick --output studies/quick

# An import of a module that a target does not depend on in Package.swift is an error. Tests run beside each
# other, as many as there are cores, so each computes with one thread; those about threads ask for more.
test: setup
	TMPDIR=$$(scripts/test-folder) OMP_NUM_THREADS=1 \
		swift test $(SWIFT_FLAGS) --disable-testable-imports \
		--explicit-target-dependency-import-check error

build: setup
	swift build $(SWIFT_FLAGS) --product facet

# Everything: the program, benchmarks, snippets and tests.
build-all: setup
	swift build $(SWIFT_FLAGS) --build-tests

setup:
	@scripts/bootstrap

# Speed against plain PyTorch, interleaved on this machine.
bench: setup
	swift build $(SWIFT_FLAGS) --product training-benchmark
	.venv/bin/python Benchmarks/training/compare.py .build/$(CONFIGURATION)/training-benchmark \
		--markdown Benchmarks/training/RESULTS.md --json Benchmarks/training/RESULTS.json

# The same on a CUDA GPU, with a head of 85,742 classes.
bench-gpu: setup
	swift build $(SWIFT_FLAGS) --product training-benchmark
	.venv/bin/python Benchmarks/training/compare_gpu.py .build/$(CONFIGURATION)/training-benchmark \
		--markdown .build/gpu.md --json .build/gpu.json

# The classification head of a loss with up to a million classes; the largest cases need 20 GB.
bench-head: setup
	swift build $(SWIFT_FLAGS) --product head-benchmark
	.venv/bin/python Benchmarks/head/compare.py .build/$(CONFIGURATION)/head-benchmark

docs: setup
	scripts/docs

# For machines without Swift: the command and a Python module, tried by scripts/test-wheel.
wheel:
	scripts/wheel

format:
	swift format -i --recursive Package.swift Sources Tests Benchmarks Examples

check:
	scripts/check

clean:
	rm -rf .build .facet .venv
