"""The report of poems (section 4 of the paper)."""
