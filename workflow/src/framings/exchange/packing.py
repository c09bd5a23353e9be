"""Packing: zip files that are equal, byte by byte, where their members are; and those of others, opened behind guards."""

import io
import zipfile

from framings.exchange.tasks import ExchangeError
from framings.guards import MB, GuardError, check_zip, read_member

MOST_MEMBERS, MOST_BYTES, MOST_MEMBER = 20_000, 500 * MB, 50 * MB

STAMP = (2000, 1, 1, 0, 0, 0)


def pack_members(members):
    """Return the bytes of a zip file of {name: bytes}, in the order given, all with the same old date and packed alike."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, raw in members.items():
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(info, raw, compresslevel=6)
    return stream.getvalue()


def open_zip(raw, what):
    """Return the ``ZipFile`` in these bytes once its directory keeps within bounds; raises ``ExchangeError``."""
    try:
        return check_zip(io.BytesIO(raw), what, MOST_MEMBERS, MOST_MEMBER, MOST_BYTES)
    except GuardError as error:
        raise ExchangeError(str(error)) from error


def unpack_member(archive, info, what, most_member=MOST_MEMBER):
    """Return the bytes of a member; raises ``ExchangeError`` where it is damaged or longer than allowed."""
    try:
        return read_member(archive, info, what, most_member)
    except GuardError as error:
        raise ExchangeError(str(error)) from error
    except ValueError as error:  # a directory that points before the beginning of the file
        raise ExchangeError(f"{what}: {info.filename!r} is damaged ({error}); get the file again") from error


def repack(raw):
    """Return {name: bytes} of a zip file of our own making."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
