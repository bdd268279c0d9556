"""A digest of Arrow content: equal values, equal digest, whatever lies in padding, under nulls or before a slice."""

import hashlib

import numpy as np
import pyarrow as pa


class ContentDigest:
    """Takes batches of one table, in order."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)

    def add(self, table: pa.Table) -> None:
        for batch in table.to_batches():
            self._hash.update(f"{batch.num_rows}".encode())
            for column in batch.columns:
                self._add_column(column)

    def text(self) -> str:
        return self._hash.hexdigest()

    def _add_column(self, column: pa.Array) -> None:
        """Nulls first, then the values; what stands under a null is not content."""
        if column.null_count:
            self._hash.update(np.packbits(column.is_null().to_numpy(zero_copy_only=False)).tobytes())
            column = column.drop_null()
        if pa.types.is_string(column.type):
            if len(column):
                self._add_texts(column)
            return
        if pa.types.is_boolean(column.type):
            self._hash.update(np.packbits(column.to_numpy(zero_copy_only=False)).tobytes())
            return
        if len(column):
            width = column.type.bit_width // 8
            start = column.offset * width
            self._hash.update(memoryview(column.buffers()[1])[start : start + len(column) * width])

    def _add_texts(self, column: pa.Array) -> None:
        """Lengths, then the texts one after the other."""
        _, places, data = column.buffers()
        offsets = np.frombuffer(places, np.int32)[column.offset : column.offset + len(column) + 1]
        self._hash.update(np.diff(offsets).tobytes())
        if data is not None:
            self._hash.update(memoryview(data)[int(offsets[0]) : int(offsets[-1])])
