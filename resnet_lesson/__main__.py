"""Runs the command line: ``python -m resnet_lesson``."""

import os
import sys

# Python looks for modules in the folder that it is started in, where a learner's numpy.py may lie.
if not sys.flags.safe_path:
    here, home = sys.path.pop(0), os.path.dirname(os.path.dirname(__file__))
    if os.path.realpath(here) == os.path.realpath(home):
        sys.path.append(here)  # the package itself lies there, and may not be installed

from resnet_lesson.cli import main

sys.exit(main())
