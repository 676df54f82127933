"""BGE models from folders on this machine: embedder, reranker, what makes them fast, and how they get here.

The libraries they need (FlagEmbedding, torch, transformers, onnxruntime, huggingface_hub) are imported in this folder
and nowhere else, inside the functions that use them.
"""

from index.bge.embedder import BgeEmbedder
from index.bge.reranker import BgeReranker

__all__ = ["BgeEmbedder", "BgeReranker"]
