from __future__ import annotations
from scripted import until

def test_a_ticker(server, stream):
    """A ticker arrives as a typed frame."""
    ticks = stream("tickers")
    server.push("tickers", [{"instId": "BTC-USDT", "last": "1.5", "ts": "1700000000000"}])
    ticks.wait(rows=1, timeout=10)
    f = ticks.frame()
    print(f, f.dtypes)
    assert f["last"].tolist() == [1.5]
    print(ticks)
    server.kill()
    until(lambda: len(server.args()) == 2)
    until(lambda: ticks.state == "streaming")
    until(lambda: ticks.gaps and ticks.gaps[0].until)
    print(ticks, *ticks.gaps)
