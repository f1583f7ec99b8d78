"""`companion bench peers`: recall beside other memories, each through its own public interface, in one run.

`adapter` runs in the peers' environment and knows nothing of Companion; `process` talks to it; `minds` puts a peer in
the place of the product in `bench.replay`, so that all are told and asked the same in the same order and scored by the
same code; `measuring` runs them side by side; `tables` shows what was found.
"""
