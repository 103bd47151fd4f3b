"""Seeded fuzzers of everything that a stranger can hand to Arena. `make fuzz` runs thousands of inputs of each kind.

nasty.py     values that break programs, and mutations of text, bytes and documents
runner.py    each input in a process of its own, forked from one that has imported everything
targets.py   what inputs reach that no command takes alone
test_*.py    a kind of input each; what must never happen is in `runner.fault`
"""
