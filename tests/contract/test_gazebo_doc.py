"""docs/gazebo.md shows the plugin table that the generator is checked against."""

from pathlib import Path

from simulation.gazebo.plugins import GZ_SIM_VERSION, PLUGINS

TEXT = (Path(__file__).parents[2] / "docs" / "gazebo.md").read_text(encoding="utf-8")


def test_every_plugin_is_documented_as_the_table_has_it() -> None:
    lines = TEXT.split("## Plugins\n", 1)[1].split("## ", 1)[0].splitlines()
    cells = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("|")
    ]
    documented = {row[0]: row[1:] for row in cells[2:]}
    assert set(documented) == set(PLUGINS)
    for name, row in PLUGINS.items():
        filename, parent, parameters = documented[name]
        assert (filename, parent) == (row.filename, row.parent)
        assert {word for word in parameters.split() if word != "-"} == row.parameters


def test_the_version_is_cited() -> None:
    assert f"gz-sim {GZ_SIM_VERSION}" in TEXT
