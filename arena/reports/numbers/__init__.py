"""What runs of tasks say (section 2 of the paper and its appendix).

cells.py      a cell's numbers, from its answers and from exact mode
run.py        a whole run, or several side by side
tables.py     tables 1, 3, 4, 6 and 7, and the numbers behind figures 2 and 7
rows.py       parts of tables: names, numbers as they are printed, sentences
figures.py    figures 2, 3, 6, 7 and 8
folder.py     all of them as files
"""
