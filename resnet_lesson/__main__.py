"""Runs the command line: ``python -m resnet_lesson``."""

import sys

from resnet_lesson.cli import main

sys.exit(main())
