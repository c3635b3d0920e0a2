"""The way of a request to OKX and of its answer back: credentials, signing, sending, judging."""
