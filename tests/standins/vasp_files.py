"""The files that VASP writes while it relaxes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from standins import vasp_xml
from standins.vasp_inputs import FloatArray, Geometry, Inputs

Results = tuple[float, FloatArray, FloatArray]


class Files:
    """OUTCAR, OSZICAR, CONTCAR, XDATCAR and vasprun.xml of one run, as it goes on."""

    def __init__(self, folder: Path, inputs: Inputs) -> None:
        self._folder = folder
        self._inputs = inputs
        self._bands = int(inputs.electrons) + 8
        self._steps = 0
        self._started = time.monotonic()
        for name in ("CONTCAR", "OSZICAR", "XDATCAR", "WAVECAR"):
            (folder / name).write_text("")
        (folder / "OUTCAR").write_text(_outcar_head(inputs, self._bands))
        (folder / "vasprun.xml").write_text(vasp_xml.head(inputs, self._bands))
        for name in ("CHG", "CHGCAR", "DOSCAR", "EIGENVAL", "IBZKPT", "PCDAT"):
            (folder / name).write_text("not written by the stand-in\n")

    def step(self, geometry: Geometry, results: Results, electronic: Sequence[float]) -> None:
        """Append a completed ionic step; CONTCAR follows when the atoms have moved."""
        self._steps += 1
        first = electronic[0] if self._steps == 1 else self._last
        self._last = results[0]
        loop = "reached" if len(electronic) < self._inputs.tag("NELM", 60) else "not reached"
        self._append("OSZICAR", _oszicar(self._steps, results[0], electronic, first))
        cycles = _outcar_cycles(self._steps, len(electronic), self._inputs.electrons)
        self._append("OUTCAR", cycles + _outcar_step(geometry, results, loop))
        self._append("vasprun.xml", vasp_xml.step(geometry, results, electronic))
        self._append("XDATCAR", _xdatcar(self._steps, geometry, self._inputs))

    def contcar(self, geometry: Geometry) -> None:
        """Write where the atoms go next, or where they ended."""
        (self._folder / "CONTCAR").write_text(poscar_text(geometry))

    def soft_stop(self) -> None:
        """Say in OUTCAR that STOPCAR ended the run."""
        self._append("OUTCAR", " soft stop encountered!  aborting job ...\n")

    def close(self, geometry: Geometry, *, whole: bool) -> None:
        """End the run; without `whole`, vasprun.xml stays cut off."""
        self._append("OUTCAR", _outcar_tail(time.monotonic() - self._started))
        if whole:
            bands = vasp_xml.bands_of_an_insulator(self._inputs, self._bands)
            path = self._folder / "vasprun.xml"
            head, mark, last = path.read_text().rpartition(" </calculation>\n")
            path.write_text(head + bands + mark + last + vasp_xml.tail(geometry))

    def _append(self, name: str, text: str) -> None:
        with (self._folder / name).open("a") as file:
            file.write(text)


def poscar_text(geometry: Geometry) -> str:
    """A POSCAR with the 16 digits of VASP's."""
    blocks = geometry.blocks
    rows = [" ".join(f"{x:21.16f}" for x in row) for row in geometry.lattice]
    atoms = [" ".join(f"{x:19.16f}" for x in row) for row in geometry.fractional]
    lines = [
        "stand-in",
        "   1.00000000000000",
        *rows,
        " ".join(symbol for symbol, _ in blocks),
        " ".join(str(count) for _, count in blocks),
        "Direct",
        *atoms,
    ]
    return "\n".join(lines) + "\n"


def _oszicar(step: int, energy: float, electronic: Sequence[float], before: float) -> str:
    head = "       N       E                     dE             d eps       ncg     rms\n"
    cycles = "".join(
        f"DAV: {n:3d}    {value: .12E}   {-0.1: .5E}   {-0.1: .5E}  100   0.100E+00\n"
        for n, value in enumerate(electronic, start=1)
    )
    return (
        f"{head}{cycles}{step:4d} F= {energy: .8E} E0= {energy: .8E}  "
        f"d E ={energy - before: .6E}  mag=     0.0000\n"
    )


