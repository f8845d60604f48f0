"""Documents of a desk over a line that breaks all the time, to a real registry process."""

from __future__ import annotations

from pathlib import Path

from tests.whole import broken_line
from tests.whole.broken_line import MB


def test_documents_of_a_desk_arrive_and_hardly_a_byte_is_sent_twice(tmp_path: Path) -> None:
    sent = broken_line.send(tmp_path, documents=4, size=4 * MB, every=2 * MB)

    assert sent.missing == 0
    assert sent.cuts >= 6
    assert sent.share <= 1.05
