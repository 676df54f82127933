"""Gold questions, measures, and the runs that apply them."""
