"""The end of a match: what is said of it, shown of it, and kept of it.

ending.py     a match's result, how foreseeable both were, the habit that gave the person away, perfect play
standing.py   where a match stands among the person's own
words.py      all of that in sentences
picture.py    all of that as a picture
"""
