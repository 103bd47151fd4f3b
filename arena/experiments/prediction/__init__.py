"""Predicting against acting (Li and others 2024): how well a model predicts documents, and how alike its own texts are.

Documents:
documents.py    documents from a folder, a text file, JSON lines or Parquet, and those of texts/, which come with Arena
windows.py      the windows through which a model reads a long document
perplexity.py   every document's bits under every model, into the store
predicted.py    a document's numbers, read back

Generations:
prompts.py      the 80 short prompts, in groups, from prompts.toml
spec.py         the settings
cells.py        from a spec to cells: which model answers which prompt, and how it is asked
anchors.py      all generations of a run, into the store
surprisal.py    how surprising a text is to a model, word by word
generated.py    generations and their surprisals, read back
"""
