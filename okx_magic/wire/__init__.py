"""Signed bytes out, judged answers in: transport, clock, pacing, retry. Knows no orders."""
