"""The embedded newsroom of wirecopy demo."""
