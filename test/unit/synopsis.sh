#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The usage that a program tells is the synopsis of its page, white space
# aside.
#
#	synopsis.sh PAGE WRONG PROGRAM...
#
# WRONG: an argument that they refuse; programs that have the page in common.
set -u

page=$1 wrong=$2
shift 2
squeeze() { tr -s ' \n' ' ' | sed 's/^ //; s/ $//'; }
want=$(mandoc -Tascii "$page" | sed 's/.\x08//g' |
    sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' | sed '1d; $d' | squeeze)
for program; do
	"$program" "$wrong" 2>&1 | grep -vi 'invalid option\|illegal option\|unknown signal' |
	    grep -v '^[A-Z ]*$\|^At least one' | sed 's/^usage: //'
done | squeeze >"${TMPDIR:-/tmp}/usage.$$"
got=$(cat "${TMPDIR:-/tmp}/usage.$$")
rm -f "${TMPDIR:-/tmp}/usage.$$"
if [ "$got" != "$want" ]; then
	printf 'page:  %s\nusage: %s\n' "$want" "$got"
	exit 1
fi
