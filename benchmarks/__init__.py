"""How fast minigrad is, measured against PyTorch and against other small autograd libraries: `python -m benchmarks`."""
