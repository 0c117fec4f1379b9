"""`library`: the test runs on the pretended CuPy, and on the real one where there is a GPU."""

import pytest

from tests.gpu.libraries import using


@pytest.fixture
def library(request):
    with using(request.param) as name:
        yield name
