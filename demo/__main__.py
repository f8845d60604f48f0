"""Play the story; `python -m demo` leaves pictures and paper in demo-output/."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from demo.story import Story


def main() -> int:
    """0 when the story came to its end."""
    parser = argparse.ArgumentParser(prog="python -m demo")
    parser.add_argument("--output", type=Path, default=Path("demo-output"))
    given = parser.parse_args()
    story = Story(given.output.resolve())
    seen = story.play()
    (story.output / "seen.json").write_text(
        json.dumps(seen, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    pictures, papers = sorted(story.pictures.glob("*.png")), sorted(story.paper.glob("*.pdf"))
    sys.stdout.write(
        f"完成 · done: {seen['number']}, {len(pictures)} 张图 pictures, {len(papers)} 份 PDF, "
        f"{seen['seconds']:.0f} s → {given.output}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
