"""The part of the RO-Crate 1.1 context that the package's metadata uses, put where the validator looks when it is offline.

The validator fetches https://w3id.org/ro/crate/1.1/context. Tests have no network, so its cache gets a response with the terms below; a
term that we use and that is missing here fails the validation. Most terms are schema.org's, under their own names.
"""

import io
import json

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
SCHEMA = "http://schema.org/"
SAME = (
    "ComputerLanguage", "CreativeWork", "Dataset", "Organization", "Person", "SoftwareSourceCode", "WebSite", "about", "alternateName",
    "author", "contentSize", "creator", "datePublished", "description", "encodingFormat", "hasPart", "identifier", "isBasedOn",
    "keywords", "license", "mainEntity", "name", "programmingLanguage", "url", "version",
)  # fmt: skip
TERMS = {name: SCHEMA + name for name in SAME} | {
    "File": "http://schema.org/MediaObject",
    "ComputationalWorkflow": "https://bioschemas.org/ComputationalWorkflow",
    "conformsTo": "http://purl.org/dc/terms/conformsTo",
}


def fill_cache(path):
    """Write an HTTP cache for the validator at ``path`` (without its suffix .sqlite) that holds the context."""
    from requests.adapters import HTTPAdapter
    from requests_cache import CachedSession
    from urllib3 import HTTPResponse

    class Shelf(HTTPAdapter):
        def send(self, request, **options):
            raw = json.dumps({"@context": TERMS}).encode()
            headers = {"Content-Type": "application/ld+json", "Content-Length": str(len(raw))}
            answer = HTTPResponse(io.BytesIO(raw), headers, 200, preload_content=False, request_url=CONTEXT)
            return self.build_response(request, answer)

    with CachedSession(cache_name=str(path), backend="sqlite", expire_after=-1, allowable_methods=("GET",)) as session:
        session.mount("https://", Shelf())
        session.get(CONTEXT)
