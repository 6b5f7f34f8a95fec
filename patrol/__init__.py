"""The shared language of Sunra: values, tables and wire formats; no network, no hardware."""
