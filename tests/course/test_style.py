"""The lessons' pictures: the same bytes each time, with words, readable on light and dark ground."""

from urllib.parse import unquote

import pytest

from minigrad.course import style

plt = pytest.importorskip("matplotlib.pyplot", reason="Matplotlib is not installed (extra: course)")


@pytest.fixture(autouse=True)
def settings():
    with plt.rc_context():
        style.use()
        yield


def drawn() -> style.Picture:
    figure, axes = plt.subplots()
    axes.plot([1, 2, 3], [3, 1, 2], label="a < b")
    axes.legend()
    return style.picture(figure, alt='The curve goes "down" & up')


def test_the_same_bytes_each_time():
    assert drawn().svg == drawn().svg


def test_words_and_picture_in_one_bundle():
    bundle = drawn()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/plain"] == 'The curve goes "down" & up'
    assert 'alt="The curve goes &quot;down&quot; &amp; up"' in bundle["text/html"]
    source = bundle["text/html"].partition('src="data:image/svg+xml,')[2].removesuffix('">')
    assert not set(source) & set('"<> ') and "<svg" in unquote(source)


def test_a_picture_without_words_is_refused():
    with pytest.raises(ValueError, match="needs alt text"):
        style.Picture("<svg/>", alt=" ")


def test_figure_is_closed():
    drawn()
    assert plt.get_fignums() == []


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_can_be_read_on_white_and_on_jupyterlabs_dark_ground():
    ink = luminance(style.INK)
    assert 1.05 / (ink + 0.05) >= 4.5
    assert (ink + 0.05) / (luminance("#111111") + 0.05) >= 4.0
