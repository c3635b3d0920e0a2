"""Frames and streams as pictures: one that stays, and one to look closer.

    frame.okx.chart()      candles, book, fills, balance, bills, positions, tickers, funding, any times
    %%okx --chart          the same of each answer of a cell

See pictures.py for the way from a frame to what is seen. Nothing of it is loaded before the first
picture, but for accessor.py.
"""
