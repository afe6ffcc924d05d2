"""Run `python updates before …` and `… after …` for copier.yml, with the template as the import root."""

import runpy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
runpy.run_module(f"updates.{sys.argv.pop(1)}", run_name="__main__", alter_sys=True)
