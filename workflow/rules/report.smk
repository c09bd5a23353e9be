# The gallery and the library door. Reads results; writes figures, tables, the notebook, the report with its numbers, and the audit.

REPORTED = ["documents", "inclusion", "prevalence", "assessments", "topics", "unresolved", "left_out", "evidence"]


rule describe_corpus:
    """Count what is left after each step, list unresolved labels, draw sentences as evidence, collect names."""
    input:
        documents=shards("documents"),
        duplicates="results/{corpus}/duplicates.parquet",
        turns=shards("turns"),
        speakers=shards("speakers"),
        sentences=shards("sentences"),
        marks=shards("marks"),
        passages=shards("passages"),
        matches=shards("matches"),
        corpus=CORPUS_FILES,
        codebook=CODEBOOK,
        code=code("describe_corpus"),
    output:
        inclusion="results/{corpus}/inclusion.parquet",
        words="results/{corpus}/words.parquet",
        unresolved="results/{corpus}/unresolved.parquet",
        evidence="results/{corpus}/evidence.parquet",
        names="results/{corpus}/names.json",
    log:
        "logs/describe_corpus/{corpus}.log",
    benchmark:
        "benchmarks/describe_corpus/{corpus}.tsv"
    params:
        language=config["language"],
    script:
        "../scripts/describe_corpus.py"


rule plot_figures:
    """Draw every figure as PNG, SVG and PDF, with its caption; each is named after what it shows."""
    input:
        documents=shards("documents"),
        inclusion="results/{corpus}/inclusion.parquet",
        words="results/{corpus}/words.parquet",
        topics="results/{corpus}/topics/actors.parquet",
        prevalence="results/{corpus}/prevalence.parquet",
        assessments="results/{corpus}/assessments.parquet",
        specifications="results/{corpus}/specifications.parquet",
        curves="results/{corpus}/curves.parquet",
        recovery=expand("results/{{corpus}}/{table}.parquet", table=RECOVERY + CALIBRATED),
        review="results/{corpus}/calibration.json" if CALIBRATED else [],
        sensitivities="results/{corpus}/sensitivities.parquet",
        changes="results/{corpus}/changes.parquet",
        names="results/{corpus}/names.json",
        stages=f"{FOLDER}stages.csv",
        code=code("plot_figures"),
    output:
        printed=figures(["png", "pdf", "txt"]),
        figures=reported_figures(),
    log:
        "logs/plot_figures/{corpus}.log",
    benchmark:
        "benchmarks/plot_figures/{corpus}.tsv"
    params:
        coder=HEADLINE,
        reference_note=NOTE,
        title=TITLE,
        simulated=SIMULATED,
        recovery=RECOVERY + CALIBRATED,
    script:
        "../scripts/plot_figures.py"


rule release_tables:
    """Write every table as CSV and as a page."""
    input:
        documents=shards("documents"),
        duplicates="results/{corpus}/duplicates.parquet",
        twins="results/{corpus}/twins.parquet",
        inclusion="results/{corpus}/inclusion.parquet",
        prevalence="results/{corpus}/prevalence.parquet",
        assessments="results/{corpus}/assessments.parquet",
        adjusted="results/{corpus}/adjusted.parquet",
        left_out="results/{corpus}/left_out.parquet",
        topics="results/{corpus}/topics/actors.parquet",
        topic_words="results/{corpus}/topics/words.parquet",
        topic_links="results/{corpus}/topics/links.parquet",
        topic_stages="results/{corpus}/topics/stages.parquet",
        rarities="results/{corpus}/rarities.parquet",
        unresolved="results/{corpus}/unresolved.parquet",
        evidence="results/{corpus}/evidence.parquet",
        extra=expand("results/{{corpus}}/{table}.parquet", table=EXTRA),
        names="results/{corpus}/names.json",
        code=code("release_tables"),
    output:
        csv=expand("results/{{corpus}}/tables/{table}.csv", table=TABLES),
        html=reported_tables(),
    log:
        "logs/release_tables/{corpus}.log",
    benchmark:
        "benchmarks/release_tables/{corpus}.tsv"
    params:
        coder=HEADLINE,
        reference_note=NOTE,
        tables=TABLES,
        extra=EXTRA,
        simulated=SIMULATED,
    script:
        "../scripts/release_tables.py"


rule run_notebooks:
    """Run the notebooks on the results and keep the executed copies as pages."""
    input:
        expand("results/{{corpus}}/{table}.parquet", table=["inclusion", "duplicates", "unresolved", "evidence", *EXTRA]),
        expand("results/{{corpus}}/tallies/{coder}.parquet", coder=CODERS),
        EVIDENCE,
        shards("documents"),
        shards("turns"),
        shards("speakers"),
        shards("sentences"),
        shards("passages"),
        shards("matches"),
        notebooks=expand("notebooks/{notebook}.ipynb", notebook=NOTEBOOKS),
        names="results/{corpus}/names.json",
        figures=figures(["svg", "txt"]),
        prevalence="results/{corpus}/prevalence.parquet",
        assessments="results/{corpus}/assessments.parquet",
        code=code("run_notebooks", *expand("notebooks/{notebook}.ipynb", notebook=NOTEBOOKS)),
    output:
        pages=expand("results/{{corpus}}/notebooks/{notebook}.html", notebook=NOTEBOOKS),
    log:
        "logs/run_notebooks/{corpus}.log",
    benchmark:
        "benchmarks/run_notebooks/{corpus}.tsv"
    params:
        coder=HEADLINE,
    script:
        "../scripts/run_notebooks.py"


