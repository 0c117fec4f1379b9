"""Data sets, the order in which their samples are drawn, and the loader that makes batches of them.

Names, options and errors are those of `torch.utils.data`; everything runs in the main process.

Examples
--------
>>> import minigrad
>>> from minigrad.utils.data import DataLoader, TensorDataset
>>> x = minigrad.arange(10.).reshape(5, 2)
>>> for rows, numbers in DataLoader(TensorDataset(x, minigrad.arange(5)), batch_size=2):
...     print(rows.shape, numbers)
minigrad.Size([2, 2]) tensor([0, 1])
minigrad.Size([2, 2]) tensor([2, 3])
minigrad.Size([1, 2]) tensor([4])
"""

from .collate import default_collate, default_convert
from .dataloader import DataLoader, get_worker_info
from .dataset import ChainDataset, ConcatDataset, Dataset, IterableDataset, Subset, TensorDataset, random_split
from .sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)

__all__ = [
    "BatchSampler",
    "ChainDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "IterableDataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "default_collate",
    "default_convert",
    "get_worker_info",
    "random_split",
]
