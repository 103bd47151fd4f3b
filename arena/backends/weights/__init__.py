"""Weights: which there are, where they are, what identifies them.

catalog.py        from a model's name to its weights and the facts known about it
finding.py        from a catalog entry to its state and its file
fingerprints.py   digests of files
gguf.py           GGUF files: which belong together, and whether they are complete
hub.py            repositories on the hub
packages.py       weights that come as packages
unpacked.py       a GGUF file with its weights written out in 32 bits
"""
