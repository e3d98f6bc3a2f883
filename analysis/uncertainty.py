def reaction_energy_uncertainty(compound, *, energies, engine=None, scheme=None):
    return None, ()
