"""Opens every address in ``links.toml`` and notes today for those that answer.

    python tests/lint/open_links.py

Prints the others, one a line, and ends with status 1 if there are any. The tests never run this:
they use no network.
"""

import re
import sys
import tomllib
from datetime import date
from pathlib import Path

import requests

LIST = Path(__file__).with_name("links.toml")
SECONDS = 20


def trouble_with(address):
    """What is wrong with an address in a few words; empty if its page answers."""
    try:
        answer = requests.get(address, timeout=SECONDS, stream=True)
        answer.close()
    except requests.RequestException as error:
        return type(error).__name__
    return "" if answer.ok else f"status {answer.status_code}"


def with_date(text, address, day):
    """The text of the list with the day on which an address was opened, in place of an earlier."""
    entry = rf'(\[link\."{re.escape(address)}"\]\nwhat = .*\nlisted = .*\n)(?:opened = .*\n)?'
    return re.sub(entry, lambda found: f"{found[1]}opened = {day}\n", text)


def main():
    text = LIST.read_text(encoding="utf-8")
    failed = 0
    for address in tomllib.loads(text)["link"]:
        trouble = trouble_with(address)
        if trouble:
            failed += 1
            print(f"{address}: {trouble}")
        else:
            text = with_date(text, address, date.today().isoformat())
    LIST.write_text(text, encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
