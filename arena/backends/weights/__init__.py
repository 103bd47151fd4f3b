"""Weights: which there are, where they lie, what identifies them.

catalog.py        from a model's name to its weights and what is known of it
finding.py        from a catalog entry to its state and its file
fingerprints.py   digests of files
gguf.py           GGUF files: which belong together, and whether they are whole
hub.py            repositories of the hub
packages.py       weights that come as packages
"""
