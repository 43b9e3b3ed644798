#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A file's bytes as the body of a C array.
od -An -v -tx1 "$1" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
