"""Shards: which job a document belongs to. The key depends on the document alone, so adding one moves no other."""

import hashlib


def shard_of(document_id, n_shards):
    """Return the shard of a document as decimal text of at least two digits.

    >>> shard_of("kremlin-en-55819", 1)
    '00'
    """
    number = int.from_bytes(hashlib.sha256(document_id.encode()).digest()[:8], "big") % n_shards
    return f"{number:02d}"


def shard_names(n_shards):
    """Return the names of all shards in order."""
    return [f"{number:02d}" for number in range(n_shards)]
