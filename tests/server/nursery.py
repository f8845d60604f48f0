"""Registries born quickly: a process that has loaded the program forks one for each line it reads.

What is forked is a registry like any other, with the command's own arguments; only the two seconds
in which Python loads the program are saved, so that a test can kill fifty of them.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module

LOADED_LATE = (
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.auto",
)


def main() -> None:
    """Fork for each line `start`; say the child's id. Ends with its standard input."""
    for name in ("psycopg", "uvloop", "uvicorn.lifespan.on", *LOADED_LATE):
        import_module(name)
    from server.__main__ import main as registry

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # killed ones are forgotten at once
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.close(0)
            os._exit(registry(sys.argv[1:]))
        sys.stdout.write(f"born {child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
