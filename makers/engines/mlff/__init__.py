"""Any force field that atomate2 or ASE can load, with weights of the user."""
