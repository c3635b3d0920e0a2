"""The way of a request to OKX and of its answer back: pacing, sending, judging, settling."""
