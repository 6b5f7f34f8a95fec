"""SQL, and nothing else: tables, migrations, the one writer."""
