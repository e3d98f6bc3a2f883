"""From the campaign to FireWorks' LaunchPad, and the rockets of one machine."""
