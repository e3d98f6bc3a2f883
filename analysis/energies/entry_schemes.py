"""The energy scheme of a list of pymatgen entries, read from their own data."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pymatgen.entries.computed_entries import ComputedEntry, EnergyAdjustment

from analysis.base.errors import InputError
from analysis.energies.schemes import (
    LEGACY_CORRECTIONS,
    MATERIALS_PROJECT_2020,
    MATERIALS_PROJECT_PLUS_U,
    MATERIALS_PROJECT_U,
    EnergyScheme,
    SchemeMismatchError,
)

T = TypeVar("T")

NOT_STATED = "not stated"
NO_CORRECTIONS = "none"
# Every scheme corrects the oxygen of oxides, but not that of ozonides (KO3): only compounds with a
# smaller share of oxygen show whether an entry is corrected.
OZONIDE_SHARE = 0.75


def scheme_of_entries(entries: Sequence[ComputedEntry]) -> EnergyScheme:
    """Read the one energy scheme of a list of entries.

    An entry may name its scheme itself in ``data["scheme"]`` (the fields of `EnergyScheme`, or a
    name). Otherwise run type, +U, potentials and corrections are read from ``parameters`` and
    ``energy_adjustments``. GGA and GGA+U of one mixing scheme are one scheme.

    Raises
    ------
    SchemeMismatchError
        Two entries differ; both are named.
    InputError
        An entry does not say its run type.
    """
    named = _common(entries, _named_scheme, "scheme")
    if named is not None:
        return named
    return EnergyScheme(
        engine=_common(entries, lambda entry: entry.parameters.get("engine", "VASP"), "engine"),
        functional=_common(entries, _functional, "functional"),
        plus_u=_plus_u(entries),
        potentials=_common(entries, _potentials, "potentials"),
        corrections=_corrections(entries),
        elements=MATERIALS_PROJECT_2020.elements,
    )


def _common(entries: Sequence[ComputedEntry], read: Callable[[ComputedEntry], T], what: str) -> T:
    """Return what all `entries` share."""
    first = entries[0]
    for entry in entries[1:]:
        if read(entry) != read(first):
            raise _mismatch(what, (first, read(first)), (entry, read(entry)))
    return read(first)


def _mismatch(
    what: str, first: tuple[ComputedEntry, Any], second: tuple[ComputedEntry, Any]
) -> SchemeMismatchError:
    sides = [f"{entry.composition.reduced_formula} ({value})" for entry, value in (first, second)]
    return SchemeMismatchError(
        f"The reference entries are of two energy schemes, they differ in {what}: "
        f"{sides[0]} and {sides[1]}. Keep the entries of one scheme."
    )


def _named_scheme(entry: ComputedEntry) -> EnergyScheme | None:
    scheme = entry.data.get("scheme")
    if scheme is None:
        return None
    if isinstance(scheme, dict):
        return EnergyScheme(**scheme)
    return EnergyScheme(**dict.fromkeys(EnergyScheme.model_fields, str(scheme)))


def _functional(entry: ComputedEntry) -> str:
    run_type = entry.parameters.get("run_type")
    if run_type is None:
        message = (
            f"The reference entry {entry.composition.reduced_formula} ({entry.entry_id}) does not "
            "say its run type: set parameters['run_type'] (GGA, GGA+U, R2SCAN ...) or "
            "data['scheme'] on every entry."
        )
        raise InputError(message)
    functional = str(run_type).upper().removesuffix("+U")
    return "PBE" if functional == "GGA" else functional


def _plus_u(entries: Sequence[ComputedEntry]) -> str:
    """Compare the U of each element among the oxides and fluorides, where U applies."""
    seen: dict[str, tuple[ComputedEntry, float]] = {}
    for entry in entries:
        for element, value in _hubbards(entry).items():
            first, known = seen.setdefault(element, (entry, value))
            if abs(known - value) > 1e-6:  # noqa: PLR2004, eV
                what = f"U of {element}"
                raise _mismatch(what, (first, f"{known:g} eV"), (entry, f"{value:g} eV"))
    values = {element: value for element, (_, value) in seen.items()}
    if all(value == MATERIALS_PROJECT_U.get(element, 0.0) for element, value in values.items()):
        return MATERIALS_PROJECT_PLUS_U
    used = ", ".join(
        f"{element} {value:g} eV" for element, value in sorted(values.items()) if value
    )
    return used or "none"


def _hubbards(entry: ComputedEntry) -> dict[str, float]:
    """Return U of each element of an oxide or fluoride that may have one, 0 for plain GGA."""
    symbols = {element.symbol for element in entry.composition}
    values = entry.parameters.get("hubbards") or {}
    plain = not str(entry.parameters.get("run_type")).upper().endswith("+U")
    if not symbols & {"O", "F"} or not (values or plain):
        return {}
    candidates = symbols & (MATERIALS_PROJECT_U.keys() | values.keys())
    return {element: float(values.get(element, 0.0)) for element in candidates}


def _potentials(entry: ComputedEntry) -> str:
    """Family of the potentials: the first word of their titles (PAW_PBE Li_sv 10Sep2004)."""
    titles = [spec.get("titel", "") for spec in entry.parameters.get("potcar_spec") or [] if spec]
    titles = [title for title in titles if title] or entry.parameters.get("potcar_symbols") or []
    families = sorted({str(title).split()[0] for title in titles})
    if families in (["PAW_PBE"], ["PBE"]):
        return MATERIALS_PROJECT_2020.potentials
    return " and ".join(families) or NOT_STATED


def _corrections(entries: Sequence[ComputedEntry]) -> str:
    """Name the correction scheme, refusing a mixture of corrected and uncorrected entries."""
    telling = [entry for entry in entries if entry.energy_adjustments or _oxide(entry)]
    return _common(telling, _correction, "corrections") if telling else NO_CORRECTIONS


def _oxide(entry: ComputedEntry) -> bool:
    share = float(entry.composition.get_atomic_fraction("O"))
    return 0 < share < OZONIDE_SHARE


def _correction(entry: ComputedEntry) -> str:
    names = sorted({_adjustment_source(adjustment) for adjustment in entry.energy_adjustments})
    return " and ".join(names) or NO_CORRECTIONS


def _adjustment_source(adjustment: EnergyAdjustment) -> str:
    """Class of the correction scheme; entries read from a file carry the scheme as an object."""
    scheme = adjustment.cls
    name = scheme.get("@class") if isinstance(scheme, dict) else type(scheme).__name__
    if name == "MaterialsProjectCompatibility":
        return LEGACY_CORRECTIONS
    return str(name or adjustment.name)