rule collect_explorer:
    """Pack what the report's explorer shows: names, shares, tests, codes by coder, topics, and the texts of all turns."""
    input:
        documents=shards("documents"),
        turns=shards("turns"),
        speakers=shards("speakers"),
        marks=shards("marks"),
        paragraphs=shards("paragraphs"),
        spans=shards("spans"),
        sentences=shards("sentences"),
        matches=shards("matches"),
        codes=[path for coder in TALLIED for path in shards(f"codes/{coder}")],
        frame="results/{corpus}/coding/frame.parquet",
        prevalence="results/{corpus}/prevalence.parquet",
        assessments="results/{corpus}/assessments.parquet",
        topics="results/{corpus}/topics/actors.parquet",
        topic_words="results/{corpus}/topics/words.parquet",
        topic_shares="results/{corpus}/topics/shares.parquet",
        given="results/{corpus}/coding/given.parquet" if CODED else [],
        sample=SAMPLE if CODED else [],
        coded=CODED,
        names="results/{corpus}/names.json",
        register=REGISTER,
        corpus=CORPUS_FILES,
        codebook=CODEBOOK,
        code=code("collect_explorer"),
    output:
        explorer="results/{corpus}/explorer.json",
    log:
        "logs/collect_explorer/{corpus}.log",
    benchmark:
        "benchmarks/collect_explorer/{corpus}.tsv"
    params:
        tables=EXPLORED,
    script:
        "../scripts/collect_explorer.py"


rule render_report:
    """Write the report: one page, every number in it read from a table, and each with rule, file, row and column."""
    input:
        template="workflow/report/report.html.j2",
        parts=expand("workflow/report/explorer.{part}", part=["html.j2", "js", "css"]),
        explorer="results/{corpus}/explorer.json",
        literature="data/reference/references.yaml",
        documents=shards("documents"),
        inclusion="results/{corpus}/inclusion.parquet",
        prevalence="results/{corpus}/prevalence.parquet",
        assessments="results/{corpus}/assessments.parquet",
        left_out="results/{corpus}/left_out.parquet",
        topics="results/{corpus}/topics/actors.parquet",
        unresolved="results/{corpus}/unresolved.parquet",
        evidence="results/{corpus}/evidence.parquet",
        extra=expand("results/{{corpus}}/{table}.parquet", table=EXTRA),
        names="results/{corpus}/names.json",
        figures=figures(["svg"]),
        review="results/{corpus}/calibration.json" if CALIBRATED else [],
        code=code("render_report"),
    output:
        report="results/{corpus}/report.html",
        numbers="results/{corpus}/numbers.json",
    log:
        "logs/render_report/{corpus}.log",
    benchmark:
        "benchmarks/render_report/{corpus}.tsv"
    params:
        coder=HEADLINE,
        reference_note=NOTE,
        title=TITLE,
        simulated=SIMULATED,
        shown=REPORTED,
        extra=EXTRA,
        makers=lambda wildcards, input: {path: find_maker(STEPS, path) for path in input if path.endswith(".parquet")},
        registration=REGISTRATION,
        provenance={"settings": yaml.safe_dump(portable_settings(config), sort_keys=False)} | FINGERPRINTS,
    script:
        "../scripts/render_report.py"


rule verify_results:
    """Check the contracts and the joints of all tables, then list every product with its SHA-256."""
    input:
        documents=shards("documents"),
        paragraphs=shards("paragraphs"),
        removed=shards("removed"),
        turns=shards("turns"),
        spans=shards("spans"),
        speakers=shards("speakers"),
        sentences=shards("sentences"),
        marks=shards("marks"),
        passages=shards("passages"),
        matches=shards("matches"),
        codes=shards("codes/dictionary"),
        products=[
            figures(PRINTED),
            expand("results/{{corpus}}/tables/{table}.{suffix}", table=TABLES, suffix=["csv", "html"]),
            expand("results/{{corpus}}/tables/tex/{table}.tex", table=PUBLISHED),
            expand("results/{{corpus}}/tables/word/{table}.html", table=PUBLISHED),
            "results/{corpus}/explorer.json",
            "results/{corpus}/numbers.json",
            expand("results/{{corpus}}/notebooks/{notebook}.html", notebook=NOTEBOOKS),
            "results/{corpus}/report.html",
        ],
        code=code("verify_results"),
    output:
        audit="results/{corpus}/audit.csv",
        checksums="results/{corpus}/checksums.txt",
    log:
        "logs/verify_results/{corpus}.log",
    benchmark:
        "benchmarks/verify_results/{corpus}.tsv"
    script:
        "../scripts/verify_results.py"
