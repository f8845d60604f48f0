"""Play the story; `python -m demo` leaves pictures and paper in demo-output/.

`python -m demo pictures` then takes one of every main screen, in each language, colour and size;
`python -m demo roles` one of every screen of every role in a province at work, its menus and
dialogs included; `--routes` one of every page of each route.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from demo.story import Story


def main() -> int:
    """0 when the story came to its end."""
    parser = argparse.ArgumentParser(prog="python -m demo")
    parser.add_argument("what", nargs="?", choices=("story", "pictures", "roles"), default="story")
    parser.add_argument("--only", default="", help="one setting of pictures, such as zh-light-100")
    parser.add_argument("--output", type=Path, default=Path("demo-output"))
    parser.add_argument(
        "--routes", action="store_true", help="pictures of every page of each route"
    )
    given = parser.parse_args()
    if given.what == "roles":
        return _roles(given.output.resolve(), given.only)
    if given.routes:
        return _routes(given.output.resolve())
    if given.what == "pictures" and (given.output / "stores").is_dir():
        return _pictures(given.output.resolve(), given.only)
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
    return _pictures(story.output, given.only) if given.what == "pictures" else 0


def _routes(output: Path) -> int:
    from demo import routes

    routes.take_pictures(output, "zh")
    count = routes.take_pictures(output, "en", ("IIT-INT", "REG-DRUG"))
    sys.stdout.write(f"{count} 张图 pictures → {output / 'routes'}\n")
    return 0


def _roles(output: Path, only: str) -> int:
    from demo import roles

    count = roles.take(output, only)
    sys.stdout.write(f"{count} 张图 pictures → {output / 'roles'}\n")
    return 0


def _pictures(output: Path, only: str) -> int:
    from demo import pictures

    count = pictures.take(output, only)
    sys.stdout.write(f"{count} 张图 pictures → {output / 'screens'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
