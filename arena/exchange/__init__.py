"""Runs in the formats of other programs, to be opened there.

inspect_logs.py     logs of inspect_ai: a file per cell
inspect_samples.py  what a match or an answer is in such a log
datasets_folder.py  a folder for Hugging Face datasets
card.py             the card in that folder, its README.md
"""
