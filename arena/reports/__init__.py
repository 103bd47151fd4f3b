"""Tables and figures from the store, with the published values beside them.

cells.py      what a cell's rounds say
run.py        a whole run
table2.py     table 2: its rows, and the sentences below them
terminal.py   table 2 in a terminal
tables.py     a table of any report as Markdown, CSV, in a terminal
latex.py      the same in LaTeX
formats.py    table 2 as Markdown, LaTeX, CSV, JSON
settings.py   what differs between rows, and what all share
cautions.py   what must be said where models stand side by side
figure4.py    figure 4, left and right
published.py  the paper's own numbers
files.py      writing results so that they are whole or not there
"""
