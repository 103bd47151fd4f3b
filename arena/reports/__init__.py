"""Tables and figures from the store, with the published values beside them.

registry.py    from stored runs to their reports, by the experiment's name
runs.py        runs read from the store, whatever they are of
report.py      a report, of whatever experiment, and the files that it is written to
table.py       the one model of a table
writers.py     tables as Markdown and CSV
latex.py       tables in LaTeX
terminal.py    tables in a terminal
figure.py      what figures have in common
published.py   the paper's own numbers, from published/
settings.py    what differs between rows, and what all share
cautions.py    what must be said where models stand side by side
citing.py      what to cite for a run, as BibTeX
escape.py      names and texts in files of several kinds
words.py       quantities in words for people
compare/       two runs side by side
tournament/    table 2 and figure 4
numbers/       tables 1, 3, 4, 6 and 7, figures 2, 3, 6, 7 and 8
"""
