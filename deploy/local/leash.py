"""Run a program that the kernel ends when its parent dies: `python leash.py PARENT_PID PROGRAM ARGUMENT...`

A child cannot be given this wish from outside, and `preexec_fn` is unsafe in a program with threads, so this
file sets it on itself and then becomes the program. Only Linux knows the wish; elsewhere it just runs.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the wish was heard
        sys.exit(1)
    os.execvp(command[0], command)
