"""llama.cpp, as a library for a worker process.

backend.py    which models it runs, and what identifies them
builds.py     compiled for this machine, or prebuilt for any: which of the two runs here
prebuilt.py   the functions of the prebuilt one
native.py     the functions of whichever runs
library.py    the few calls that Arena needs
cells.py      its cache, so used that the same prompt gets the same distribution
unpacking.py  weights of a few bits, written out in 32
kind.py       which models can be players
log.py        its messages, kept for the worker's log
"""
