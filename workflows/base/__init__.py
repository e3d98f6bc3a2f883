"""Settings of the machine, times, secret files, web server."""
