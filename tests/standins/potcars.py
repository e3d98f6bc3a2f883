"""Potentials with headers and no physics, for VASP's input sets and the stand-in."""

from __future__ import annotations

from pathlib import Path

# Valence electrons of the Materials Project's potentials.
ELECTRONS = {"Li_sv": 3, "La": 11, "Zr_sv": 12, "O": 6, "W_pv": 12, "Al": 3, "Fe_pv": 14, "Gd": 18}


def write_potcars(folder: Path, symbols: dict[str, int] = ELECTRONS) -> Path:
    """Write a folder of PBE potentials as pymatgen looks for them; return that folder."""
    release = folder / "POT_GGA_PAW_PBE"
    release.mkdir(parents=True)
    for symbol, electrons in symbols.items():
        (release / f"POTCAR.{symbol}").write_text(potcar(symbol, electrons))
    return folder


def potcar(symbol: str, electrons: int) -> str:
    """The header of a potential, with one number where its physics would be."""
    element = symbol.partition("_")[0]
    return (
        f"  PAW_PBE {symbol} 01Jan2000\n   {electrons:.14f}\n parameters from PSCTR are:\n"
        f"   VRHFIN ={element}: s1\n   LEXCH  = PE\n   TITEL  = PAW_PBE {symbol} 01Jan2000\n"
        f"   POMASS =    1.000; ZVAL   = {electrons:8.3f}    mass and valenz\n"
        " END of PSCTR-controll parameters\n local part\n  0.1000E+01\n End of Dataset\n"
    )
