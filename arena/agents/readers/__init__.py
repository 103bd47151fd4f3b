"""Readers: agents that foresee the other's move and reply to it, from fair to merciless. What each may read is in its
`sees`.

greedy.py      the greedy reader, which sees the other's policy of this round
lookahead.py   lookahead:DEPTH and ideal, which see the other's policy after any history and plan ahead
foreseeing.py  what readers of moves have in common: a predictor per match, and the reply to what it expects
reading.py     what a reader of moves expects in a round, and why
levels.py      the levels at which a person can be read, from fair to merciless
frequency.py   frequency: the other's moves so far
markov.py      markov:ORDER: what followed the other's last moves before
win_stay.py    wsls: the habit of staying with what won and changing what lost
mirror.py      mirror:MODEL: a language model that predicts the other from the outside
iocaine.py     iocaine: many predictors, each also second-guessed, of which the best so far is followed
roshambo.py    roshambo:PROGRAM: the programs that come with OpenSpiel
"""
