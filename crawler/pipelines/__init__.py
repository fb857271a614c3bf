"""What an article passes on its way into the database."""
