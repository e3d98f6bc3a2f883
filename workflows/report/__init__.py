"""The report: the state and the results of a campaign for people, as one HTML page and as files."""
