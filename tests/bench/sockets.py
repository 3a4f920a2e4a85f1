# SPDX-License-Identifier: MIT
"""sockets.py [SLICES [OPERATIONS]]: socket() and close(), ten Python frames deep.

Prints the nanoseconds an operation of the fastest slice.
"""

import socket
import sys
import time

LEVELS = 8


def work(operations):
    make = socket.socket
    for _ in range(operations):
        make().close()


def measure(operations, level):
    if level > 0:
        return measure(operations, level - 1)
    start = time.perf_counter_ns()
    work(operations)
    return (time.perf_counter_ns() - start) / operations


def main():
    slices = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    operations = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    measure(operations, LEVELS)
    print(min(measure(operations, LEVELS) for _ in range(slices)))


main()
