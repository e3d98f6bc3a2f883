"""Where ions sit: whole numbers of them, and arrangements of low electrostatic energy."""
