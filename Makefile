# SPDX-License-Identifier: BSD-2-Clause
# The usual words over meson and ninja.
#
#   make            build
#   make run        two prisons of one jail.conf, on a Debian world
#   make check      everything that can fail, summed in the last line
#   make check-vm   the same on a stock Debian, in a virtual machine
#   make vm         a shell in that machine
#   make check-arm64  built for arm64, its unit tests run under qemu-user
#   make deb        Debian packages, in build-deb
#   make install    PREFIX=/usr/local DESTDIR=
#   make bench      what a prison costs, beside others
#   make bench-lleval       what a request to lleval costs
#   make bench-clone        what a clone costs, and a prison on it
#   make clean

PREFIX ?= /usr/local
BUILD ?= build

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

$(BUILD)/build.ninja:
	tools/deps build
	meson setup --prefix $(PREFIX) $(BUILD)

# What tools/run runs, built while the world comes.
RUN = jail/jail jls/jls jexec/jexec ps/ps ifconfig/ifconfig pfctl/pfctl \
	zfs/zfs zfs/zpool bsdinstall/world \
	test/system/state-clear

run:
	tools/deps build run
	@$(MAKE) --no-print-directory BUILD=$(BUILD) $(BUILD)/build.ninja \
	    >$(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }
	@tools/world article >/dev/null & \
	ninja -C $(BUILD) $(RUN) >$(BUILD).log 2>&1; status=$$?; wait; \
	[ $$status -eq 0 ] || { cat $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log
	tools/run $(BUILD)

check:
	tools/deps build run test
	test/check

check-vm: deb
	@tools/deps build run test vm
	tools/vm check

check-arm64:
	@tools/deps run
	tools/cross arm64

vm:
	@tools/deps build run test vm
	tools/vm shell

deb:
	@tools/deps build deb
	tools/deb

install: all
	meson configure --prefix $(PREFIX) $(BUILD)
	meson install -C $(BUILD)

bench:
	@tools/deps build bench >&2
	@$(MAKE) --no-print-directory BUILD=$(BUILD) all >&2
	@bench/bench $(BUILD)

bench-lleval:
	@tools/deps build run bench >&2
	@$(MAKE) --no-print-directory BUILD=$(BUILD) all >&2
	@bench/lleval $(BUILD)

bench-clone:
	@tools/deps build run bench >&2
	@$(MAKE) --no-print-directory BUILD=$(BUILD) all >&2
	@bench/clone $(BUILD)

clean:
	rm -rf build build-* .cache

.PHONY: all run check check-vm check-arm64 vm deb install bench bench-lleval bench-clone clean
