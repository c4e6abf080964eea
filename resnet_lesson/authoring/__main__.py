"""Runs the maintainers' command line: ``python -m resnet_lesson.authoring``."""

import sys

from resnet_lesson.authoring.learner_notebooks import main

sys.exit(main())
