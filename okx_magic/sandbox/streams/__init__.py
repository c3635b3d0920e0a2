"""The exchange over WebSockets, on the port of its REST: what it pushes, and what it is asked."""
