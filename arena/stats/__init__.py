"""Pure functions on arrays, over numpy and scipy (and choix for one model).

bounded.py      intervals for the mean of a bounded quantity, even from few observations or near a bound
clusters.py     means, ratios and differences of rounds that come in matches
comparing.py    two samples side by side, paired or apart, and how many more would tell them apart
sampling_errors.py  standard errors of numbers of which only value and n are known
uniformity.py   how far counts are from uniform
sequences.py    repetitions, and dependence of neighbours
variance_shares.py  how much of a grid's variance each of its factors explains
open_share.py   bounds for exact mode while part of the distribution is unexplored
bradley_terry.py  abilities from comparisons in pairs
agreement.py    how well judgements agree: kappa and alpha
alignment.py    texts side by side, word by word
skeleton.py     what aligned texts share, and where
diversity.py    how much texts repeat themselves and each other
ratios.py       ratios of sums over independent units, such as bits per byte over documents
percentile.py   where one group stands among another
foresight.py    how well a simple predictor foresees a player
habits.py       the clearest habit of a player in a match
"""
