"""The command line: one file per command.

main.py         the command `arena`, and how errors become exit codes
options.py      options that commands share
output.py       reports on standard output, words on standard error
running.py      long work: progress, interruptions, from options to a plan
costs.py        --dry-run: what a command would do, and how long it would take
play.py         arena, arena play
watch.py        arena watch
web.py          arena web
tournament.py   arena tournament
numbers.py      arena numbers, letters, sequences
rewards.py      arena rewards
poems.py        arena poems generate, contest, judge, rank
perplexity.py   arena perplexity
anchors.py      arena anchors
judging.py      arena poems export, import
people.py       arena people import, score
run.py          arena run SUITE
reproduce.py    arena reproduce SUITE
report.py       arena report
runs.py         arena runs, arena runs show
compare.py      arena compare
cite.py         arena cite
export.py       arena export
merge.py        arena merge
prompts.py      arena prompts
models.py       arena models
doctor.py       arena doctor
audits.py       arena doctor MODEL
serve.py        arena serve
"""
