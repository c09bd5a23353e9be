"""Check all tables against each other and list all products."""

from pathlib import Path

from framings.jobs import open_log
from framings.storage import hash_file, read_tables
from framings.verification import CONTRACTS, audit_results

log = open_log(snakemake.log[0], "verify_results")
audit = audit_results({name: read_tables(snakemake.input[name]) for name in CONTRACTS})
folder = Path(snakemake.output.audit).parent
products = {str(Path(path).relative_to(folder)): path for path in snakemake.input.products}
lines = [f"{hash_file(path)}  {name}\n" for name, path in sorted(products.items())]
audit.to_csv(snakemake.output.audit, index=False, lineterminator="\n")
Path(snakemake.output.checksums).write_text("".join(lines), encoding="utf-8")
for row in audit[audit["n_broken"] > 0].itertuples():
    raise ValueError(f"the results contradict themselves: {row.statement} is not true for {row.n_broken} of {row.n_checked}")
log.info("%d statements hold on all tables; %d products listed with their checksums", len(audit), len(products))
