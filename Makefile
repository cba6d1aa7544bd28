# Each target sets up what it needs: Debian packages, LibTorch in a virtual environment, a build.

CONFIGURATION ?= release
SWIFT_FLAGS = -c $(CONFIGURATION) --pkg-config-path .facet/pkgconfig \
	-Xlinker -rpath -Xlinker $$(cat .facet/torch-lib)

.PHONY: compare test build setup bench docs format check clean

compare: build
	./facet compare --preset quick --output studies/quick

test: setup
	swift test $(SWIFT_FLAGS)

build: setup
	swift build $(SWIFT_FLAGS) --product facet

setup:
	@scripts/bootstrap

# Speed against plain PyTorch, interleaved on this machine.
bench: setup
	swift build $(SWIFT_FLAGS) --product training-benchmark
	.venv/bin/python Benchmarks/training/compare.py .build/$(CONFIGURATION)/training-benchmark

docs: setup
	scripts/docs

format:
	swift format -i --recursive Package.swift Sources Tests Benchmarks Examples

check:
	scripts/check

clean:
	rm -rf .build .facet .venv
