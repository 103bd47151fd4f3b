"""A folder with everything that reports show, ready for an appendix: tables and figures in every format, a page for a
browser, a LaTeX document, and a list of what each file is.

files.py      which files there are, and writing them
page.py       index.html: the page, from page.html and page.css
document.py   report.tex: a document that has all tables and figures
manifest.py   manifest.json: every file by its digest, the runs, what made it
absent.py     which of the paper's figures aren't there, and what makes them
"""
