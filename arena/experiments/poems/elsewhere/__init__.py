"""Judging elsewhere: contests leave as a page or a table, and judgements come back as files.

sheets.py   contests as they leave: texts and pairs under opaque names
page.py     a page for one judge, which needs nothing but a browser (its parts are in parts/)
answers.py  the file of answers that the page gives
table.py    a table for a crowd platform, out and back
taking.py   what came back, checked against the contests and stored
"""
