"""Parts of the detector's benchmark."""
