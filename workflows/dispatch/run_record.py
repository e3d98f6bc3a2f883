"""A job's record of the run that produced its result: versions of packages, and the clock.

It is stored in the metadata of the job's document in the job store, and copied to `provenance` of a
result.
"""

from datetime import datetime
from functools import lru_cache
from platform import python_version
from typing import Any, Final

from makers.engines.registry import engine_packages, installed_versions

# Packages that results can depend on besides the engines', by the name of the distribution.
_PACKAGES: Final = (
    *("interphase", "atomate2", "jobflow", "FireWorks", "custodian", "pymatgen", "ase", "bvlain"),
    *("numpy", "scipy"),
)


def describe_run() -> dict[str, Any]:
    """Describe this process for the metadata of a job.

    Returns
    -------
    `versions`, by package; and `utc_offset` in seconds, since jobflow writes the time at which a
    job ended by the local clock, without a time zone.
    """
    offset = datetime.now().astimezone().utcoffset()
    return {
        "versions": dict(package_versions()),
        "utc_offset": offset.total_seconds() if offset else 0.0,
    }


@lru_cache(maxsize=1)
def package_versions() -> tuple[tuple[str, str], ...]:
    """Return the versions of Python and of the packages that are installed."""
    found = installed_versions([*_PACKAGES, *engine_packages()])
    return (("python", python_version()), *found.items())
