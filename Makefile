# Each target is one check; .ci/run does the work and prints the commands.
.DEFAULT_GOAL := help

STEPS := $(shell .ci/run -l | cut -d ' ' -f 1)

.PHONY: help ci build bench $(STEPS)

help:
	@echo 'make ci           everything below, in this order, except stress'
	@.ci/run -l | sed 's/^/make /'
	@echo 'make build        the shmbench command, into the current folder'
	@echo 'make bench        the default measurement'

ci:
	@.ci/run

$(STEPS):
	@.ci/run $@

build:
	go build -o shmbench ./cmd/shmbench

bench:
	go run ./cmd/shmbench
