#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usage: freebsd-client.sh freebsd-client state-clear
# The client in a state of its own, of which nothing stays.
clear=$2
[ "$(id -u)" -eq 0 ] || exit 77
dir=$(mktemp -d /var/tmp/jail-test-client.XXXXXX) || exit 1
export JAIL_RUN="$dir/run" JAIL_CGROUP="jail-test.client.$$"
trap '"$clear"; rmdir "$dir"' EXIT
"$1"
