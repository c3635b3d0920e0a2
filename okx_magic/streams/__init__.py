"""Live channels: one thread reads them, whoever wants to look looks.

    session ─► Reader ─► Line ─────► Link ──────► socket.py ─► OKX
               a thread  one URL of  one           the library
                         an account  connection
                           │
                           ▼
                         Feed ─────► Stream ────► frame, wait, on, record
                         one arg:    what is kept
                         its order

The thread waits by gathering.py, so that a rush is read together. What OKX sent is kept as bytes and
typed when somebody reads it. A feed knows the order of its channel:
ids of trades, sequences of books, times of bars. What is missing is told and asked for by REST.
"""
