"""Write docs/config.md from the schema of the settings."""

from pathlib import Path

import yaml

from framings.settings import describe_settings

schema = yaml.safe_load(Path("workflow/schemas/config.schema.yaml").read_text(encoding="utf-8"))
Path("docs/config.md").write_text(describe_settings(schema), encoding="utf-8")
