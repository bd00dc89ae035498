"""Other machines that compute: a Dask cluster."""
