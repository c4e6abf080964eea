"""The stand-in for the signs that these tests share."""

import pytest
from support.training import signs_of_colours


@pytest.fixture
def signs():
    return signs_of_colours()
