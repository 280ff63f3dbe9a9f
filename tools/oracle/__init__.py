"""Whether what `check` says is what transformers does, asked of random cells of the full grid.

A cell is one load as a user would type it. `verdict` asks yaie, `naive` does what a user's own
transformers code would do, `carried` makes the calls that yaie plans, `deviations` compares what
was built with what was asked, and `judging` says whether the two agree.
"""
