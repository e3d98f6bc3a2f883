"""vasprun.xml, as VASP 6 writes it: grown step by step, closed at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from standins.vasp_inputs import FloatArray, Geometry, Inputs

VERSION = "6.4.2"
CLOSED = "</modeling>\n"

# What VASP fills in where INCAR says nothing, as far as pymatgen, custodian and emmet look.
DEFAULTS = {
    "NELM": 60,
    "NELMIN": 2,
    "NSW": 0,
    "IBRION": -1,
    "EDIFF": 1e-4,
    "EDIFFG": 1e-3,
    "ISPIN": 1,
    "ISMEAR": 1,
    "SIGMA": 0.2,
    "LORBIT": 0,
    "LASPH": False,
    "LDAU": False,
    "GGA": "PE",
    "LHFCALC": False,
    "METAGGA": "--",
    "LUSE_VDW": False,
    "IVDW": 0,
}


def head(inputs: Inputs, bands: int) -> str:
    """Everything before the first ionic step."""
    parameters = DEFAULTS | inputs.incar | {"NELECT": inputs.electrons, "NBANDS": bands}
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<modeling>\n <generator>\n'
        '  <i name="program" type="string">vasp </i>\n'
        f'  <i name="version" type="string">{VERSION}  </i>\n'
        '  <i name="platform" type="string">LinuxIFC </i>\n'
        '  <i name="date" type="string">2026 01 01 </i>\n'
        '  <i name="time" type="string">00:00:00 </i>\n </generator>\n'
        f" <incar>\n{_tags(inputs.incar)} </incar>\n"
        f"{_kpoints(inputs)}"
        f' <parameters>\n  <separator name="general">\n{_tags(parameters)}  </separator>\n'
        " </parameters>\n"
        f"{_atoms(inputs)}"
        f"{structure(inputs.geometry, 'initialpos')}"
    )


def step(
    geometry: Geometry,
    results: tuple[float, FloatArray, FloatArray],
    electronic: Sequence[float],
) -> str:
    """One ionic step with its electronic steps."""
    energy, forces, stress = results
    cycles = "".join(f"  <scstep>\n{_energy(value)}  </scstep>\n" for value in electronic)
    return (
        f" <calculation>\n{cycles}{structure(geometry)}"
        f"{_varray('forces', forces)}{_varray('stress', stress)}{_energy(energy)} </calculation>\n"
    )


def tail(geometry: Geometry) -> str:
    """What stands after the last step."""
    return structure(geometry, "finalpos") + CLOSED


def bands_of_an_insulator(inputs: Inputs, bands: int) -> str:
    """Eigenvalues and density of states with a gap, at one k-point."""
    filled = round(inputs.electrons / 2)
    rows = "".join(
        f"       <r>   {-5 + 0.01 * b if b < filled else 4 + 0.01 * b:.4f} "
        f"{1.0 if b < filled else 0.0:.4f} </r>\n"
        for b in range(bands)
    )
    point = f'      <set comment="kpoint 1">\n{rows}      </set>\n'
    spins = "".join(
        f'     <set comment="spin {spin}">\n{point}     </set>\n' for spin in _spins(inputs)
    )
    densities = "".join(
        f'      <set comment="spin {spin}">\n'
        "       <r>   -5.0000 1.0000 1.0000 </r>\n       <r>    5.0000 0.0000 1.0000 </r>\n"
        "      </set>\n"
        for spin in _spins(inputs)
    )
    return (
        "  <eigenvalues>\n   <array>\n    <field>eigene</field>\n    <field>occ</field>\n"
        f"    <set>\n{spins}    </set>\n   </array>\n  </eigenvalues>\n"
        '  <dos>\n   <i name="efermi">      0.00000000 </i>\n   <total>\n    <array>\n     <set>\n'
        f"{densities}     </set>\n    </array>\n   </total>\n  </dos>\n"
    )


def structure(geometry: Geometry, name: str = "") -> str:
    """A crystal, named or not."""
    attribute = f' name="{name}"' if name else ""
    volume = abs(np.linalg.det(geometry.lattice))
    reciprocal = np.linalg.inv(geometry.lattice).T
    return (
        f" <structure{attribute}>\n  <crystal>\n{_varray('basis', geometry.lattice)}"
        f'   <i name="volume">{volume:16.8f} </i>\n{_varray("rec_basis", reciprocal)}  </crystal>\n'
        f"{_varray('positions', geometry.fractional)} </structure>\n"
    )


def _spins(inputs: Inputs) -> range:
    return range(1, int(inputs.tag("ISPIN", 1)) + 1)


def _energy(value: float) -> str:
    names = ("e_fr_energy", "e_wo_entrp", "e_0_energy")
    lines = "".join(f'    <i name="{name}">{value:16.8f} </i>\n' for name in names)
    return f"   <energy>\n{lines}   </energy>\n"


def _varray(name: str, rows: FloatArray) -> str:
    lines = "".join("    <v>" + " ".join(f"{x:15.8f}" for x in row) + " </v>\n" for row in rows)
    return f'   <varray name="{name}">\n{lines}   </varray>\n'


def _tags(tags: dict[str, Any]) -> str:
    return "".join(_tag(name, value) for name, value in tags.items())


def _tag(name: str, value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    kind = "v" if isinstance(value, list) else "i"
    if any(isinstance(v, str) for v in values):
        return f'  <{kind} type="string" name="{name}">{_joined(values)}</{kind}>\n'
    if all(isinstance(v, bool) for v in values):
        letters = ("T" if v else "F" for v in values)
        return f'  <{kind} type="logical" name="{name}"> {_joined(letters)} </{kind}>\n'
    if all(isinstance(v, int) for v in values):
        return f'  <{kind} type="int" name="{name}"> {_joined(values)} </{kind}>\n'
    numbers = (f"{float(v):.8f}" for v in values)
    return f'  <{kind} name="{name}"> {_joined(numbers)} </{kind}>\n'


def _joined(values: Iterable[Any]) -> str:
    return " ".join(str(value) for value in values)


def _kpoints(inputs: Inputs) -> str:
    n1, n2, n3 = inputs.mesh
    return (
        f' <kpoints>\n  <generation param="{inputs.style}">\n'
        f'   <v type="int" name="divisions"> {n1} {n2} {n3} </v>\n'
        '   <v name="usershift"> 0.0 0.0 0.0 </v>\n  </generation>\n'
        '  <varray name="kpointlist">\n   <v> 0.0 0.0 0.0 </v>\n  </varray>\n'
        '  <varray name="weights">\n   <v> 1.0 </v>\n  </varray>\n </kpoints>\n'
    )


def _atoms(inputs: Inputs) -> str:
    blocks = inputs.geometry.blocks
    atoms = "".join(
        f"    <rc><c>{symbol:2s}</c><c>{kind:4d}</c></rc>\n"
        for kind, (symbol, count) in enumerate(blocks, start=1)
        for _ in range(count)
    )
    types = "".join(
        f"    <rc><c>{n:4d}</c><c>{symbol:2s}</c><c>  1.0</c><c>{zval:8.3f}</c>"
        f"<c> {title} </c></rc>\n"
        for (symbol, n), zval, title in zip(blocks, inputs.valences, inputs.titles, strict=True)
    )
    return (
        f" <atominfo>\n  <atoms>{len(inputs.geometry.symbols):8d} </atoms>\n"
        f"  <types>{len(blocks):8d} </types>\n"
        f'  <array name="atoms">\n   <set>\n{atoms}   </set>\n  </array>\n'
        f'  <array name="atomtypes">\n   <set>\n{types}   </set>\n  </array>\n </atominfo>\n'
    )
