"""Pure functions on arrays, over numpy and scipy only.

bounded.py    intervals for the mean of a bounded quantity, which hold with few observations and at the bounds
clusters.py   means, ratios and their differences, with intervals for observations that come in clusters
"""
