"""What screens are made of.

after.py             figure 4, right
cell_table.py        the cells of a run
chi_square_plot.py   chi-square over the number of valid answers, beside that of chance
curves.py            how foreseeable both sides of a show are
dial_line.py         the dial between two models, in one line
faces.py             both sides of a match with their moves, and what happened
fill.py              rows of a table that changes
fitting_table.py     a table none of whose columns is cut off
form.py              what forms are made of
histogram.py         figure 4, left
keys_footer.py       the keys that work now
large.py             a few words as large as the room that they are given
letters.py           words in block letters, for the back of a room
lobby_form.py        the lobby's form
mind.py              the other's mind as bars
mind_panel.py        the lower half of a match against a mind that can be shown
model_input.py       where a person names a model of their own
model_list.py        the models, and whether each is ready
moves.py             the moves that a person can play
numbers_view.py      a player's draws as a picture
panel.py             what the lower halves of a match have in common
plot.py              the determinism plot
poem.py              a poem, set like a poem
quiet_plot.py        a plot that can't be interacted with
reading_panel.py     the lower half of a match against a reader of moves
reading_plot.py      how often a reader was right
replayed.py          a round that is looked at again, in words
rounds.py            the rounds so far, the latest first
rounds_plot.py       what plots over the rounds of a match have in common
share_bars.py        how foreseeable both sides of a match were
show_card.py         the card between two matches of a show
sides.py             both sides of a show, and the verdict
status.py            what is going on right now in a match
tables_text.py       a report's tables, for the width that there is
value_bars.py        a task's values as bars, one or more lines per value
"""
