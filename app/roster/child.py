"""The process that opens workbooks of others: little memory, little time, no way to write.

`python -m app.roster.child FILE ROWS COLUMNS` prints one JSON object. A frozen program has no
`python -m`; its main.py asks `child.is_wanted(sys.argv)` first of all and then ends with
`child.main(sys.argv)`.
"""

from __future__ import annotations

import lzma
import struct
import sys
import zipfile
import zlib
from typing import Any

FLAG = "--read-workbook"
MEMORY = 768 * 1024 * 1024
SECONDS = 20
"""Of processor time; the parent waits a little longer by the clock."""

BROKEN = (
    KeyError,  # a part that is named and not there
    ValueError,  # a number that is none, text of another encoding
    IndexError,  # a string or a style that does not exist
    EOFError,
    OverflowError,
    NotImplementedError,  # a way of compressing that is not known
    RuntimeError,
    zipfile.LargeZipFile,
    struct.error,
    lzma.LZMAError,
    RecursionError,
    AttributeError,  # an element where another belongs
    TypeError,
)
"""What reading damaged bytes may end in. Whatever it is, the file is refused, not this program."""


def is_wanted(argv: list[str]) -> bool:
    """Whether this start of the frozen program is a child that reads a workbook."""
    return len(argv) == 5 and argv[1] == FLAG


def restrict() -> None:
    """Give up what a reader does not need; without limits the parent's clock remains."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(path: str, most_rows: int, width: int) -> dict[str, Any]:
    """What was found, or why nothing could be."""
    from lxml import etree

    from app.roster import workbook

    try:
        return {"sheet": vars(workbook.read(path, most_rows, width))}
    except workbook.NotAWorkbook as refusal:
        return {"refused": [refusal.zh, refusal.en]}
    except MemoryError:
        return {"refused": ["打开它需要过多内存，可能是恶意文件", "it needs too much memory"]}
    except OSError as error:
        why = error.strerror or "?"
        return {"refused": [f"系统无法打开文件（{why}）", f"it cannot be opened ({why})"]}
    except (zipfile.BadZipFile, etree.LxmlError, zlib.error, *BROKEN):
        return {"refused": ["文件已损坏或不是工作簿", "it is damaged or no workbook"]}


def main(argv: list[str]) -> int:
    """Print what was found as JSON."""
    import orjson

    restrict()
    said = orjson.dumps(
        answer(argv[-3], int(argv[-2]), int(argv[-1])), option=orjson.OPT_NON_STR_KEYS
    )
    sys.stdout.buffer.write(said)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
