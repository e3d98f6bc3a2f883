from pathlib import Path

import pytest
from pymatgen.core import Structure
from pymatgen.io.cif import CifWriter
from rich.console import Console
from standins.plans import DATA

from workflows.commands.init import init_command
from workflows.specification.spec import CampaignSpec

SALT = DATA / "hosts" / "alignment_through_elements" / "li3ocl.cif"


def test_charges_that_a_file_lacks_are_guessed_and_marked(tmp_path: Path) -> None:
    crystal = tmp_path / "salt.cif"
    structure = Structure.from_file(SALT).remove_oxidation_states()
    crystal.write_text(str(CifWriter(structure)))
    init_command("host", crystal, tmp_path, console=Console(quiet=True))
    written = (tmp_path / "salt.yaml").read_text()
    assert "oxidation_states: {Cl: -1, Li: 1, O: -2}  # <- guessed" in written
    states = CampaignSpec.from_file(tmp_path / "salt.yaml").host.oxidation_states
    assert states == {"Li": 1, "O": -2, "Cl": -1}


@pytest.mark.parametrize("stem", ["li3ocl", "No", "123", "my: host #1", "it's [a]", "Li₃OCl"])
def test_a_specification_is_written_for_a_file_of_any_name(stem: str, tmp_path: Path) -> None:
    crystal = tmp_path / f"{stem}.cif"
    crystal.write_bytes(SALT.read_bytes())
    init_command("host", crystal, tmp_path, console=Console(quiet=True))
    (written,) = tmp_path.glob("*.yaml")
    spec = CampaignSpec.from_file(written)
    assert spec.name == written.stem
    assert Path(spec.host.crystal) == crystal.resolve()
