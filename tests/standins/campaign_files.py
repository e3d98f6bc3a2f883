"""Files of tests that share a campaign, and so a process."""

#: By the campaign's fixture: files, or the folder that holds them.
CAMPAIGNS = {
    "landed": (
        "tests/workflows/test_end_to_end.py",
        "tests/workflows/test_results_of_a_campaign.py",
        "tests/workflows/test_changed_specification.py",
        "tests/workflows/test_interruption.py",
        "tests/workflows/commands/test_summary.py",
        "tests/workflows/commands/test_triage.py",
    ),
    "runs": ("tests/documentation/",),
}


def scope_of(nodeid: str) -> str:
    """Return the campaign that the file of a test shares, or else the file."""
    file = nodeid.partition("::")[0]
    shared = (name for name, files in CAMPAIGNS.items() if file.startswith(files))
    return next(shared, file)


def is_shared(nodeid: str) -> bool:
    """Return True if the file of a test shares a campaign."""
    return scope_of(nodeid) in CAMPAIGNS
