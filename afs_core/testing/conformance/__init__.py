"""One class for each contract kind; its checks are the promises of that kind."""
