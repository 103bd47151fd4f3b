"""Pure functions on arrays, over numpy and scipy only.

clusters.py   means, ratios and their differences, with intervals for observations that come in clusters
"""
