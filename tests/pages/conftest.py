"""What tests of pages share."""

import pytest

from tests.pages.scenes import Scene


@pytest.fixture
def scene():
    return Scene()
