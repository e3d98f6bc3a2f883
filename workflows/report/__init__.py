"""The report: state and results of a campaign, as one HTML page and as figure files."""
