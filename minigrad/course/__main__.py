"""``python -m minigrad.course start|reset|progress``."""

import argparse
import sys
from pathlib import Path

from minigrad.course import copies
from minigrad.course.standing import standing


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m minigrad.course", description="Your own copy of the lessons.")
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="make your copy, or bring it up to date (your work is kept)")
    start.add_argument("folder", nargs="?", type=Path, help=f"where it is to be ({copies.DEFAULT_FOLDER})")
    reset = commands.add_parser("reset", help="give a lesson back as new (what you wrote is kept beside it)")
    reset.add_argument("lesson", help="its number, such as 00")
    commands.add_parser("progress", help="show which exercises are solved")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "start":
            folder = chosen.folder or copies.find_copy()
            lines = copies.start(folder) or [f"Your lessons are in {folder}; nothing is newer."]
        elif chosen.command == "reset":
            lines = copies.reset(copies.find_copy(), chosen.lesson)
        else:
            lines = [repr(standing(copies.find_copy()))]
    except (LookupError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    status = main()
    if status and "ipykernel" not in sys.modules:  # in a lesson (%run -m) the message is enough
        sys.exit(status)
