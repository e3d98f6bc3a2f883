"""The same bytes from every version of Python."""

import gzip
import hashlib
from pathlib import Path

from analysis.base.gzipped import gzipped

SUM = "9cae791f7d8ade823861b1709319ba61a5a03ca60f5e49feceb9ef8b9a30176b"  # of Python 3.11 to 3.13
TABLE = Path(__file__).parents[3] / "analysis" / "data" / "reference_phases.csv.gz"


def test_they_depend_on_the_text_alone() -> None:
    written = gzipped("Li2O\n" * 100)
    assert gzip.decompress(written) == b"Li2O\n" * 100
    # no time, and the system by number
    assert written[4:8] == bytes(4)
    assert written[9] == 3
    assert hashlib.sha256(written).hexdigest() == SUM


def test_a_shipped_table_is_written_again() -> None:
    packed = TABLE.read_bytes()
    assert gzipped(gzip.decompress(packed).decode()) == packed
