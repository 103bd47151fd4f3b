"""Tables and figures from the store, with the published values beside them.

registry.py    from stored runs to their reports, by the experiment's name
runs.py        runs of any experiment, read from the store
report.py      a report of any experiment
options.py     what somebody asks of a report
table.py       a table's data, whatever form it is written in
writers.py     tables as Markdown and CSV
latex.py       tables in LaTeX
terminal.py    tables in a terminal
figure.py      what figures have in common
look.py        a style and a size for figures
published.py   the paper's own numbers and claims, from published/
settings.py    the settings that differ between rows, and those that all share
provenance.py  what else differs between the models and the runs of a report, in sentences
cautions.py    cautions for models that are shown side by side
citing.py      what to cite for a run, as BibTeX
markup.py      markup in which every text is data
escape.py      names and texts in files of several kinds
words.py       quantities in words for people
folder/        a folder with everything that reports show
reproduce/     the paper's numbers and claims beside ours
compare/       two runs side by side
tournament/    table 2 and figure 4
tradeoff/      figure 1, over the runs of several experiments
numbers/       tables 1, 3, 4, 6 and 7, figures 2, 3, 6, 7 and 8
prediction/    documents that models predict, and what their own texts share
people/        readers tried on recorded people, and models among them
poems/         figure 5, and poems with the winners marked as in tables 8 and 9
"""
