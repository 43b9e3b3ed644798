# SPDX-License-Identifier: BSD-2-Clause
# The usual words over meson and ninja.
#
#   make            build
#   make run        one prison made, entered and removed, on a Debian world
#   make check      everything that can fail, summed in the last line
#   make install    PREFIX=/usr/local DESTDIR=
#   make bench      what a prison costs, beside others
#   make clean

PREFIX ?= /usr/local
BUILD ?= build

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

$(BUILD)/build.ninja:
	tools/deps build
	meson setup --prefix $(PREFIX) $(BUILD)

run:
	tools/deps build run
	@$(MAKE) --no-print-directory BUILD=$(BUILD) all >$(BUILD).log 2>&1 || \
	    { cat $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log
	tools/run $(BUILD)

check:
	tools/deps build run test
	test/check

install: all
	meson configure --prefix $(PREFIX) $(BUILD)
	meson install -C $(BUILD)

bench:
	@tools/deps build bench >&2
	@$(MAKE) --no-print-directory BUILD=$(BUILD) all >&2
	@bench/bench $(BUILD)

clean:
	rm -rf build build-* .cache

.PHONY: all run check install bench clean
