"""Changes from the Materials Project's legacy corrections to those of 2020, in eV per atom.

MaterialsProject2020Compatibility minus MaterialsProjectCompatibility, which is the scheme of the
project's table (MP2020Compatibility.yaml and MPCompatibility.yaml of pymatgen). A test compares the
values with pymatgen.
"""

from typing import Final

# Per atom of oxide oxygen.
OXYGEN_CHANGE: Final = -0.687 + 0.70229
# The same per atom of an oxide's cation: +U corrections; the table's correction of sulfides, which
# it applies to sulfur in oxides as well; and elements that the table has fitted (Cl2 -1.25385,
# N2 -7.95247 eV/atom) and today's scheme has not.
CATION_CHANGE: Final = {
    "V": -1.7 + 1.682,
    "Cr": -1.999 + 2.013,
    "Mn": -1.668 + 1.68085,
    "Fe": -2.256 + 2.733,
    "Co": -1.638 + 1.874,
    "Ni": -2.541 + 2.164,
    "Mo": -3.202 + 3.531,
    "W": -4.438 + 4.351,
    "S": 0.66346,
    "Cl": -1.25385 + 1.84854,
    "N": -7.95247 + 8.33649,
}
# Per atom that is the anion of a phase without oxygen: the table corrects sulfides alone, and has
# the fitted elements in place of corrections.
ANION_CHANGE: Final = {
    "H": -0.179 + 3.39273 - 3.23974,
    "N": -0.361 + 8.33649 - 7.95247,
    "F": -0.462 + 1.91148 - 1.42055,
    "Si": 0.071,
    "S": -0.503 + 0.66346,
    "Cl": -0.614 + 1.84854 - 1.25385,
    "Se": -0.472,
    "Br": -0.534,
    "Sb": -0.192,
    "Te": -0.422,
    "I": -0.379,
}
