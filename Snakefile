"""From raw transcripts to tested claims about how leaders frame regional integration.

`snakemake --cores all` builds everything for the corpus that config.yaml names; results/<corpus>/report.html is the way in.
"""

from framings.summaries import summarise_run
from snakemake.utils import min_version

min_version("9.0")


configfile: "config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/acquire.smk"
include: "workflow/rules/documents.smk"
include: "workflow/rules/turns.smk"
include: "workflow/rules/topics.smk"
include: "workflow/rules/frames.smk"
include: "workflow/rules/estimates.smk"
include: "workflow/rules/calibration.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/exports.smk"


if CODED:

    include: "workflow/rules/coders.smk"


if SIMULATED:

    include: "workflow/rules/simulation.smk"


include: "workflow/rules/tracing.smk"
include: "workflow/rules/package.smk"


rule all:
    default_target: True
    input:
        everything(),


onsuccess:
    registration = "" if REGISTRATION["status"] == "registered" else REGISTRATION["sentence"]
    calibrated = Path(f"{CALIBRATION}rates.csv").exists()
    targets = workflow.dag_settings.targets
    print(*summarise_run(targets, RESULTS, HEADLINE, SIMULATED, registration, calibrated, NOTE), sep="\n")


onerror:
    print(
        "Stopped. The line marked REFUSED or STOPPED above (or the log named there) says what is wrong; what was finished stays finished."
    )
