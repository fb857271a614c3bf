"""The ground floor: text in, verdicts out; no files, no network, no SQL, no clock."""
