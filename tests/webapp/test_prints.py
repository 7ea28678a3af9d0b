import pytest

from webapp.prints import largest_paper


@pytest.mark.parametrize(
    ("width", "height", "paper"),
    [
        (640, 480, None),
        (1063, 1536, (9, 13)),
        (1600, 1200, (9, 13)),
        (1772, 1182, (10, 15)),
        (1771, 1182, (9, 13)),
        (12000, 8400, (60, 90)),
        (20000, 500, None),
    ],
)
def test_the_largest_paper_that_the_pixels_fill(width, height, paper):
    assert largest_paper(width, height) == largest_paper(height, width) == paper
