"""The wirecopy command: one module per subcommand."""
