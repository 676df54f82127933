"""The commands of the command line, one file each; heavy imports stand inside the functions that need them."""
