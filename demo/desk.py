"""One computer of the story: the real program in a process of its own, and the person at it.

Told by lines of JSON what the person does (`{"do": "sign_in", …}`); answers a line each. What a
person can do is in `demo.doing`.
"""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from pathlib import Path

from PySide6.QtWidgets import QApplication

from demo.doing import Person
from ui.crash import log_to
from ui.start import Application


def main() -> int:
    """Run until the input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--address", required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    given = parser.parse_args()
    QApplication(sys.argv[:1])
    log_to(given.folder / "log")
    program = Application(given.address, given.folder)
    program.show()
    person = Person(program, given.pictures)
    for line in sys.stdin:
        told = json.loads(line)
        what = told.pop("do")
        try:
            answer = {"saw": getattr(person, what)(**told)}
        except Exception as error:
            traceback.print_exc()
            person.picture("stuck")
            answer = {"failed": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()
    program.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
