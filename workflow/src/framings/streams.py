"""Packed files of many members read as streams: nothing is unpacked before it is asked for, one damaged member costs no other."""

import zlib

from framings.guards import CHUNK, FREE_BYTES, MOST_BYTES, MOST_RATIO, GuardError

MAGIC = b"\x1f\x8b\x08"
MOST_FAULTS = 1_000


def split_members(file, what, faults):
    """Yield a stream for each gzip member of a file, or one for a file not packed; goes on behind a damaged member."""
    size, offset = file.seek(0, 2), 0
    file.seek(0)
    if file.read(3) != MAGIC:
        file.seek(0)
        yield Plain(file)
        return
    while offset < size:
        stream = Unpacked(file, offset, what)
        yield stream
        while stream.read(CHUNK):
            pass
        if stream.fault:
            faults.append(f"{what}: the record at byte {offset} {stream.fault}; it was left out")
            if len(faults) > MOST_FAULTS:
                raise GuardError(f"{what} is damaged in more than {MOST_FAULTS:,} places; get it again")
        offset = _find_member(file, offset + 1) if stream.fault else stream.end
        file.seek(offset)
        if offset < size and file.read(3) != MAGIC:  # padding, or something that does not belong here
            offset = _find_member(file, offset)


def _find_member(file, offset):
    """Return where the next gzip member begins at or after ``offset``, or the end of the file."""
    file.seek(offset)
    before = b""
    while block := file.read(CHUNK):
        found = (before + block).find(MAGIC)
        if found >= 0:
            return offset - len(before) + found
        offset += len(block)
        before = block[-2:]
    return offset


class Plain:
    """The bytes of a file that is not packed."""

    fault = None

    def __init__(self, file):
        self.read, self.readline, self.tell = file.read, file.readline, file.tell
        self._file, self._size = file, file.seek(0, 2)
        file.seek(0)

    def unread(self, data):
        """Go back by these bytes."""
        self._file.seek(-len(data), 1)

    def skip(self, n_bytes):
        """Pass over bytes if two line ends or the end of the file follow them; else stay."""
        start = self._file.tell()
        if start + n_bytes > self._size:
            return
        self._file.seek(n_bytes, 1)
        following = self._file.read(4)
        self._file.seek(start if following.strip(b"\r\n") else start + n_bytes)


class Unpacked:
    """The bytes of one gzip member, unpacked as they are read, never more than is asked for."""

    def __init__(self, file, start, what):
        file.seek(start)
        self._file, self._what, self._start = file, what, start
        self._engine, self._packed, self._held = zlib.decompressobj(31), b"", b""
        self._n_in = self._n_out = 0
        self.fault = self.end = None

    def tell(self):
        """Return where the member begins in the file."""
        return self._start

    def read(self, n_bytes):
        """Return up to ``n_bytes`` bytes, fewer only at the end of the member."""
        parts, missing = [], n_bytes
        while missing and (self._held or self._fill()):
            parts.append(self._held[:missing])
            self._held = self._held[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    def readline(self, limit):
        """Return the next line, or its first ``limit`` bytes."""
        parts, missing = [], limit
        while missing and (self._held or self._fill()):
            cut = min(self._held.find(b"\n") + 1 or len(self._held), missing)
            parts.append(self._held[:cut])
            self._held = self._held[cut:]
            missing -= cut
            if parts[-1].endswith(b"\n"):
                break
        return b"".join(parts)

    def unread(self, data):
        """Go back by these bytes."""
        self._held = data + self._held

    def skip(self, n_bytes):
        """Pass over bytes, as many as there are."""
        while n_bytes > 0 and (passed := len(self.read(min(n_bytes, CHUNK)))):
            n_bytes -= passed

    def _fill(self):
        """Unpack the next bytes into ``_held``; return whether there were any."""
        while not self._held and self.end is None and self.fault is None:
            if not self._packed:
                self._packed = self._file.read(CHUNK)
                self._n_in += len(self._packed)
                if not self._packed:
                    self.fault = "is cut off"
                    break
            try:
                self._held = self._engine.decompress(self._packed, CHUNK)
            except zlib.error as error:
                self.fault = f"is damaged ({error})"
                break
            self._packed = self._engine.unconsumed_tail
            self._n_out += len(self._held)
            if self._n_out > max(FREE_BYTES, MOST_RATIO * self._n_in) or self._n_out > MOST_BYTES:
                raise GuardError(f"{self._what} unpacks to more than {MOST_RATIO} times its size, as a bomb does; do not use it")
            if self._engine.eof:
                self.end = self._start + self._n_in - len(self._engine.unused_data)
        return bool(self._held)