def _xdatcar(step: int, geometry: Geometry, inputs: Inputs) -> str:
    lines = poscar_text(geometry).splitlines()
    head = lines[:7] if step == 1 or inputs.tag("ISIF", 2) == 3 else []
    return "\n".join([*head, f"Direct configuration= {step:5d}", *lines[8:]]) + "\n"


def _outcar_head(inputs: Inputs, bands: int) -> str:
    titles = "".join(f" TITEL  = {title}\n" for title in inputs.titles)
    return (
        f" vasp.{vasp_xml.VERSION} 20Jul23 (build stand-in) complex\n\n"
        " executed on             LinuxIFC date 2026.01.01  00:00:00\n"
        f" running    1 mpi-ranks, with    1 threads/rank, on    1 nodes\n{titles}"
        f"   k-points           NKPTS =      1   k-points in BZ     NKDIM =      1"
        f"   number of bands    NBANDS= {bands:6d}\n"
        "   total plane-waves  NPLWV =   1000\n"
        f"   ISPIN  = {inputs.tag('ISPIN', 1):6d}    spin polarized calculation?\n"
        f"   NSW    = {inputs.tag('NSW', 0):6d}    number of steps for IOM\n"
        f"   IBRION = {inputs.tag('IBRION', -1):6d}    ionic relax: 0-MD 1-quasi-New 2-CG\n"
        f"   NELECT = {inputs.electrons:13.4f}    total number of electrons\n\n"
    )


def _outcar_cycles(step: int, cycles: int, electrons: float) -> str:
    return "".join(
        f"--------------------------------------- Iteration {step:6d}({n:4d})  ----------\n"
        f" number of electron {electrons:15.7f} magnetization       0.0000000\n"
        f"      LOOP:  cpu time    0.0100: real time    0.0100\n"
        for n in range(1, cycles + 1)
    )


def _outcar_step(geometry: Geometry, results: Results, loop: str) -> str:
    energy, forces, _ = results
    positions = geometry.fractional @ geometry.lattice
    rows = "".join(
        " ".join(f"{x:12.5f}" for x in position)
        + "    "
        + " ".join(f"{x:13.6f}" for x in force)
        + "\n"
        for position, force in zip(positions, forces, strict=True)
    )
    drift = " ".join(f"{x:13.6f}" for x in np.zeros(3))
    return (
        f"------------------------ aborting loop because EDIFF is {loop} ----------\n"
        " E-fermi :   0.0000     XC(G=0):  -1.0000     alpha+bet : -1.0000\n"
        "  FREE ENERGIE OF THE ION-ELECTRON SYSTEM (eV)\n"
        "  ---------------------------------------------------\n"
        f"  free  energy   TOTEN  = {energy:18.8f} eV\n\n"
        f"  energy  without entropy= {energy:18.8f}  energy(sigma->0) = {energy:18.8f}\n\n"
        " POSITION                                       TOTAL-FORCE (eV/Angst)\n"
        " -----------------------------------------------------------------------------------\n"
        f"{rows}"
        " -----------------------------------------------------------------------------------\n"
        f"    total drift:                          {drift}\n"
        "     LOOP+:  cpu time    0.0100: real time    0.0100\n"
    )


def _outcar_tail(seconds: float) -> str:
    return (
        " General timing and accounting informations for this job:\n"
        " ========================================================\n\n"
        f"                  Total CPU time used (sec): {seconds:12.3f}\n"
        f"                            User time (sec): {seconds:12.3f}\n"
        "                          System time (sec):        0.000\n"
        f"                         Elapsed time (sec): {seconds:12.3f}\n\n"
        "                   Maximum memory used (kb):      100000.\n"
        "                   Average memory used (kb):          N/A\n"
    )
