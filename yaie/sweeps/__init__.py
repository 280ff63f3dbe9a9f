"""MANY: the product of options planned, each cell run in a process of its own, one row a cell.

product         every combination composed; `mistakes` are wrong wherever they are said, and
                `checking` judges a recipe's without a run
planned         each `cell` judged as a load is, with the `contents` and `packages` that it reads
sweep           runs what has not run: the folder is claimed by its `identity`, files are brought by
                `bringing`, references go first by `waves`, rows come in by `gathering`
launching       jobs given to Hydra's `launcher`, and to it again what it lost; its words are
                `launcher_words`, what submitit knows `submitted`
job             one cell where it runs: a `process` of its own runs `child`, to which it is handed
                by `handover`, and its `verdict` is the row; `exhaustion` asks the kernel for it,
                `machine` tells where
swept           what came of it: `row`, `results` and `outcome`; `reporting` writes the files
files           where each thing lies in a sweep's folder
measures/       what is taken of a loaded model, a module a measure
report/         columns, table, page and the best cell, made of rows alone
"""
