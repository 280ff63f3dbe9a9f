"""What is made of a sweep's rows: columns, the best cell, CSV, Parquet and a page. Pure."""
