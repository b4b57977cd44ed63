"""Section headers of an ELF file, and the words of its sections as relocated."""
