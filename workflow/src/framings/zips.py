"""Members of a zip file: names that lead nowhere else, bytes that are what the archive's own description says."""

import hashlib
import json
import re
import stat
import zipfile
import zlib

from framings.guards import CHUNK, GuardError, read_member


def read_digests(archive, what):
    """Return {member: SHA-256} as the description inside a WACZ states them; empty where there is none."""
    if "datapackage.json" not in archive.namelist():
        return {}
    try:
        listed = json.loads(read_member(archive, archive.getinfo("datapackage.json"), what))["resources"]
        hashes = {str(entry["path"]): str(entry.get("hash", "")) for entry in listed}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise GuardError(f"{what}: datapackage.json cannot be read ({error!r}); get the file again") from error
    return {path: digest[7:].lower() for path, digest in hashes.items() if digest.startswith("sha256:")}


def unpack_member(archive, info, file, digest):
    """Write a member of a zip file into an open file, and return what is wrong with it, or None."""
    found = hashlib.sha256()
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(CHUNK):
                found.update(chunk)
                file.write(chunk)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        return f"is damaged ({error})"
    if digest and found.hexdigest() != digest:
        return "is not as datapackage.json describes it (another SHA-256)"
    return None


def find_name_fault(info):
    """Return what is wrong with the name of a zip file's member, or None where it is plain."""
    name = info.orig_filename
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link"
    if (
        re.search(r"[\x00-\x1f\x7f\\]|^[/~]|^[A-Za-z]:|(^|/)\.\.?(/|$)|//", name)
        or "%2e" in name.lower()
        or not name.strip(". /")
    ):
        return "is no plain name of a file"
    return None
